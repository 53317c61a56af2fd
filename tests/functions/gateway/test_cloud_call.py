import json

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

import wxcloud

SECRETS = ("local-secret-key", "local-session-token", "tok-abc", "AKIDlocal")


def verify(invocation):
    return invocation.openapi.soter.verifySignature(openid="oUser", jsonString="{}", jsonSignature="c2ln")


def failure(invocation):
    with pytest.raises(wxcloud.CloudError) as failed:
        verify(invocation)
    return failed.value


def test_the_request_is_that_of_node_sdk(invocation, gateway):
    assert verify(invocation()) == {"isOk": True, "errMsg": "openapi.soter.verifySignature:ok", "errCode": 0}
    (sent,) = gateway.requests
    assert sent.method == "POST"
    assert sent.query == {"env": "env-demo", "seqId": "seq-1-18bcfe56800_1"}
    assert sent.json == {
        "action": "wx.api",
        "apiName": "soter.verifySignature",
        "requestData": '{"openid":"oUser","json_string":"{}","json_signature":"c2ln"}',
        "envName": "env-demo",
        "wxCloudApiToken": "tok-abc",
        "tcb_sessionToken": "",
        "sessionToken": "local-session-token",
        "crossAuthorizationToken": "",
    }


def test_the_headers_are_those_of_node_sdk_and_name_us(invocation, gateway):
    verify(invocation())
    headers = gateway.requests[0].headers
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == headers["X-SDK-Version"] == f"wxcloud-python/{wxcloud.__version__}"
    assert headers["X-TCB-Source"] == "wx_client,scf"
    assert headers["X-TCB-Region"] == "ap-shanghai"
    assert headers["X-Client-Timestamp"] == "1700000000000"
    assert headers["X-Timestamp"] == "1699999999"
    assert headers["X-Signature-Expires"] == "600"


def test_without_a_region_none_is_sent(invocation, gateway):
    verify(invocation(TENCENTCLOUD_REGION=""))
    assert "X-TCB-Region" not in gateway.requests[0].headers


def test_each_call_has_its_own_sequence_id(invocation, granted, gateway):
    invoked = invocation(context=granted(TCB_SEQID=None))
    verify(invoked)
    verify(invoked)
    assert [request.query["seqId"] for request in gateway.requests] == ["18bcfe56800_1", "18bcfe56800_2"]


def test_a_timers_call_goes_by_the_timers_token(invocation, granted, gateway):
    verify(invocation(context=granted(TRIGGER_SRC="timer", WX_TRIGGER_API_TOKEN_V0="tok-timer")))
    assert gateway.requests[0].json["wxCloudApiToken"] == "tok-timer"


def test_the_older_form_of_a_context_serves_as_well(invocation, gateway):
    pairs = {"WX_API_TOKEN": "tok=old", "TENCENTCLOUD_SECRETID": "AKIDlocal", "TENCENTCLOUD_SECRETKEY": SECRETS[0]}
    verify(invocation(context={"environ": ";".join(f"{name}={value}" for name, value in pairs.items())}))
    assert gateway.requests[0].json["wxCloudApiToken"] == "tok=old"


def test_the_instances_credentials_serve_where_the_context_has_none(invocation, granted, gateway):
    context = granted(TENCENTCLOUD_SECRETID=None, TENCENTCLOUD_SECRETKEY=None)
    instance = {"TENCENTCLOUD_SECRETID": "AKIDinstance", "TENCENTCLOUD_SECRETKEY": "instance-secret-key"}
    assert verify(invocation(context=context, **instance))["isOk"] is True
    assert "Credential=AKIDinstance/" in gateway.requests[0].headers["Authorization"]


def test_any_openapi_can_be_called_by_its_name(invocation, gateway):
    gateway.answers(
        gateway.openapi({"errcode": 0, "errmsg": "ok", "trace_id": "t-1", "detail_list": [{"sub_type": 1}]})
    )
    answer = invocation().openapi.security.msgSecCheck(content="文本", openId="oUser")
    assert answer == {
        "traceId": "t-1",
        "detailList": [{"subType": 1}],
        "errMsg": "openapi.security.msgSecCheck:ok",
        "errCode": 0,
    }
    assert gateway.requests[0].json["apiName"] == "security.msgSecCheck"
    assert json.loads(gateway.requests[0].json["requestData"]) == {"content": "文本", "open_id": "oUser"}


@given(json_string=st.text(st.characters()), json_signature=st.text(st.characters()))
@example(json_string='{"raw":"\ud800 alone"}', json_signature="\udfff")
@example(json_string='{ "raw" : "a\\/b" }\n', json_signature="c2ln+/==\r\n")
@example(json_string="订单\\/" * 20_000, json_signature="")
def test_any_text_travels_verbatim(json_string, json_signature, invocation, gateway):
    verified = invocation().openapi.soter.verifySignature(jsonString=json_string, jsonSignature=json_signature)
    assert verified["isOk"] is True
    sent = json.loads(gateway.requests[-1].json["requestData"])
    assert sent == {"json_string": json_string, "json_signature": json_signature}


@pytest.mark.parametrize("value", [{1}, float("nan"), b"bytes"], ids=repr)
def test_what_json_has_no_form_for_is_refused(value, invocation, wechat):
    with pytest.raises(wxcloud.CloudError, match="must have a form in JSON") as refused:
        invocation().openapi.soter.verifySignature(jsonString=value)
    assert refused.value.errCode == -501007
    assert wechat.requests == []


@pytest.mark.parametrize(
    ("errcode", "text"),
    [
        (-601001, "system error"),
        (-601004, "api permission denied"),
        (-604100, "API not found"),
        (-604101, "function has no permission to call this API"),
        (-604102, "call open API timeout"),
        (-604103, "call open API system error"),
        (-604104, "illegal source of invocation"),
    ],
)
def test_a_refused_cloud_call_has_the_code_and_the_text_of_the_sdks_table(errcode, text, invocation, gateway):
    for errmsg, detail in (
        ("", ""),
        (text, ""),
        (f"{text} rid: 6-6-6", " rid: 6-6-6"),
        ("see the log", ". see the log"),
    ):
        gateway.answers(gateway.openapi({"errcode": errcode, "errmsg": errmsg}))
        refused = failure(invocation())
        assert refused.errCode == errcode
        assert refused.errMsg == f"openapi.soter.verifySignature:fail {errcode} {text}{detail}"


@pytest.mark.parametrize(
    ("errcode", "errmsg"), [(40003, "invalid openid rid: 6-6-6"), (-2, "no table has this"), (48001, "")]
)
def test_any_other_errcode_is_wechats_own(errcode, errmsg, invocation, gateway):
    gateway.answers(gateway.openapi({"errcode": errcode, "errmsg": errmsg, "is_ok": True}))
    refused = failure(invocation())
    assert (refused.errCode, refused.errMsg) == (errcode, f"openapi.soter.verifySignature:fail {errmsg}")


@pytest.mark.parametrize(
    ("code", "number", "text"),
    [
        ("SIGN_PARAM_INVALID", -501001, "resource system error"),
        ("FUNCTION_NOT_FOUND", -501001, "resource system error"),
        ("SYS_ERR", -501001, "resource system error"),
        ("SERVER_TIMEOUT", -501002, "resource server timeout"),
        ("EXCEED_REQUEST_LIMIT", -501003, "exceed request limit"),
        ("EXCEED_CONCURRENT_REQUEST_LIMIT", -501004, "exceed concurrent request limit"),
        ("INVALIID_ENV", -501005, "invalid env"),
        ("INVALID_COMMON_PARAM", -501006, "invalid common parameters"),
        ("INVALID_PARAM", -501007, "invalid parameters"),
        ("INVALID_REQUEST_SOURCE", -501008, "invalid request source"),
        ("RESOURCE_NOT_INITIAL", -501009, "resource not initialized"),
    ],
)
def test_a_refusal_by_the_gateway_is_numbered_as_in_wx_server_sdk(code, number, text, invocation, gateway):
    gateway.answers(gateway.refused(code, "auth check failed"))
    refused = failure(invocation())
    assert refused.errCode == number
    assert refused.errMsg == f"openapi.soter.verifySignature:fail {number} {text}. auth check failed"
    assert len(gateway.requests) == 1


def test_a_wrong_key_is_refused(invocation, granted):
    refused = failure(invocation(context=granted(TENCENTCLOUD_SECRETKEY="wr0ng")))
    assert refused.errMsg == "openapi.soter.verifySignature:fail -501001 resource system error. another signature"


def test_success_is_no_refusal(invocation, gateway):
    gateway.answers({**gateway.openapi({"is_ok": True}), "code": "SUCCESS"})
    assert verify(invocation())["isOk"] is True


@pytest.mark.parametrize("reply", [{}, {"data": None}, {"data": "{}"}, {"requestId": "r"}, {"code": ""}])
def test_a_reply_without_data_is_a_system_error(reply, invocation, gateway):
    gateway.answers(reply)
    failed = failure(invocation())
    assert (failed.errCode, failed.errMsg.endswith("the gateway must answer with data")) == (-501001, True)


@pytest.mark.parametrize("data", [{}, {"responseData": None}, {"responseData": "not json"}, {"responseData": "NaN"}])
def test_an_answer_that_is_no_object_is_none(data, invocation, gateway):
    gateway.answers({"data": data, "requestId": "r"})
    assert failure(invocation()).errCode == -604103


def test_an_answer_that_is_an_object_already_is_taken(invocation, gateway):
    gateway.answers({"data": {"responseData": {"is_ok": False}}, "requestId": "r"})
    assert verify(invocation())["isOk"] is False


def test_an_api_that_is_not_known_to_be_harmless_is_not_sent_twice(invocation, gateway):
    gateway.answers(gateway.wechat.Reply(None))
    with pytest.raises(wxcloud.CloudError, match="hung up") as failed:
        invocation().openapi.subscribeMessage.send(touser="oUser")
    assert failed.value.errCode == -601003
    assert len(gateway.requests) == 1


def test_a_cookie_is_not_kept_for_the_next_caller(environ, granted, gateway):
    body = json.dumps(gateway.openapi({"is_ok": True})).encode()
    gateway.answers(gateway.wechat.Reply(body, cookie="session=first-callers; Path=/"))
    cloud = wxcloud.init(environ)
    verify(cloud.of(granted()))
    verify(cloud.of(granted(WX_OPENID="oOther")))
    assert ["Cookie" in request.headers for request in gateway.requests] == [False, False]


def test_a_netrc_does_not_replace_the_signature(invocation, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.utils.get_netrc_auth("http://127.0.0.1/admin") == ("somebody", "else")
    assert verify(invocation())["isOk"] is True
