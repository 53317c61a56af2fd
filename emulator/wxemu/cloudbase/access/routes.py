"""Routes of HTTP access: `/http/ENV/...`, and the same paths at the host names of an environment."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, request

from wxemu.cloudbase.access import asking, gateway_event
from wxemu.cloudbase.calls import call_error
from wxemu.cloudbase.web_requests import UnservedError, refuse_by_http
from wxemu.cloudbase.web_users import UnknownEnvironmentError
from wxemu.core import apps
from wxemu.core.http import origins
from wxemu.core.http.hosts import accessed_env
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.scf.failures import UnreadableProjectError
from wxemu.scf.project import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.project import FunctionSpec

_METHODS: Final = (*origins.METHODS, "OPTIONS")
_UNQUOTED: Final = "/:@!$&'()*+,;=~"


def face(world: World, deployment: Deployment) -> Blueprint:
    """HTTP access to the functions of ``deployment``."""
    routes = Blueprint("access", __name__)
    keep_exchanges(routes, world, face="cloudbase")
    origins.let_pages_read(routes, world)
    routes.add_url_rule("/http/<path:place>", "ask", partial(_ask, world, deployment), methods=_METHODS)
    routes.register_error_handler(Exception, refuse_by_http)
    return routes


def _ask(world: World, deployment: Deployment, place: str) -> Response:
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return origins.preflight()
    env, _, rest = place.partition("/")
    entry().name, entry().env = "http access", env
    with world.transaction():
        app = apps.find_by_env(world, env)
    if app is None:
        raise UnknownEnvironmentError(f"there is no environment {env!r}")
    sent = asking.present_request(_raw_path(rest))
    found = gateway_event.find_function(_functions(deployment, env), sent.path)
    if found is None:
        raise UnservedError(f"no function of {env} is at {sent.path}; a function is at its path, else at its name")
    spec, path = found
    entry().name = f"http access {spec.name}"
    return asking.ask(deployment, app, spec, sent, path)


def _functions(deployment: Deployment, env: str) -> Iterable[FunctionSpec]:
    try:
        return deployment.functions(env).values()
    except ProjectError as error:
        raise call_error("", UnreadableProjectError(error.message)) from None


def _raw_path(rest: str) -> str:
    """The path below the environment's, with its percent signs."""
    raw = request.environ.get("RAW_URI")
    if raw is None:
        return "/" + quote(rest, safe=_UNQUOTED)
    path: str = (raw if raw.startswith("/") else urlsplit(raw).path).partition("?")[0]
    is_by_host = accessed_env(request.environ.get("HTTP_HOST")) is not None
    return path or "/" if is_by_host else "/" + path.lstrip("/").partition("/")[2].partition("/")[2]
