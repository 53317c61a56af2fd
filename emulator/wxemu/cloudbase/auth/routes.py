"""Routes of the anonymous login, with OAuth's members."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from wxemu.cloudbase import web_users
from wxemu.cloudbase.web_requests import UnimplementedError, bearer_token, codes_of, refuse_the_rest
from wxemu.core.http import body, origins
from wxemu.core.http.inputs import InputError
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.core.messages import as_it_is

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.cloudbase.web_users import Login
    from wxemu.core.world import World


def face(world: World) -> Blueprint:
    """``/auth/v1`` over ``world``."""
    routes = Blueprint("auth", __name__, url_prefix="/auth/v1")
    keep_exchanges(routes, world, face="cloudbase", is_body_kept=False)
    origins.let_pages_read(routes, world)
    for path, method, view in (
        ("/signin/anonymously", "POST", _sign_in_anonymously),
        ("/token", "POST", _token),
        ("/user/me", "GET", _user),
        ("/revoke", "POST", _revoke),
        ("/user/signout", "POST", _sign_out),
    ):
        routes.add_url_rule(path, view.__name__.strip("_"), partial(view, world), methods=[method])
    refuse_the_rest(routes, "/<path:rest>")
    routes.register_error_handler(Exception, _refuse)
    return routes


def _sign_in_anonymously(world: World) -> Response:
    entry().name = "auth.signInAnonymously"
    env = _environment(body.of_request())
    device_id = request.headers.get("X-Device-Id", "")
    if not device_id:
        raise InputError(as_it_is("x-device-id: expected the header with an id that the client keeps, got nothing"))
    with world.transaction():
        return _credentials(world, web_users.sign_in(world, env=env, device_id=device_id))


def _token(world: World) -> Response:
    entry().name = "auth.grantToken"
    members = body.of_request()
    grant_type = body.text(members, "grant_type")
    if grant_type != "refresh_token":
        raise UnimplementedError(f"grant_type {grant_type!r} is not emulated, only 'refresh_token' is")
    refresh_token = body.encodable_text(members, "refresh_token", is_required=True) or ""
    with world.transaction():
        login = web_users.find_login(world, env=_environment(members), refresh_token=refresh_token)
        return _credentials(world, web_users.renew(world, login))


def _user(world: World) -> Response:
    entry().name = "auth.getUserInfo"
    with world.transaction():
        user = web_users.authorise(world, bearer_token())
    entry().env = user.env
    return jsonify({"sub": user.uuid, "name": "anonymous"})


def _revoke(world: World) -> Response:
    """What js-sdk's signOut asks for; a token that means nothing here is revoked as well (RFC 7009)."""
    entry().name = "auth.revoke"
    token = body.text(body.of_request(), "token", is_required=True)
    with suppress(web_users.WebLoginError):
        _end_login(world, token)
    return jsonify({})


def _sign_out(world: World) -> Response:
    entry().name = "auth.signOut"
    _end_login(world, bearer_token())
    return jsonify({})


def _refuse(error: Exception) -> Response:
    codes, message = codes_of(error)
    status, word, number = codes.auth
    entry().fail(word)
    response = jsonify({"error": word, "error_code": number, "error_description": message})
    response.status_code = status
    return response


def _environment(members: Mapping[str, Any]) -> str:
    """The environment that the client names: without one of its own, an environment's id is a client's id [doc].

    :raises InputError: none is named.
    """
    env = request.args.get("client_id") or body.encodable_text(members, "client_id")
    if not env:
        raise InputError(as_it_is("client_id: expected an environment's id in the query or the body, got nothing"))
    entry().env = env
    return env


def _end_login(world: World, token: str | None) -> None:
    with world.transaction():
        login = web_users.find_login_of_access_token(world, token)
        web_users.end(world, login)
    entry().env = login.user.env


def _credentials(world: World, login: Login) -> Response:
    """What a login gives [doc]."""
    return jsonify(
        {
            "token_type": "Bearer",
            "access_token": web_users.access_token(world, login),
            "refresh_token": login.refresh_token,
            "expires_in": web_users.ACCESS_TOKEN_LIFE,
            "scope": web_users.SCOPE,
            "sub": login.user.uuid,
        }
    )
