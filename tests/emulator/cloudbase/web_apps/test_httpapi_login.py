"""/auth/v1: the anonymous login of js-sdk 2.x and 3.x, and of the documented HTTP API."""

import base64
import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

MONTH = 31 * 24 * 3600


def _claims(token):
    encoded = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))


def _is_refused(response, status, error, error_code):
    assert set(response.json) == {"error", "error_code", "error_description"}
    told = (response.status_code, response.json["error"], response.json["error_code"])
    assert told == (status, error, error_code)
    return True


def test_a_login_gives_what_oauth_knows(app):
    login = app.log_in()
    assert set(login) == {"token_type", "access_token", "refresh_token", "expires_in", "scope", "sub"}
    assert (login["token_type"], login["expires_in"], login["scope"]) == ("Bearer", 7200, "anonymous")
    assert re.fullmatch(r"[\w-]{22}", login["sub"])
    assert len(login["access_token"]) <= 4096
    assert len(login["refresh_token"]) <= 128


def test_the_access_token_is_a_jwt_about_the_user(app, clock):
    login = app.log_in()
    claims = _claims(login["access_token"])
    assert claims["exp"] - claims["iat"] == 7200
    assert claims["iat"] == clock.now()
    assert (claims["sub"], claims["project_id"], claims["scope"]) == (login["sub"], "env-demo", "anonymous")


def test_a_device_has_one_anonymous_user(app, new_app):
    first, again = app.log_in(), app.log_in()
    assert first["sub"] == again["sub"]
    assert first["access_token"] != again["access_token"]
    assert new_app(device_id="device-of-bob-1").log_in()["sub"] != first["sub"]


def test_an_environment_knows_no_user_of_another(app, new_app):
    assert app.log_in()["sub"] != new_app(env="env-other").log_in()["sub"]


def test_the_client_may_name_itself_in_the_body(app):
    response = app.auth("/signin/anonymously", {"client_id": "env-other"}, query_string={})
    assert _claims(response.json["access_token"])["project_id"] == "env-other"


ANONYMOUSLY = "/signin/anonymously"


@pytest.mark.parametrize(
    ("path", "body", "options", "told"),
    [
        (ANONYMOUSLY, {}, {"headers": {}}, "x-device-id: expected the header"),
        (ANONYMOUSLY, {}, {"query_string": {}}, "client_id: expected an environment's id"),
        (ANONYMOUSLY, {"client_id": 1}, {"query_string": {}}, "client_id: expected a string, got a number"),
        *(
            ("/token", {"grant_type": "refresh_token", "refresh_token": token}, {}, "refresh_token: expected ")
            for token in (None, 1, ["x"], "\ud800")
        ),
        ("/revoke", {}, {}, "token: expected a string, got nothing"),
        *(
            (path, {}, {"json": None, "data": body}, "body: expected ")
            for path in (ANONYMOUSLY, "/token", "/revoke")
            for body in (b"{", b"[]", b"\xff", b"7")
        ),
    ],
)
def test_what_cannot_be_asked_is_an_invalid_argument(app, path, body, options, told):
    response = app.auth(path, body, **options)
    assert _is_refused(response, 400, "invalid_argument", 3)
    assert response.json["error_description"].startswith(told)


def test_an_unknown_client_is_not_authorized(new_app):
    response = new_app(env="env-nobody").auth("/signin/anonymously")
    assert _is_refused(response, 400, "unauthorized_client", 4022)


def _renew(app, refresh_token, **changes):
    return app.auth("/token", {"grant_type": "refresh_token", "refresh_token": refresh_token, **changes})


def test_a_refresh_token_is_good_once_and_gives_the_next(app):
    login = app.log_in()
    renewed = _renew(app, login["refresh_token"])
    assert renewed.status_code == 200
    assert renewed.json["sub"] == login["sub"]
    assert renewed.json["refresh_token"] != login["refresh_token"]
    assert _is_refused(_renew(app, login["refresh_token"]), 400, "invalid_grant", 3)
    assert _renew(app, renewed.json["refresh_token"]).status_code == 200


def test_both_access_tokens_work_after_a_renewal(app):
    login = app.log_in()
    renewed = _renew(app, login["refresh_token"]).json
    assert app.user(login["access_token"]).status_code == app.user(renewed["access_token"]).status_code == 200


def test_a_refresh_token_works_for_a_month_since_its_issue(app, clock):
    login = app.log_in()
    clock.advance(MONTH - 1)
    renewed = _renew(app, login["refresh_token"]).json
    clock.advance(MONTH)
    assert _is_refused(_renew(app, renewed["refresh_token"]), 400, "invalid_grant", 3)


def test_a_refresh_token_of_another_environment_is_not_good_here(app, new_app):
    login = new_app(env="env-other").log_in()
    assert _is_refused(_renew(app, login["refresh_token"]), 400, "invalid_grant", 3)


def test_an_ended_login_is_forgotten_and_its_user_is_not(app, world, clock):
    first = app.log_in()
    clock.advance(MONTH)
    assert app.log_in()["sub"] == first["sub"]
    assert len(world.store.rows("SELECT * FROM web_logins")) == 1


@pytest.mark.parametrize("grant_type", ["client_credentials", "password", "", None])
def test_other_ways_to_get_a_token_are_not_emulated(app, grant_type):
    response = app.auth("/token", {"grant_type": grant_type})
    assert _is_refused(response, 400, "unimplemented", 12)
    assert repr(grant_type) in response.json["error_description"]


def test_users_can_look_at_themselves(app):
    login = app.log_in()
    assert app.user(login["access_token"]).json == {"sub": login["sub"], "name": "anonymous"}


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_nobody_is_shown_without_a_good_token(app, token):
    assert _is_refused(app.user(token), 401, "unauthenticated", 16)


def _encode(members):
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["HS256", "HS512", "RS256", "none", "None"])
def test_a_token_cannot_choose_how_it_is_verified(app, token, algorithm):
    _, claims, signature = token.split(".")
    for signed in ("", signature):
        forged = f"{_encode({'alg': algorithm, 'typ': 'JWT', 'x': 1})}.{claims}.{signed}"
        assert _is_refused(app.user(forged), 401, "unauthenticated", 16)


def test_a_token_whose_claims_are_changed_is_refused(app, token, clock):
    head, _, signature = token.split(".")
    for changes in ({"sub": "somebody"}, {"exp": int(clock.now()) + MONTH}, {"sid": "another"}):
        forged = f"{head}.{_encode(_claims(token) | changes)}.{signature}"
        assert _is_refused(app.user(forged), 401, "unauthenticated", 16)


@given(place=st.integers(min_value=0), character=st.characters(codec="ascii", categories=("L", "N")))
def test_a_token_of_which_a_character_is_changed_is_refused(app, token, place, character):
    place %= len(token) - 1  # of the last one, two bits mean nothing
    assume(token[place] not in {character, "."})
    forged = token[:place] + character + token[place + 1 :]
    assert _is_refused(app.user(forged), 401, "unauthenticated", 16)


def test_nobody_is_shown_with_an_expired_token(app, token, clock):
    clock.advance(7200)
    assert _is_refused(app.user(token), 401, "unauthenticated", 16)


def test_without_verification_everybody_is_the_same_user(app, control):
    control.set(verify_signatures=False)
    assert app.user(None).json == app.user("x").json


def test_whoever_signs_out_is_out_with_all_tokens(app):
    login = app.log_in()
    other = app.log_in()
    assert app.auth("/user/signout", token=login["access_token"]).json == {}
    assert _is_refused(app.user(login["access_token"]), 401, "unauthenticated", 16)
    assert _is_refused(_renew(app, login["refresh_token"]), 400, "invalid_grant", 3)
    assert app.user(other["access_token"]).status_code == 200


def test_only_who_is_in_can_sign_out(app):
    assert _is_refused(app.auth("/user/signout"), 401, "unauthenticated", 16)


def test_a_revoked_token_ends_its_login(app):
    login = app.log_in()
    assert app.auth("/revoke", {"token": login["access_token"]}).json == {}
    assert _is_refused(app.user(login["access_token"]), 401, "unauthenticated", 16)


def test_a_token_that_means_nothing_is_revoked_as_well(app):
    response = app.auth("/revoke", {"token": "x"})
    assert (response.status_code, response.json) == (200, {})


@pytest.mark.parametrize(("method", "path"), [("PROPFIND", "/auth/v1/token"), ("POST", "/auth/v1/signup")])
def test_what_is_not_emulated_is_told_in_oauth_s_form(http, method, path):
    response = http.open(path, method=method)
    assert _is_refused(response, 404, "not_found", 5)
    assert response.json["error_description"].startswith(f"{method} {path} is not emulated")


def test_the_journal_holds_no_credential_of_a_web_user(app, control, caplog):
    login = app.log_in()
    renewed = _renew(app, login["refresh_token"]).json
    app.user(renewed["access_token"])
    app.invoke("ask", token=renewed["access_token"])
    app.cloud_api("functions.invokeFunction", access_token=renewed["access_token"], function_name="ask")
    app.cloud_api("auth.fetchAccessTokenWithRefreshToken", refresh_token=renewed["refresh_token"])
    app.auth("/revoke", {"token": renewed["access_token"]})
    shown = json.dumps(control.exchanges) + caplog.text
    assert len(control.exchanges) == 7
    for granted in (login, renewed):
        assert granted["access_token"] not in shown
        assert granted["refresh_token"] not in shown
