"""Routes of ``/web``: one path, and a table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify

from wxemu.cloudbase import calls, web_users
from wxemu.cloudbase.web import web_wire
from wxemu.cloudbase.web_requests import UnservedError, codes_of, refuse_the_rest
from wxemu.core import outcome
from wxemu.core.http import origins
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.core.text import compact_json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.cloudbase.web.web_wire import Call
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

    Action = Callable[[World, Deployment, Call], Mapping[str, Any]]


def face(world: World, deployment: Deployment) -> Blueprint:
    """``/web`` over ``world`` and the functions deployed in it."""
    routes = Blueprint("web", __name__)
    keep_exchanges(routes, world, face="cloudbase")
    origins.let_pages_read(routes, world)
    routes.add_url_rule("/web", "call", partial(_call, world, deployment), methods=["POST"])
    refuse_the_rest(routes, "/web")
    routes.register_error_handler(Exception, _refuse)
    return routes


def _call(world: World, deployment: Deployment) -> Response:
    call = web_wire.call()
    action = call.text("action")
    if action not in ACTIONS:
        raise UnservedError(f"the action {action!r} is not served here")
    entry().name, entry().env = action, call.env
    members = ACTIONS[action](world, deployment, call)
    return jsonify({**members, "requestId": entry().rid})


def _refuse(error: Exception) -> Response:
    codes, message = codes_of(error)
    entry().fail(codes.web)
    return jsonify({"code": codes.web, "message": message, "requestId": entry().rid})


def _invoke_function(world: World, deployment: Deployment, call: Call) -> Mapping[str, Any]:
    with world.transaction():
        user = web_users.authorise(world, call.text("access_token"), env=call.env)
    name = call.text("function_name")
    done = calls.call_function(world, deployment, user=user, name=name, data=call.request_data)
    entry().rid, entry().outcome = done.request_id, outcome.of_members(done.result)
    return {"data": {"response_data": done.result if call.is_parsed else compact_json(done.result)}}


def _sign_in_anonymously(world: World, _deployment: Deployment, call: Call) -> Mapping[str, Any]:
    """As the user whose refresh token comes along, else as a new one.

    The ``anonymous_uuid`` that js-sdk 1.x sends with it is no proof: others may know it [inferred].
    """
    with world.transaction():
        try:
            login = web_users.find_login(world, env=call.env, refresh_token=call.text("refresh_token"))
        except web_users.InvalidRefreshTokenError:
            # js-sdk 1.x sends no device id, so that each login without a past is one from a new device.
            login = web_users.sign_in(world, env=call.env, device_id=world.randomness.uuid())
    return {"uuid": login.user.uuid, "refresh_token": login.refresh_token}


def _fetch_access_token(world: World, _deployment: Deployment, call: Call) -> Mapping[str, Any]:
    """Not renewed, unlike by ``/auth/v1/token``: js-sdk 1.x keeps its refresh token [src]."""
    with world.transaction():
        login = web_users.find_login(world, env=call.env, refresh_token=call.text("refresh_token"))
        token = web_users.access_token(world, login)
    return {"access_token": token, "access_token_expire": web_users.ACCESS_TOKEN_LIFE * 1000}


def _get_user_info(world: World, _deployment: Deployment, call: Call) -> Mapping[str, Any]:
    with world.transaction():
        user = web_users.authorise(world, call.text("access_token"), env=call.env)
    return {"data": {"uid": user.uuid, "loginType": "ANONYMOUS"}}


def _log_out(world: World, _deployment: Deployment, call: Call) -> Mapping[str, Any]:
    with world.transaction():
        login = web_users.find_login(world, env=call.env, refresh_token=call.text("refresh_token"))
        web_users.end(world, login)
    return {}


ACTIONS: Final[dict[str, Action]] = {
    "functions.invokeFunction": _invoke_function,
    "auth.signInAnonymously": _sign_in_anonymously,
    "auth.fetchAccessTokenWithRefreshToken": _fetch_access_token,
    "auth.getUserInfo": _get_user_info,
    "auth.logout": _log_out,
}
"""The actions served; those about logging in are of js-sdk 1.x, the later ones use ``/auth/v1``."""
