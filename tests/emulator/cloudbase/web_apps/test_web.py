"""POST /web: js-sdk 1.x and 2.x, and the CLOUD_API mode of 3.x."""

import json
import re

import pytest

INVOKE = "functions.invokeFunction"
LOGIN = "auth.signInAnonymously"
RENEW = "auth.fetchAccessTokenWithRefreshToken"
LOGOUT = "auth.logout"
USER = "auth.getUserInfo"


@pytest.fixture
def call(app, token):
    """callFunction as js-sdk 2.x writes it, whose login is by /auth/v1."""

    def send(name="ask", data=None, query="", **members):
        encoded = "" if data is None else json.dumps(data)
        written = {"function_name": name, "request_data": encoded, "access_token": token, "seqId": "seq", **members}
        return app.cloud_api(INVOKE, query, **written)

    return send


def _is_refused(answered, code, message=""):
    assert set(answered) == {"code", "message", "requestId"}
    assert re.fullmatch(r"[0-9a-f-]{36}", answered["requestId"])
    assert answered["code"] == code
    return answered["message"].startswith(message)


@pytest.mark.parametrize("value", [{"a": [1, "字/😀"]}, "just text", None, 0])
def test_with_parse_the_result_comes_as_it_is(call, value):
    answered = call(data={"ask": "return", "value": value}, query="&parse=true", parse=True)
    assert answered["data"]["response_data"] == value


def test_a_page_cannot_pass_itself_off_as_a_mini_program_user(call):
    claimed = {"appId": "wx1234567890abcdef", "openId": "oAlice"}
    answered = call(data={"a": 1, "userInfo": claimed}, query="&parse=true", parse=True)
    assert answered["data"]["response_data"] == {"a": 1}


@pytest.mark.parametrize("path", ["/web", "/v1/functions/ask"])
@pytest.mark.parametrize("method", ["TRACE", "PUT"])
def test_a_method_that_is_not_served_is_refused_in_cloudbase_s_form(http, path, method):
    assert set(http.open(path, method=method).json) == {"code", "message", "requestId"}


@pytest.mark.parametrize("data", ["", None])
def test_no_data_is_an_empty_event(call, data):
    assert call(request_data=data)["data"]["response_data"] == "{}"


@pytest.mark.parametrize(
    "label", ["application/json;charset=UTF-8", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_the_body_is_json_whatever_it_is_labelled_as(http, token, label):
    body = {"action": INVOKE, "env": "env-demo", "function_name": "ask", "access_token": token}
    response = http.post("/web?env=env-demo", data=json.dumps(body), headers={"Content-Type": label})
    assert response.json["data"] == {"response_data": "{}"}


def test_js_sdk_1_logs_in_calls_and_logs_out(app):
    login = app.cloud_api(LOGIN)
    assert set(login) == {"uuid", "refresh_token", "requestId"}
    renewed = app.cloud_api(RENEW, refresh_token=login["refresh_token"])
    assert set(renewed) == {"access_token", "access_token_expire", "requestId"}
    assert renewed["access_token_expire"] == 7_200_000
    token = {"access_token": renewed["access_token"]}
    assert app.cloud_api(USER, **token)["data"] == {"uid": login["uuid"], "loginType": "ANONYMOUS"}
    called = app.cloud_api(INVOKE, **token, function_name="ask", request_data='{"ask":"environment"}')
    assert json.loads(called["data"]["response_data"])["TCB_UUID"] == login["uuid"]
    assert set(app.cloud_api(LOGOUT, refresh_token=login["refresh_token"])) == {"requestId"}
    assert _is_refused(app.cloud_api(INVOKE, **token, function_name="ask"), "CHECK_LOGIN_FAILED")


def test_js_sdk_1_keeps_its_user_by_the_refresh_token_and_not_by_the_uuid(app):
    login = app.cloud_api(LOGIN)
    known = {"anonymous_uuid": login["uuid"]}
    assert app.cloud_api(LOGIN, **known, refresh_token=login["refresh_token"])["uuid"] == login["uuid"]
    assert app.cloud_api(LOGIN, **known)["uuid"] != login["uuid"]
    assert app.cloud_api(LOGIN, **known, refresh_token="another")["uuid"] != login["uuid"]


def test_js_sdk_1_may_use_its_refresh_token_again(app):
    refresh_token = app.cloud_api(LOGIN)["refresh_token"]
    first, second = (app.cloud_api(RENEW, refresh_token=refresh_token)["access_token"] for _ in range(2))
    assert first != second


def test_a_login_of_either_kind_calls_by_either_way(app, token):
    assert app.cloud_api(INVOKE, access_token=token, function_name="ask")["data"]["response_data"] == "{}"
    refresh_token = app.cloud_api(LOGIN)["refresh_token"]
    older = app.cloud_api(RENEW, refresh_token=refresh_token)["access_token"]
    assert app.invoke("ask", token=older).json == {}


@pytest.mark.parametrize("action", [RENEW, LOGOUT])
@pytest.mark.parametrize("refresh_token", ["", "x", None])
def test_a_refresh_token_that_is_not_good_is_refused(app, action, refresh_token):
    assert _is_refused(app.cloud_api(action, refresh_token=refresh_token), "INVALID_REFRESH_TOKEN")


@pytest.mark.parametrize(("action", "token"), [(INVOKE, None), (INVOKE, ""), (INVOKE, "a.b.c"), (USER, "x")])
def test_who_is_not_logged_in_is_refused(app, action, token):
    answered = app.cloud_api(action, access_token=token, function_name="ask")
    assert _is_refused(answered, "CHECK_LOGIN_FAILED")


def test_an_expired_access_token_is_told_apart(call, clock):
    clock.advance(7200)
    assert _is_refused(call(), "ACCESS_TOKEN_EXPIRED")


def test_a_token_of_another_environment_is_refused(new_app, token):
    answered = new_app(env="env-other").cloud_api(INVOKE, access_token=token, function_name="ask")
    assert _is_refused(answered, "CHECK_LOGIN_FAILED", "the access token is of env-demo, not of env-other")


@pytest.mark.parametrize("action", [LOGIN, INVOKE])
def test_an_unknown_environment_is_refused(new_app, token, action):
    answered = new_app(env="env-nobody").cloud_api(action, access_token=token, function_name="ask")
    assert _is_refused(answered, "INVALID_ENV", "no app is bound to the environment 'env-nobody'")


def test_without_verification_anybody_calls_in_the_environment_that_is_named(new_app, control):
    control.set(verify_signatures=False)
    called = new_app(env="env-other").cloud_api(INVOKE, function_name="ask", request_data='{"ask":"environment"}')
    assert json.loads(called["data"]["response_data"])["TCB_ENV"] == "env-other"


@pytest.mark.parametrize("data", ["{", "[1]", "7", '"text"', 7, {"a": 1}, "[" * 100_000])
def test_request_data_that_is_no_object_in_a_string_is_refused(call, data):
    assert _is_refused(call(request_data=data), "INVALID_PARAM", "")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"function_name": 1}, "function_name: expected a string, got a number"),
        ({"access_token": ["x"]}, "access_token: expected a string, got an array"),
        ({"action": {}}, "action: expected a string, got an object"),
        ({"env": 1}, "env: expected a string, got a number"),
        ({"env": "\ud800"}, "env: expected text, got a lone surrogate in it"),
        ({"env": "env-other"}, "env: expected an environment's id, the same in query and body, got 2"),
    ],
)
def test_a_member_of_another_form_is_refused(call, members, message):
    assert _is_refused(call(**members), "INVALID_PARAM", message)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"7", b"", b"{}"])
def test_a_request_that_is_no_call_is_refused(http, body):
    response = http.post("/web", data=body)
    assert response.status_code == 200
    assert _is_refused(response.json, "INVALID_PARAM")


def test_the_environment_may_be_named_in_the_query_or_the_body_alone(http):
    for query, members in (("?env=env-demo", {}), ("", {"env": "env-demo"})):
        assert "uuid" in http.post(f"/web{query}", json={"action": LOGIN, **members}).json


@pytest.mark.parametrize("action", ["", "database.queryDocument", "auth", "\\"])
def test_another_action_is_refused(app, action):
    assert _is_refused(app.cloud_api(action), "INVALID_ACTION", f"the action {action!r} is not served here")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PROPFIND"])
def test_another_method_is_refused(http, method):
    response = http.open("/web", method=method)
    assert response.status_code == 200
    assert _is_refused(response.json, "INVALID_ACTION", f"{method} /web is not emulated")


def test_calls_are_kept_in_the_journal_under_their_action(call, control):
    answered = call()
    exchange = control.exchanges[0]
    told = {name: exchange[name] for name in ("rid", "face", "name", "appid", "url")}
    assert told == {
        "rid": answered["requestId"],
        "face": "cloudbase",
        "name": INVOKE,
        "appid": "wx1234567890abcdef",
        "url": "/web?env=env-demo",
    }
