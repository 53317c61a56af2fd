"""functions.invokeFunction: who calls, what a call must be, and what else of the gateway is not served."""

import json
import re

import pytest
from node_sdk import FORM, form

from wxemu.cloudbase.admin.routes import ACTIONS

APPID, OTHER_APPID = "wx1234567890abcdef", "wxfedcba0987654321"
REQUEST_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
NO_INVOCATION = "the wxCloudApiToken has ended, or is that of no invocation of this app"


def result(answered):
    assert set(answered) == {"data", "requestId"}
    assert re.fullmatch(REQUEST_ID, answered["requestId"])
    return json.loads(answered["data"]["response_data"])


def refusal(answered):
    assert set(answered) == {"code", "message", "requestId"}
    assert re.fullmatch(REQUEST_ID, answered["requestId"])
    return answered["code"], answered["message"]


@pytest.mark.parametrize(
    "data", [None, {"text": '字/\\"\0\u2028😀\ud800'}, {"nested": [1, 2.5, None, True]}, [1], "text", 5]
)
def test_any_event_goes_there_and_back(sdk, data):
    assert result(sdk.call_function(data=data)) == ({} if data is None else data)


def test_with_the_token_of_an_invocation_its_user_calls(sdk, grant):
    sdk.token = grant()
    user = {"appId": APPID, "openId": "oAlice"}
    assert result(sdk.call_function(data={"userInfo": {"openId": "oBob"}})) == {"userInfo": user}
    told = result(sdk.call_function(data={"ask": "environment"}))
    known = {"WX_OPENID": "oAlice", "WX_UNIONID": "uAlice", "TCB_SOURCE": "wx_client,scf", "TRIGGER_SRC": "tcb"}
    assert known.items() <= told.items()
    assert told["WX_API_TOKEN"] not in ("", sdk.token)  # each invocation has its own


def test_with_credentials_alone_a_server_calls(sdk):
    told = result(sdk.call_function(data={"ask": "environment", "userInfo": {"openId": "oBob"}}))
    assert not {"WX_OPENID", "WX_API_TOKEN", "TCB_SOURCE"} & set(told)


@pytest.mark.parametrize("is_foreign", [True, False])
def test_a_token_of_no_invocation_of_this_app_is_refused(sdk, grant, is_foreign):
    sdk.token = grant("oDave", appid=OTHER_APPID, env="env-other") if is_foreign else "tok-of-nobody"
    assert refusal(sdk.call_function()) == ("INVALID_REQUEST_SOURCE", NO_INVOCATION)


@pytest.mark.parametrize("name", ["", "../ask"])
def test_a_name_that_is_none_is_not_found(sdk, name):
    assert refusal(sdk.call_function(name)) == ("FUNCTION_NOT_FOUND", "FunctionName parameter could not be found.")


def test_there_is_the_latest_version_only(sdk):
    assert result(sdk.call_function(qualifier="$LATEST")) == {}
    assert refusal(sdk.call_function(qualifier="2"))[0] == "FUNCTION_QUALIFIER_NOT_FOUND"


def test_data_that_is_no_json_is_refused(sdk):
    refused = sdk.ask("functions.invokeFunction", function_name="ask", request_data="{")
    assert refusal(refused) == ("INVALID_PARAM", "request_data: expected JSON in UTF-8, got something else")


def test_an_action_that_is_not_emulated_is_refused(sdk):
    expected = f"action: expected one of {', '.join(ACTIONS)}, got 'storage.getTempFileURL'"
    assert refusal(sdk.ask("storage.getTempFileURL")) == ("INVALID_PARAM", expected)


X = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"", "application/json", "body: expected JSON in UTF-8, got something else"),
        (b"[]", "application/json", "body: expected a JSON object, got an array"),
        (b"{}", "multipart/form-data", "body: no multipart form (Empty boundary)"),
        (b"--x\r\n", X, "body: no multipart form (Unexpected end of multipart stream "),
        (
            b'--x\r\nContent-Disposition: form-data; name="action"\r\n\r\n\xff\r\n--x--',
            *(X, "body: no multipart form ('utf-8' codec"),
        ),
        (b'{"envName": 5}', "application/json", "envName: expected a text, got a number"),
        (b'{"envName": "\\ud800"}', "application/json", "envName: expected a text, got half a surrogate pair"),
        (
            form({f"part-{number}": "" for number in range(65)}),
            *(FORM, "body: no multipart form (Maximum segment count exceeded)"),
        ),
    ],
)
def test_a_body_of_another_form_is_refused(http, body, content_type, text):
    code, message = refusal(json.loads(http.post("/admin", data=body, content_type=content_type).data))
    assert (code, message[: len(text)]) == ("INVALID_PARAM", text)
