"""Routes of the functions' HTTP API: a token in the header, the event itself in, the function's result itself out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from wxemu.cloudbase import calls, web_users
from wxemu.cloudbase.access import asking
from wxemu.cloudbase.web_requests import bearer_token, refuse_by_http, refuse_the_rest
from wxemu.core import apps, outcome
from wxemu.core.http import body, origins
from wxemu.core.http.inputs import InputError
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.core.messages import as_it_is
from wxemu.scf.failures import UnknownFunctionError

if TYPE_CHECKING:
    from wxemu.cloudbase.web_users import WebUser
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.runtime import JSONValue


def face(world: World, deployment: Deployment) -> Blueprint:
    """The HTTP API over ``world`` and the functions deployed in it."""
    routes = Blueprint("httpapi", __name__)
    keep_exchanges(routes, world, face="cloudbase")
    origins.let_pages_read(routes, world)
    routes.add_url_rule("/v1/functions/<name>", "invoke", partial(_invoke, world, deployment), methods=["POST"])
    refuse_the_rest(routes, "/v1/<path:rest>")
    routes.register_error_handler(Exception, refuse_by_http)
    return routes


def _invoke(world: World, deployment: Deployment, name: str) -> Response:
    entry().name = "functions.invokeFunction"
    with world.transaction():
        # On the platform the host names the environment; here the token does, which belongs to one.
        user = web_users.authorise(world, bearer_token())
    entry().env = user.env
    if request.args.get("webfn") == "true" or request.headers.get("X-Tcb-Webfn") == "true":
        return _ask_server(world, deployment, user, name)
    done = calls.call_function(world, deployment, user=user, name=name, data=body.of_request())
    entry().rid, entry().outcome = done.request_id, outcome.of_members(done.result)
    return _response(done.result)


def _ask_server(world: World, deployment: Deployment, user: WebUser, name: str) -> Response:
    """An HTTP function gets the request itself, for its root [inferred]."""
    with world.transaction():
        app = apps.find_by_env(world, user.env)
    spec = deployment.functions(user.env).get(name)
    if app is None or spec is None:
        raise calls.call_error(name, UnknownFunctionError(name))
    if not spec.is_http:
        raise InputError(as_it_is(f"webfn: {name} is no HTTP function"))
    return asking.ask(deployment, app, spec, asking.present_request("/"), "/")


def _response(result: JSONValue) -> Response:
    """A function's result: JSON, or bare text if it is a string [doc names both, which is when is inferred]."""
    if isinstance(result, str):
        return Response(result.encode(errors="replace"), content_type="text/plain; charset=utf-8")
    return jsonify(result)
