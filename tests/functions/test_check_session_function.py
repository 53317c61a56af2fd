from __future__ import annotations

import pytest

PATH = "/wxa/checksession"
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SIGNATURE = "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"


def test_a_caller_asks_about_their_own_kept_session(deploy, wechat, mini_program):
    function = deploy("checkSession")
    function.cloud.sessions.keep("oUser", KEY)
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


def test_without_a_login_there_is_nothing_to_check(deploy, wechat, mini_program):
    function = deploy("checkSession")
    function.cloud.sessions.keep("oOther", KEY)
    answer = function.main({}, mini_program("oUser"))
    assert answer["errCode"] == 87007
    assert answer["errMsg"].startswith("checkSession:fail session_key is not existd or expired.")
    assert "call the function login" in answer["errMsg"]
    assert wechat.requests == []


@pytest.mark.parametrize("proof", [{"sessionKey": KEY}, {"signature": SIGNATURE}])
def test_a_server_proves_a_session_by_its_key_or_its_signature(proof, deploy, wechat, server_call):
    assert deploy("checkSession").main({"openid": "oAny", **proof}, server_call)["errCode"] == 0
    sent = wechat.sent(PATH)[0].query
    assert (sent["openid"], sent["signature"]) == ("oAny", SIGNATURE)
    assert KEY not in str(wechat.requests)


@pytest.mark.parametrize("name", ["sessionKey", "signature"])
@pytest.mark.parametrize("openid", [{}, {"openid": "oUser"}, {"openid": "oOther"}])
def test_a_session_key_from_a_mini_program_is_refused_and_told_why(name, openid, deploy, wechat, mini_program):
    answer = deploy("checkSession").main({name: KEY, **openid}, mini_program("oUser"))
    assert answer["errCode"] == -501008
    assert "a session_key stays on the server" in answer["errMsg"]
    assert KEY not in answer["errMsg"]
    assert wechat.requests == []


@pytest.mark.parametrize("name", ["sessionKey", "signature"])
def test_a_session_key_from_a_public_web_user_is_refused(name, deploy, wechat, web_call):
    answer = deploy("checkSession").main({"openid": "oAny", name: KEY}, web_call)
    assert answer["errCode"] == -501008
    assert wechat.requests == []


def test_a_public_web_user_may_not_ask_about_an_openid(deploy, web_call):
    function = deploy("checkSession")
    function.cloud.sessions.keep("oAny", KEY)
    assert function.main({"openid": "oAny"}, web_call)["errCode"] == -501008


def test_a_mini_program_may_not_ask_about_somebody_else(deploy, mini_program):
    function = deploy("checkSession")
    function.cloud.sessions.keep("oOther", KEY)
    assert function.main({"openid": "oOther"}, mini_program("oUser"))["errCode"] == 40003


@pytest.mark.parametrize("proof", [{}, {"sessionKey": KEY, "signature": SIGNATURE}])
def test_a_server_gives_exactly_one_proof(proof, deploy, wechat, server_call):
    answer = deploy("checkSession").main({"openid": "oAny", **proof}, server_call)
    assert answer["errCode"] == -501007
    assert "either sessionKey or signature" in answer["errMsg"]
    assert wechat.requests == []


@pytest.mark.parametrize("event", [{}, {"sessionKey": KEY}, {"userInfo": {"openId": "oUser"}, "signature": SIGNATURE}])
def test_a_server_that_names_nobody_is_told_so(event, deploy, server_call):
    function = deploy("checkSession")
    function.cloud.sessions.keep("oUser", KEY)
    assert function.main(event, server_call)["errCode"] == 41009


def test_the_sig_method_passes_through(deploy, wechat, mini_program):
    wechat.answers(PATH, {"errcode": 87008, "errmsg": "invalid sig_method rid: 6-6-6"})
    function = deploy("checkSession")
    function.cloud.sessions.keep("oUser", KEY)
    answer = function.main({"sigMethod": "hmac_md5"}, mini_program("oUser"))
    assert answer == {"errCode": 87008, "errMsg": "checkSession:fail invalid sig_method rid: 6-6-6"}
    assert wechat.sent(PATH)[0].query["sig_method"] == "hmac_md5"


@pytest.mark.parametrize(("errcode", "errmsg"), [(87009, "invalid signature"), (40003, "invalid openid")])
def test_wechats_refusal_is_the_answer(errcode, errmsg, deploy, wechat, server_call):
    wechat.answers(PATH, {"errcode": errcode, "errmsg": errmsg})
    answer = deploy("checkSession").main({"openid": "oAny", "sessionKey": KEY}, server_call)
    assert answer == {"errCode": errcode, "errMsg": f"checkSession:fail {errmsg}"}


@pytest.mark.parametrize("name", ["openid", "sessionKey", "signature", "sigMethod"])
@pytest.mark.parametrize("value", ["", 7, False, [], {}], ids=repr)
def test_a_field_that_is_no_text_is_named(name, value, deploy, wechat, server_call):
    answer = deploy("checkSession").main({"openid": "oAny", "sessionKey": KEY, name: value}, server_call)
    assert answer["errCode"] == -501007
    assert f"{name} must be a non-empty string, got " in answer["errMsg"]
    assert KEY not in answer["errMsg"]
    assert wechat.requests == []
