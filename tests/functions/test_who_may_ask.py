"""For whom the functions act: a user for themselves, a server for whom it names, a web user for nobody."""

import json

import pytest

KEY, SIGNATURE = "o0q0otL8aEzpcZL/FT9WsQ==", "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"
SIGNED = {"jsonString": r'{"raw":"a\/b","counter":1}', "jsonSignature": "c2ln+/=="}
PROOF = {"sessionKey": KEY}
EVENTS = {"verifySignature": SIGNED, "checkSession": {}}
PATHS = {"verifySignature": "/cgi-bin/soter/verify_signature", "checkSession": "/wxa/checksession"}
STAYS = "a session_key stays on the server"


@pytest.fixture
def call(deploy, request, sessions_of):
    """Call a function that has a session of oUser, of oOther and of oAny, as one of the callers."""

    def ask(name, caller, event):
        function = deploy(name)
        for openid in ("oUser", "oOther", "oAny"):
            sessions_of(function.cloud).keep(openid, KEY)
        context = request.getfixturevalue(caller)
        return function.main(event, context("oUser") if callable(context) else context)

    return ask


@pytest.mark.parametrize(
    ("name", "caller", "event", "openid"),
    [
        ("verifySignature", "mini_program", SIGNED, "oUser"),
        ("verifySignature", "mini_program", {**SIGNED, "openid": "oUser"}, "oUser"),
        ("verifySignature", "server_call", {**SIGNED, "openid": "oAny"}, "oAny"),
        ("checkSession", "mini_program", {}, "oUser"),
        ("checkSession", "server_call", {"openid": "oAny", "sessionKey": KEY}, "oAny"),
        ("checkSession", "server_call", {"openid": "oAny", "signature": SIGNATURE}, "oAny"),
    ],
)
def test_who_may_is_answered_for_whom_it_asks(call, wechat, *, name, caller, event, openid):
    assert call(name, caller, event)["errCode"] == 0
    (sent,) = wechat.sent(PATHS[name])
    assert (sent.json if sent.body else sent.query)["openid"] == openid
    assert KEY not in str(wechat.requests)


@pytest.mark.parametrize(
    ("name", "caller", "event", "errcode", "told"),
    [
        *((name, "mini_program", {**event, "openid": "oOther"}, 40003, "") for name, event in EVENTS.items()),
        *((name, "web_call", {**event, "openid": "oAny"}, -501008, "") for name, event in EVENTS.items()),
        *((name, "web_call", event, 41009, "") for name, event in EVENTS.items()),
        ("verifySignature", "server_call", SIGNED, 41009, "missing openid"),
        ("verifySignature", "server_call", {**SIGNED, "userInfo": {"openId": "oOther"}}, 41009, ""),
        *(("checkSession", "server_call", event, 41009, "") for event in ({}, PROOF)),
        ("checkSession", "server_call", {"userInfo": {"openId": "oUser"}, "signature": SIGNATURE}, 41009, ""),
        *(("checkSession", "mini_program", {name: KEY}, -501008, STAYS) for name in ("sessionKey", "signature")),
        ("checkSession", "mini_program", {**PROOF, "openid": "oUser"}, -501008, STAYS),
        ("checkSession", "mini_program", {"signature": KEY, "openid": "oOther"}, -501008, STAYS),
        *(
            ("checkSession", "web_call", {"openid": "oAny", name: KEY}, -501008, "")
            for name in ("sessionKey", "signature")
        ),
        ("checkSession", "server_call", {"openid": "oAny"}, -501007, "either sessionKey or signature"),
        (
            *("checkSession", "server_call", {"openid": "oAny", "signature": SIGNATURE, **PROOF}),
            *(-501007, "either sessionKey or signature"),
        ),
    ],
)
def test_who_may_not_is_refused_and_wechat_is_not_asked(call, wechat, *, name, caller, event, errcode, told):
    answer = call(name, caller, event)
    assert answer["errCode"] == errcode
    assert told in answer["errMsg"]
    assert KEY not in json.dumps(answer)
    assert wechat.requests == []


NO_TEXT = ["", 7, False, [], {}]


@pytest.mark.parametrize("name", ["openid", "sessionKey", "signature", "sigMethod"])
@pytest.mark.parametrize("value", NO_TEXT, ids=repr)
def test_a_field_of_a_session_that_is_no_text_is_named(call, wechat, name, value):
    answer = call("checkSession", "server_call", {"openid": "oAny", **PROOF, name: value})
    assert answer["errCode"] == -501007
    assert f"{name} must be a non-empty string, got " in answer["errMsg"]
    assert KEY not in answer["errMsg"]
    assert wechat.requests == []


def test_the_environment_of_a_reused_instance_is_nobodys_identity(
    deploy, wechat, server_call, mini_program, monkeypatch
):
    main = deploy("verifySignature").main
    monkeypatch.setenv("WX_OPENID", "oPrevious")
    assert main(SIGNED, server_call)["errCode"] == 41009
    main(SIGNED, mini_program("oUser"))
    assert [request.json["openid"] for request in wechat.sent(PATHS["verifySignature"])] == ["oUser"]


@pytest.mark.parametrize("name", ["WX_APPID", "WX_SECRET"])
@pytest.mark.parametrize("function", ["verifySignature", "login", "checkSession"])
def test_a_missing_setting_is_an_answer_that_names_it(name, function, deploy, server_call):
    event = {**SIGNED, "openid": "oAny", "code": "c", "signature": "s"}
    answer = deploy(function, **{name: ""}).main(event, server_call)
    assert answer["errCode"] == -501009
    assert f"{name} is not set" in answer["errMsg"]
