"""Routes of the functions' HTTP API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from wxemu.cloudbase import bearer, calls, web_users
from wxemu.cloudbase.calls import FunctionCallError
from wxemu.cloudbase.httpapi import codec
from wxemu.cloudbase.httpapi.errors import refusal
from wxemu.cloudbase.unserved import refuse_the_rest
from wxemu.core.http import body, origins
from wxemu.core.http.recording import entry, keep_exchanges

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


def face(world: World, deployment: Deployment) -> Blueprint:
    """The HTTP API over ``world`` and the functions deployed in it."""
    routes = Blueprint("httpapi", __name__)
    keep_exchanges(routes, world, face="cloudbase")
    origins.keep_to_allowed_pages(routes, world)
    routes.add_url_rule("/v1/functions/<name>", "invoke", partial(_invoke, world, deployment), methods=["POST"])
    refuse_the_rest(routes, "/v1/<path:rest>")
    routes.register_error_handler(Exception, _refuse)
    return routes


def _invoke(world: World, deployment: Deployment, name: str) -> Response:
    entry().name = "functions.invokeFunction"
    with world.transaction():
        # On the platform the host names the environment; here the token does, which belongs to one.
        user = web_users.authorise(world, bearer.token())
    entry().env = user.env
    done = calls.call_function(world, deployment, user=user, name=name, data=body.of_request())
    entry().rid = done.request_id
    return codec.result(done.result)


def _refuse(error: Exception) -> Response:
    if isinstance(error, FunctionCallError) and error.request_id is not None:
        entry().rid = error.request_id
    refused = refusal(error)
    entry().errcode = refused.code
    response = jsonify({"code": refused.code, "message": refused.message, "requestId": entry().rid})
    response.status_code = refused.status
    return response
