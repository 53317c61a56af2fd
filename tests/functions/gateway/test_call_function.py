import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wxcloud

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def refused(invocation, name="login", data=None):
    with pytest.raises(wxcloud.CloudError) as failed:
        invocation.callFunction(name, data)
    return failed.value


def test_a_functions_result_is_the_answer(invocation, gateway):
    gateway.answers(gateway.returned({"errCode": 0, "openid": "oUser"}))
    assert invocation().callFunction("login", {"code": "081abc"}) == {
        "result": {"errCode": 0, "openid": "oUser"},
        "errMsg": "callFunction:ok",
        "requestID": "req-fn-1",
    }


def test_the_request_is_that_of_node_sdk(invocation, gateway):
    gateway.answers(gateway.returned(None))
    invocation().callFunction("verifySignature", {"a": 1, "s": "中"})
    (sent,) = gateway.requests
    assert sent.json == {
        "action": "functions.invokeFunction",
        "function_name": "verifySignature",
        "request_data": '{"a":1,"s":"中"}',
        "envName": "env-demo",
        "wxCloudApiToken": "tok-abc",
        "tcb_sessionToken": "",
        "sessionToken": "local-session-token",
        "crossAuthorizationToken": "",
    }
    assert sent.query == {"env": "env-demo", "seqId": "seq-1-18bcfe56800_1"}


def test_without_data_an_empty_event_is_sent(invocation, gateway):
    gateway.answers(gateway.returned(7))
    assert invocation().callFunction("login")["result"] == 7
    assert gateway.requests[0].json["request_data"] == "{}"


@given(data=st.dictionaries(st.text(st.characters()), json_values | st.text(st.characters())), value=json_values)
def test_any_data_and_any_result_travel_as_they_are(data, value, invocation, gateway):
    gateway.answers(gateway.returned({"value": value}))
    assert invocation().callFunction("echo", data)["result"] == {"value": value}
    assert json.loads(gateway.requests[-1].json["request_data"]) == data


@pytest.mark.parametrize(
    ("returned", "result"),
    [
        ('"plain text"', "plain text"),
        ('"{\\"a\\":1}"', {"a": 1}),  # taken for the object it looks like, as wx-server-sdk does
        ('"NaN"', "NaN"),
        ("not json", "not json"),
        ("null", None),
        ({"an": "object"}, {"an": "object"}),
        (None, None),
    ],
)
def test_what_a_function_returned_is_read_as_wx_server_sdk_reads_it(returned, result, invocation, gateway):
    gateway.answers({"data": {"response_data": returned}, "requestId": "r"})
    assert invocation().callFunction("f")["result"] == result


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("FUNCTIONS_EXECUTE_FAIL", -504002, "functions execute fail"),
        ("FUNCTIONS_REQUEST_FAIL", -504001, "functions request fail"),
        ("FUNCTION_NOT_FOUND", -501001, "resource system error"),
        ("SERVER_TIMEOUT", -501002, "resource server timeout"),
        ("INVALIID_ENV", -501005, "invalid env"),
    ],
)
def test_a_failure_is_numbered_and_worded_as_in_wx_server_sdk_3(code, number, text, invocation, gateway):
    gateway.answers(gateway.refused(code, "Error: boom"))
    failed = refused(invocation())
    assert failed.errCode == number
    assert failed.errMsg == f"callFunction:fail {number} {text}. requestID req-fn-1, Error: boom"
    assert len(gateway.requests) == 1


def test_a_failure_without_a_request_id_does_not_make_one_up(invocation, gateway):
    gateway.answers({"code": "SYS_ERR", "message": "boom"})
    assert refused(invocation()).errMsg == "callFunction:fail -501001 resource system error. boom"


@pytest.mark.parametrize("name", ["", " ", "log\nin", "\ud800", None, 7, ["login"]])
def test_a_name_that_is_none_is_refused(name, invocation, wechat):
    failed = refused(invocation(), name)
    assert (failed.errCode, failed.errMsg) == (
        -501007,
        "callFunction:fail -501007 invalid parameters. name must be the name of a function",
    )
    assert wechat.requests == []


@pytest.mark.parametrize("data", ["text", 7, [1], {"a": {1}}, {"a": float("inf")}], ids=repr)
def test_data_that_is_no_json_object_is_refused(data, invocation, wechat):
    failed = refused(invocation(), data=data)
    assert failed.errCode == -501007
    assert failed.errMsg.startswith("callFunction:fail -501007 invalid parameters. ")
    assert wechat.requests == []


def test_it_needs_credentials_and_names_them(invocation, wechat):
    failed = refused(invocation(context={}))
    assert failed.errCode == -501009
    assert "TENCENTCLOUD_SECRETID" in failed.errMsg
    assert wechat.requests == []


def test_it_needs_no_token_for_wechat_and_no_secret(invocation, granted, gateway):
    gateway.answers(gateway.returned(1))
    assert invocation(context=granted(WX_API_TOKEN=None), WX_TRANSPORT="https").callFunction("f")["result"] == 1
    assert gateway.requests[0].json["wxCloudApiToken"] == ""


def test_a_function_is_not_run_twice_after_a_lost_answer(invocation, gateway):
    gateway.answers(gateway.wechat.Reply(None))
    assert refused(invocation()).errCode == -601003
    assert len(gateway.requests) == 1


def test_it_waits_as_long_as_it_is_told(invocation, gateway):
    gateway.answers(gateway.wechat.never())
    with pytest.raises(wxcloud.CloudError, match=r"did not answer in time \(timeout\)") as failed:
        invocation().callFunction("slow", timeout=0.05)
    assert failed.value.errCode == -501002
    assert failed.value.errMsg.startswith("callFunction:fail -501002 resource server timeout. ")
