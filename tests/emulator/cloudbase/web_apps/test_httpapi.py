"""POST /v1/functions/{name}: the HTTP API of functions, which js-sdk 3.x uses as GATEWAY."""

import re
from pathlib import Path

import pytest

from wxemu.scf.deployment import Deployment
from wxemu.scf.runtime import Invocation
from wxemu.state import seed

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("value", ["just text", '{"not": "parsed"}', "", "订单"])
def test_a_string_is_sent_as_bare_text(app, token, value):
    response = app.ask(token, "return", value=value)
    assert response.content_type == "text/plain; charset=utf-8"
    assert response.text == value


def test_half_a_surrogate_pair_survives_inside_json_and_becomes_a_question_mark_in_bare_text(app, token):
    assert app.ask(token, "return", value=["\ud83d"]).json == ["\ud83d"]
    assert app.ask(token, "return", value="\ud83d").text == "?"


def test_the_body_is_the_event(app, token):
    assert app.invoke("ask", {"text": '\\/ "字"', "n": 1.5}, token).json == {"text": '\\/ "字"', "n": 1.5}


@pytest.mark.parametrize("body", [b"", b" \n", b"null"])
def test_no_data_is_an_empty_event(app, token, body):
    assert app.invoke("ask", token=token, json=None, data=body).json == {}


def test_the_function_is_told_of_an_anonymous_user_and_of_nobody_of_wechat_s(app):
    login = app.log_in()
    environment = app.ask(login["access_token"], "environment").json
    told = {name: environment[name] for name in ("TCB_UUID", "TCB_ISANONYMOUS_USER", "TCB_ENV", "TRIGGER_SRC")}
    assert told == {
        "TCB_UUID": login["sub"],
        "TCB_ISANONYMOUS_USER": "true",
        "TCB_ENV": "env-demo",
        "TRIGGER_SRC": "tcb",
    }
    assert not environment.keys() & {"WX_OPENID", "WX_UNIONID", "WX_API_TOKEN", "WX_CONTEXT_KEYS"}


def test_a_page_cannot_pass_itself_off_as_a_mini_program_user(app, token):
    claimed = {"appId": "wx1234567890abcdef", "openId": "oAlice"}
    assert "WX_OPENID" not in app.ask(token, "environment", userInfo=claimed).json
    assert app.ask(token, "echo", userInfo=claimed).json == {"ask": "echo"}


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("checkSession", {"openid": "oAlice", "sessionKey": "o0q0otL8aEzpcZL/FT9WsQ=="}),
        ("verifySignature", {"openid": "oAlice", "jsonString": "{}", "jsonSignature": "c2ln"}),
    ],
)
def test_our_own_functions_refuse_a_web_user(world, serve, new_app, name, event):
    client = serve(world, ROOT)
    app = new_app()
    app = type(app)(client)
    answered = app.invoke(name, event, app.log_in()["access_token"])
    assert answered.status_code == 200
    assert answered.json["errCode"] == -501008


def _is_refused(response, status, code):
    assert set(response.json) == {"code", "message", "requestId"}
    assert re.fullmatch(r"[0-9a-f-]{36}", response.json["requestId"])
    assert (response.status_code, response.json["code"]) == (status, code)
    return True


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"7", b"\xff\xfe", b"a=1", b'{"a": NaN}', b"[" * 100_000])
def test_a_body_that_is_no_event_is_refused(app, token, body):
    assert _is_refused(app.invoke("ask", token=token, json=None, data=body), 400, "FUNCTION_PARAM_INVALID")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic ZW52LWRlbW86", "token"])
def test_a_call_without_a_token_misses_its_credentials(app, header):
    headers = {} if header is None else {"Authorization": header}
    assert _is_refused(app.invoke("ask", headers=headers), 401, "MISSING_CREDENTIALS")


@pytest.mark.parametrize("change", [str.upper, lambda token: token[:-1], lambda token: f"{token}x", lambda _: "a.b.c"])
def test_a_token_that_was_changed_is_invalid(app, token, change):
    response = app.invoke("ask", token=change(token))
    assert _is_refused(response, 401, "INVALID_CREDENTIALS")
    assert token[:20] not in response.text


def test_the_scheme_may_be_written_in_any_case(app, token):
    assert app.invoke("ask", headers={"Authorization": f"bearer  {token}"}).status_code == 200


def test_a_token_works_to_its_last_second(app, token, clock):
    clock.advance(7199)
    assert app.invoke("ask", token=token).status_code == 200
    clock.advance(1)
    assert _is_refused(app.invoke("ask", token=token), 401, "ACCESS_TOKEN_EXPIRED")


def test_a_token_of_before_a_reset_is_invalid(app, token, world):
    seed.reload(world)
    assert _is_refused(app.invoke("ask", token=token), 401, "INVALID_CREDENTIALS")


def test_a_user_calls_in_the_environment_of_the_token(new_app):
    other = new_app(env="env-other")
    environment = other.ask(other.log_in()["access_token"], "environment").json
    assert (environment["TCB_ENV"], environment["WX_APPID"]) == ("env-other", "wxfedcba0987654321")


def test_without_verification_anybody_calls_in_the_first_environment(app, control):
    control.set(verify_signatures=False)
    environment = app.invoke("ask", {"ask": "environment"}).json
    assert (environment["TCB_ENV"], environment["TCB_ISANONYMOUS_USER"]) == ("env-demo", "true")
    again = app.invoke("ask", {"ask": "environment"}, token="not one of ours").json
    assert again["TCB_UUID"] == environment["TCB_UUID"]


def test_without_verification_a_good_token_still_tells_who_calls(app, control):
    login = app.log_in()
    control.set(verify_signatures=False)
    assert app.ask(login["access_token"], "environment").json["TCB_UUID"] == login["sub"]


def test_without_any_environment_there_is_none_to_call_in(app, control):
    control.post("state/reset", to="empty")
    control.set(verify_signatures=False)
    assert _is_refused(app.invoke("ask"), 404, "INVALID_ENV")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v1/functions/ask"), ("POST", "/v1/model/prod/orders/list"), ("PROPFIND", "/v1/functions/a/b")],
)
def test_what_is_not_emulated_is_told_in_the_api_s_own_form(http, method, path):
    response = http.open(path, method=method)
    assert _is_refused(response, 404, "INVALID_PATH")
    assert response.json["message"] == f"{method} {path} is not emulated; /openapi.json lists what is"


def test_calls_are_kept_in_the_journal_with_the_request_id_of_the_invocation(app, token, control, monkeypatch):
    ended = Invocation("request-of-this-one", {"a": 1}, None, log="", duration_ms=1, is_cold=False)
    monkeypatch.setattr(Deployment, "call", lambda *_: ended)
    app.invoke("ask", {"secret": "s3cr3t"}, token)
    exchange = control.exchanges[0]
    told = {name: exchange[name] for name in ("rid", "face", "name", "appid", "method", "url", "request_body")}
    assert told == {
        "rid": "request-of-this-one",
        "face": "cloudbase",
        "name": "functions.invokeFunction",
        "appid": "wx1234567890abcdef",
        "method": "POST",
        "url": "/v1/functions/ask",
        "request_body": '{"secret": "***"}',
    }
    assert exchange["response_body"].strip() == '{"a":1}'
