"""The WSGI application: every face on one port, told apart by path; nothing else knows them all."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Rule

from wxemu import documents
from wxemu.cloudbase.admin import routes as admin
from wxemu.cloudbase.auth import routes as auth
from wxemu.cloudbase.httpapi import routes as httpapi
from wxemu.cloudbase.web import routes as web
from wxemu.console import routes as console
from wxemu.control import errors, replaying
from wxemu.control import routes as control
from wxemu.core.apps import UnknownAppError
from wxemu.core.clock import ClockError
from wxemu.core.faults import FaultError, UnknownFaultError
from wxemu.core.http.access import LOOPBACK_ONLY, Access, ControlTokenError, check_name, check_token
from wxemu.core.http.body import BodyError
from wxemu.core.http.hosts import is_emulated
from wxemu.core.http.origins import ForeignHostError, ForeignPageError
from wxemu.core.settings import SettingsError
from wxemu.phone import routes as phone
from wxemu.phone.phones import InvalidPhoneError, UnknownPhoneError
from wxemu.scf.failures import TooManyCallsError, UnknownFunctionError
from wxemu.scf.project import ProjectError
from wxemu.scf.runtime import DebuggerError
from wxemu.state.seed_form import SeedError, TakenError
from wxemu.state.snapshots import SnapshotNameError, UnknownSnapshotError
from wxemu.state.tables import StateError
from wxemu.tencentcloud import routes as tencentcloud
from wxemu.tencentcloud.cos import routes as cos
from wxemu.wechat import routes as wechat
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.routes import refuse, wrong_method

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment

OUR_OWN: Final = ("/phone", "/wx.js", "/emulator/", "/healthz", "/readyz", "/openapi.json")
LARGEST_BODY: Final = 32 * 1024 * 1024

_log = logging.getLogger(__name__)
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
_STATUS: Final[dict[type[Exception], int]] = {
    BodyError: 400,
    TakenError: 409,
    SeedError: 400,  # after its own kind
    StateError: 400,
    SnapshotNameError: 400,
    ClockError: 400,
    SettingsError: 400,
    FaultError: 400,
    InvalidPhoneError: 400,
    ControlTokenError: 401,
    ForeignPageError: 403,
    UnknownPhoneError: 404,
    UnknownAppError: 404,
    UnknownSnapshotError: 404,
    UnknownFaultError: 404,
    WeChatError: 400,
    UnknownFunctionError: 404,
    TooManyCallsError: 429,
    DebuggerError: 409,
    ProjectError: 500,
}


class _Json(DefaultJSONProvider):
    """Characters as they are, but for half a surrogate pair, which JSON can spell and UTF-8 cannot."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return _HALF_PAIR.sub(lambda found: f"\\u{ord(found[0]):04x}", super().dumps(obj, **kwargs))


class _Rule(Rule):
    """A route that is only matched. The code that would build URLs from it takes 17 of the 20 ms of ``create_app``, at
    each start and in each test, and nobody here builds any.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: ARG002, FBT001, FBT002 - werkzeug's
        return _no_builder


def _no_builder(**_: Any) -> tuple[str, str]:
    raise NotImplementedError("URLs are written as paths here")


def create_app(
    world: World, deployment: Deployment, access: Access = LOOPBACK_ONLY, interception: Interception | None = None
) -> Flask:
    """The faces over one world and the functions deployed in it, for those whom ``access`` lets in."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json = _Json(app)
    app.url_rule_class = _Rule
    app.url_map.merge_slashes = False  # it answers a doubled slash with a redirect, which no face of ours does
    ours = [
        phone.face(world, deployment),
        control.face(world, deployment, interception),
        replaying.face(world, deployment),
        console.face(world, deployment, interception=interception, replay=partial(replaying.replay, world, deployment)),
    ]
    theirs = [
        wechat.face(world),
        admin.face(world, deployment),
        web.face(world, deployment),
        httpapi.face(world, deployment),
        auth.face(world),
        tencentcloud.face(world, deployment),
        cos.face(world),
    ]
    for face in (*theirs, documents.face(), *ours):
        face.before_request(partial(check_name, access))  # after its own, which number the request for a refusal
        if face in ours:
            face.before_request(partial(check_token, access))
        app.register_blueprint(face)
    app.wsgi_app = _with_front_page(app.wsgi_app)  # type: ignore[assignment, method-assign]  # as Flask has one do

    @app.before_request
    def _check_what_no_face_takes() -> Response | None:
        if request.blueprint is not None:
            return None
        check_name(access)
        return check_token(access) if request.path.startswith((*OUR_OWN, *console.PATHS)) else None

    @app.errorhandler(Exception)
    def _refused(error: Exception) -> Response:
        # The console's own page tells which apps there are, which is not for whoever it is refused to.
        if request.path.startswith(console.PATHS) and not isinstance(error, ControlTokenError | ForeignPageError):
            return _refused_by_us(error, partial(console.failure, world))
        if request.path.startswith((*OUR_OWN, *console.PATHS)):
            return _refused_by_us(error, errors.failure)
        return refuse(world, _as_wechat_error(error))

    return app


def _with_front_page(serve: WSGIApplication) -> WSGIApplication:
    """Lead ``GET /`` to the console, unless COS or Tencent Cloud's API is asked, which have that path too."""

    def lead(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/" and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            asked = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
            is_tencents = bool({"Action", "uploads"} & asked.keys()) or "HTTP_X_TC_ACTION" in environ
            if not is_tencents and not is_emulated(environ.get("HTTP_HOST", "").partition(":")[0]):
                environ["PATH_INFO"] = "/overview"
        return serve(environ, start_response)

    return lead


def _as_wechat_error(error: Exception) -> WeChatError:
    if isinstance(error, ForeignHostError):
        return WeChatError(40066, errmsg=f"invalid url, {error}")
    if isinstance(error, NotFound):
        return WeChatError(40066, value=request.path)
    if isinstance(error, MethodNotAllowed):
        return wrong_method(request.path, request.method)
    if isinstance(error, HTTPException):
        return WeChatError(47001, value=error.name)
    _log.exception("a fault of the emulator, answered as -1")
    return WeChatError(-1)


def _refused_by_us(error: Exception, failure: Callable[[int, str], Response]) -> Response:
    if isinstance(error, HTTPException):
        told = vars(error).get("description")  # by a view of ours; the library's own words do not say what of
        return failure(error.code or 500, told or f"{request.method} {request.path}: {error.name}; see /openapi.json")
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        _log.exception("a fault of the emulator")
        return failure(500, "a fault of the emulator; its log has the trace")
    return failure(status, str(error))
