import json

import pytest

PATH = "/sns/jscode2session"
SESSION_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="


@pytest.fixture
def sessions(wechat):
    wechat.answers(PATH, {"session_key": SESSION_KEY, "openid": "oUser"})


@pytest.mark.usefixtures("sessions")
def test_a_code_becomes_a_session_whose_key_stays_here(deploy, mini_program, sessions_of):
    login = deploy("login")
    answer = login.main({"code": "081abc"}, mini_program("oUser"))
    assert answer == {"errCode": 0, "errMsg": "login:ok", "openid": "oUser"}
    assert sessions_of(login.cloud).find("oUser").session_key == SESSION_KEY


def test_a_unionid_is_passed_on_and_the_key_is_not(deploy, wechat, mini_program):
    wechat.answers(PATH, {"session_key": SESSION_KEY, "openid": "oUser", "unionid": "oUnion"})
    answer = deploy("login").main({"code": "081abc"}, mini_program("oUser"))
    assert answer == {"errCode": 0, "errMsg": "login:ok", "openid": "oUser", "unionid": "oUnion"}
    assert SESSION_KEY not in json.dumps(answer)


@pytest.mark.usefixtures("sessions")
def test_the_request_has_wechats_form_and_needs_no_token(deploy, wechat, mini_program):
    deploy("login").main({"code": "08 1&a=b+/"}, mini_program("oUser"))
    (sent,) = wechat.requests
    assert (sent.method, sent.path, sent.body) == ("GET", PATH, b"")
    assert sent.query == {
        "appid": "wx1234567890abcdef",
        "secret": "0123456789abcdef0123456789abcdef",
        "js_code": "08 1&a=b+/",
        "grant_type": "authorization_code",
    }


def test_an_answer_labelled_text_is_still_read(deploy, wechat, mini_program):
    body = json.dumps({"session_key": SESSION_KEY, "openid": "oUser"}).encode()
    wechat.answers(PATH, wechat.Reply(body, content_type="text/plain"))
    assert deploy("login").main({"code": "081abc"}, mini_program("oUser"))["errCode"] == 0


@pytest.mark.usefixtures("sessions")
def test_a_stolen_code_does_not_bind_its_owners_session_to_the_thief(deploy, mini_program, sessions_of):
    login = deploy("login")
    answer = login.main({"code": "081abc"}, mini_program("oThief"))
    assert answer["errCode"] == 40003
    assert answer["errMsg"].startswith("login:fail invalid openid. the code belongs to another user")
    assert "oUser" not in json.dumps(answer)
    assert sessions_of(login.cloud).find("oThief") is None
    assert sessions_of(login.cloud).find("oUser") is None


@pytest.mark.usefixtures("sessions")
def test_a_server_may_log_a_user_in(deploy, server_call):
    assert deploy("login").main({"code": "081abc"}, server_call)["openid"] == "oUser"


def test_the_latest_login_is_the_one_kept(deploy, wechat, mini_program, sessions_of):
    login = deploy("login")
    for key in ("first==", "second=="):
        wechat.answers(PATH, {"session_key": key, "openid": "oUser"})
        login.main({"code": "081abc"}, mini_program("oUser"))
    assert sessions_of(login.cloud).find("oUser").session_key == "second=="


@pytest.mark.parametrize(
    ("errcode", "errmsg"),
    [
        (40029, "invalid code, rid: 6543210f-1a2b3c4d-5e6f7a8b"),
        (40163, "code been used, rid: 6543210f-1a2b3c4d-5e6f7a8b"),
        (40226, "code blocked, rid: 6543210f-1a2b3c4d-5e6f7a8b"),
        (40125, "invalid appsecret, rid: 6543210f-1a2b3c4d-5e6f7a8b"),
    ],
)
def test_wechats_refusal_is_the_answer(errcode, errmsg, deploy, wechat, mini_program):
    wechat.answers(PATH, {"errcode": errcode, "errmsg": errmsg})
    answer = deploy("login").main({"code": "081abc"}, mini_program("oUser"))
    assert answer == {"errCode": errcode, "errMsg": f"login:fail {errmsg}"}
    assert len(wechat.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [
        {"openid": "oUser"},
        {"session_key": SESSION_KEY},
        {"session_key": SESSION_KEY, "openid": ""},
        {"session_key": "", "openid": "oUser"},
        {"session_key": SESSION_KEY, "openid": 7},
        {"session_key": SESSION_KEY, "openid": "oUser", "unionid": 7},
        {"session_key": SESSION_KEY, "openid": "oUser", "errcode": "0"},
        {"session_key": SESSION_KEY, "openid": "oUser", "errcode": True},
        {"session_key": SESSION_KEY, "openid": "oUser", "errmsg": 1},
    ],
)
def test_an_incomplete_session_is_an_error_and_is_not_kept(reply, deploy, wechat, mini_program, sessions_of):
    wechat.answers(PATH, reply)
    login = deploy("login")
    answer = login.main({"code": "081abc"}, mini_program("oUser"))
    assert answer["errCode"] == -604103
    assert SESSION_KEY not in answer["errMsg"]
    assert sessions_of(login.cloud).find("oUser") is None


@pytest.mark.parametrize("code", [None, "", 7, ["c"], {"c": 1}, True, "\ud800"])
def test_a_code_that_is_no_text_is_refused(code, deploy, wechat, mini_program):
    answer = deploy("login").main({"code": code}, mini_program("oUser"))
    assert answer["errCode"] == -501007
    assert answer["errMsg"].startswith("login:fail -501007 invalid parameters. code must be ")
    assert wechat.requests == []


def test_a_code_is_not_sent_again_after_a_lost_answer(deploy, wechat, mini_program):
    wechat.answers(PATH, wechat.Reply(None))
    answer = deploy("login").main({"code": "081abc"}, mini_program("oUser"))
    assert answer["errCode"] == -601003
    assert len(wechat.requests) == 1


@pytest.mark.usefixtures("sessions")
def test_a_store_that_cannot_be_used_is_an_answer(deploy, mini_program, tmp_path):
    login = deploy("login", WX_STORE=f"sqlite:{tmp_path / 'nowhere' / 'store.sqlite3'}")
    answer = login.main({"code": "081abc"}, mini_program("oUser"))
    assert answer["errCode"] == -501001
    assert "WX_STORE" in answer["errMsg"]
