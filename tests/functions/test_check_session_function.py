import pytest

PATH = "/wxa/checksession"
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SIGNATURE = "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"


def test_a_caller_asks_about_their_own_kept_session(deploy, wechat, mini_program, sessions_of):
    function = deploy("checkSession")
    sessions_of(function.cloud).keep("oUser", KEY)
    assert function.main({}, mini_program("oUser")) == {"errCode": 0, "errMsg": "checkSession:ok"}
    (sent,) = wechat.sent(PATH)
    assert (sent.method, sent.body) == ("GET", b"")
    assert sent.query == {
        "access_token": "token-0",
        "openid": "oUser",
        "signature": SIGNATURE,
        "sig_method": "hmac_sha256",
    }


def test_what_login_kept_is_what_is_checked(deploy, wechat, mini_program):
    wechat.answers("/sns/jscode2session", {"session_key": KEY, "openid": "oUser"})
    deploy("login").main({"code": "081abc"}, mini_program("oUser"))
    assert deploy("checkSession").main({}, mini_program("oUser"))["errCode"] == 0
    assert wechat.sent(PATH)[0].query["signature"] == SIGNATURE


def test_without_a_login_there_is_nothing_to_check(deploy, wechat, mini_program, sessions_of):
    function = deploy("checkSession")
    sessions_of(function.cloud).keep("oOther", KEY)
    answer = function.main({}, mini_program("oUser"))
    assert answer["errCode"] == 87007
    assert answer["errMsg"].startswith("checkSession:fail session_key is not existd or expired.")
    assert "call the function login" in answer["errMsg"]
    assert wechat.requests == []


def test_the_sig_method_passes_through(deploy, wechat, mini_program, sessions_of):
    wechat.answers(PATH, {"errcode": 87008, "errmsg": "invalid sig_method rid: 6-6-6"})
    function = deploy("checkSession")
    sessions_of(function.cloud).keep("oUser", KEY)
    answer = function.main({"sigMethod": "hmac_md5"}, mini_program("oUser"))
    assert answer == {"errCode": 87008, "errMsg": "checkSession:fail invalid sig_method rid: 6-6-6"}
    assert wechat.sent(PATH)[0].query["sig_method"] == "hmac_md5"


@pytest.mark.parametrize(("errcode", "errmsg"), [(87009, "invalid signature"), (40003, "invalid openid")])
def test_wechats_refusal_is_the_answer(errcode, errmsg, deploy, wechat, server_call):
    wechat.answers(PATH, {"errcode": errcode, "errmsg": errmsg})
    answer = deploy("checkSession").main({"openid": "oAny", "sessionKey": KEY}, server_call)
    assert answer == {"errCode": errcode, "errMsg": f"checkSession:fail {errmsg}"}
