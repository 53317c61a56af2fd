import pytest

import wxcloud

VERIFY = "/cgi-bin/soter/verify_signature"
SECRET = "0123456789abcdef0123456789abcdef"
NO_TOKEN = {"WX_API_TOKEN": None}
NO_CREDENTIALS = {"TENCENTCLOUD_SECRETID": None, "TENCENTCLOUD_SECRETKEY": None}


@pytest.fixture
def app(wechat):
    """The settings of a function that holds the app's secret."""
    return {"WX_APPID": "wx1234567890abcdef", "WX_SECRET": SECRET, "WX_API_BASE": wechat.address}


@pytest.fixture
def invoked(invocation, granted, app):
    """An invocation, less what it lacks, of a function that holds the app's secret and has WX_TRANSPORT set so."""
    return lambda forced="", **lacking: invocation(context=granted(**lacking), WX_TRANSPORT=forced, **app)


def verify(invocation):
    return invocation.openapi.soter.verifySignature(openid="oUser", jsonString="{}", jsonSignature="")


@pytest.mark.parametrize(
    ("forced", "lacking", "goes_to"),
    [
        ("", {}, "/admin"),
        ("", NO_TOKEN, VERIFY),
        ("", NO_CREDENTIALS, VERIFY),
        ("https", {}, VERIFY),
        ("https", NO_TOKEN, VERIFY),
        ("gateway", {}, "/admin"),
        ("gateway", NO_TOKEN, "/admin"),
    ],
)
def test_the_invocation_chooses_unless_the_setting_does(forced, lacking, goes_to, invoked, wechat):
    verify(invoked(forced, **lacking))
    assert wechat.sent(goes_to)
    other = {"/admin": VERIFY, VERIFY: "/admin"}[goes_to]
    assert wechat.sent(other) == []


def test_a_forced_gateway_without_credentials_says_what_is_missing(invoked):
    with pytest.raises(wxcloud.CloudError, match="TENCENTCLOUD_SECRETID") as refused:
        verify(invoked("gateway", **NO_CREDENTIALS))
    assert refused.value.errMsg.startswith("openapi.soter.verifySignature:fail -501009 resource not initialized. ")


def test_a_setting_of_another_name_is_refused_when_it_is_needed(invoked, wechat):
    invocation = invoked("carrier pigeon")
    assert invocation.caller.openid == "oUser"
    with pytest.raises(wxcloud.CloudError, match="WX_TRANSPORT must be one of gateway, https"):
        verify(invocation)
    assert wechat.requests == []


def test_an_instance_serves_calls_by_both_ways(environ, granted, app, wechat):
    cloud = wxcloud.init({**environ, **app})
    for context in (granted(), granted(**NO_TOKEN), granted()):
        verify(cloud.of(context))
    paths = [request.path for request in wechat.requests]
    assert paths == ["/admin", "/cgi-bin/stable_token", VERIFY, "/admin"]


@pytest.mark.parametrize("forced", ["", "gateway"])
@pytest.mark.parametrize(
    ("api", "path"), [("checkSessionKey", "/wxa/checksession"), ("code2Session", "/sns/jscode2session")]
)
def test_what_has_no_cloud_call_goes_over_https_always(api, path, forced, invoked, wechat):
    wechat.answers("/sns/jscode2session", {"session_key": "k==", "openid": "oUser"})
    getattr(invoked(forced).openapi.auth, api)(jsCode="081abc")
    assert len(wechat.sent(path)) == 1
    assert wechat.sent("/admin") == []


def test_the_login_and_its_session_go_over_https_whatever_is_forced(deploy, granted, app, wechat, tmp_path):
    wechat.answers("/sns/jscode2session", {"session_key": "k==", "openid": "oUser"})
    answer = deploy("login", WX_TRANSPORT="gateway", **app, WX_STORE=f"sqlite:{tmp_path / 'store'}").main(
        {"code": "081abc"}, granted()
    )
    assert answer["errMsg"] == "login:ok"
    assert wechat.sent("/admin") == []


def test_verify_signature_needs_no_secret_with_a_cloud_call(deploy, granted, wechat):
    function = deploy("verifySignature", WX_APPID="", WX_SECRET="")
    answer = function.main({"jsonString": "{}", "jsonSignature": "c2ln"}, granted())
    assert answer == {"errCode": 0, "errMsg": "openapi.soter.verifySignature:ok", "isOk": True}
    assert [request.path for request in wechat.requests] == ["/admin"]


@pytest.mark.parametrize("forced", ["https", "gateway", ""])
@pytest.mark.parametrize(
    ("wechats", "answer"),
    [
        ({"errcode": 0, "errmsg": "ok", "is_ok": True}, {"isOk": True, "errCode": 0}),
        ({"is_ok": False}, {"isOk": False, "errCode": 0}),
        ({"errcode": 40003, "errmsg": "invalid openid rid: 6-6-6"}, 40003),
        ({"errcode": 48001, "errmsg": "api unauthorized rid: 6-6-6"}, 48001),
        ({"errcode": -1, "errmsg": "system error"}, -1),
        ({"errcode": "0"}, -604103),
        ({"errcode": True}, -604103),
        ({"errmsg": 7}, -604103),
        ([], -604103),
    ],
)
def test_wechats_answer_reads_the_same_by_both_ways(forced, wechats, answer, invoked, gateway):
    gateway.wechat.answers(VERIFY, wechats)
    gateway.answers(gateway.openapi(wechats))
    invocation = invoked(forced)
    if isinstance(answer, dict):
        assert verify(invocation) == {**answer, "errMsg": "openapi.soter.verifySignature:ok"}
        return
    with pytest.raises(wxcloud.CloudError) as refused:
        verify(invocation)
    assert refused.value.errCode == answer
    assert refused.value.errMsg.startswith("openapi.soter.verifySignature:fail ")
