"""functions.invokeFunction: who calls, what arrives, and how a failure is told."""

from __future__ import annotations

import json
import re

import pytest

APPID, OTHER_APPID = "wx1234567890abcdef", "wxfedcba0987654321"
REQUEST_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def result(answered):
    assert set(answered) == {"data", "requestId"}
    assert re.fullmatch(REQUEST_ID, answered["requestId"])
    return json.loads(answered["data"]["response_data"])


def refusal(answered):
    assert set(answered) == {"code", "message", "requestId"}
    assert re.fullmatch(REQUEST_ID, answered["requestId"])
    return answered["code"], answered["message"]


@pytest.mark.parametrize(
    "data", [{}, {"text": '字/\\"\0\u2028😀\ud800'}, {"nested": [1, 2.5, None, True]}, [1], "text", 5]
)
def test_any_event_goes_there_and_back(sdk, data):
    assert result(sdk.call_function(data=data)) == data


def test_no_data_is_an_empty_event(sdk):
    assert result(sdk.call_function()) == {}


def test_with_the_token_of_an_invocation_its_user_calls(sdk, grant):
    sdk.token = grant()
    user = {"appId": APPID, "openId": "oAlice"}
    assert result(sdk.call_function(data={"userInfo": {"openId": "oBob"}})) == {"userInfo": user}
    told = result(sdk.call_function(data={"ask": "environment"}))
    assert {name: told[name] for name in ("WX_OPENID", "WX_UNIONID", "TCB_SOURCE", "TRIGGER_SRC")} == {
        "WX_OPENID": "oAlice",
        "WX_UNIONID": "uAlice",
        "TCB_SOURCE": "wx_client,scf",
        "TRIGGER_SRC": "tcb",
    }
    assert told["WX_API_TOKEN"] not in ("", sdk.token)  # each invocation has its own


def test_with_credentials_alone_a_server_calls(sdk):
    data = {"ask": "environment", "userInfo": {"openId": "oBob"}}
    told = result(sdk.call_function(data=data))
    assert not {"WX_OPENID", "WX_API_TOKEN", "TCB_SOURCE"} & set(told)


@pytest.mark.parametrize("is_foreign", [True, False])
def test_a_token_of_no_invocation_of_this_app_is_refused(sdk, grant, is_foreign):
    sdk.token = grant("oDave", appid=OTHER_APPID, env="env-other") if is_foreign else "tok-of-nobody"
    assert refusal(sdk.call_function()) == (
        "INVALID_REQUEST_SOURCE",
        "the wxCloudApiToken has ended, or is that of no invocation of this app",
    )


def test_an_exception_is_told_with_its_trace_and_the_invocations_id(sdk):
    answered = sdk.call_function(data={"ask": "fail"})
    code, message = refusal(answered)
    assert code == "FUNCTIONS_EXECUTE_FAIL"
    assert re.match(r"Traceback .*ValueError: no such question", message, re.DOTALL)


def test_a_function_that_runs_out_of_time_is_told_so(sdk):
    answered = sdk.call_function(data={"ask": "sleep"})
    assert refusal(answered) == ("FUNCTION_TIME_LIMIT_EXCEEDED", "Invoking task timed out after 1 seconds")


@pytest.mark.parametrize("name", ["nothing", "", "../ask"])
def test_a_function_that_is_not_there_is_not_found(sdk, name):
    assert refusal(sdk.call_function(name)) == ("FUNCTION_NOT_FOUND", "FunctionName parameter could not be found.")


def test_there_is_the_latest_version_only(sdk):
    assert result(sdk.call_function(qualifier="$LATEST")) == {}
    assert refusal(sdk.call_function(qualifier="2"))[0] == "FUNCTION_QUALIFIER_NOT_FOUND"


def test_more_calls_than_may_be_in_flight_are_refused(request, monkeypatch):
    monkeypatch.setattr("wxemu.scf.deployment.MAX_IN_FLIGHT", 0)
    sdk = request.getfixturevalue("sdk")
    assert refusal(sdk.call_function())[0] == "EXCEED_CONCURRENT_REQUEST_LIMIT"


def test_a_project_that_cannot_be_read_is_a_system_error(sdk, project):
    (project / "cloudbaserc.yaml").write_text("envId: [")
    assert refusal(sdk.call_function())[0] == "SYS_ERR"


def test_data_that_is_no_json_is_refused(sdk):
    refused = sdk.ask("functions.invokeFunction", function_name="ask", request_data="{")
    assert refusal(refused) == ("INVALID_PARAM", "request_data: expected JSON in UTF-8, got something else")
