"""The WSGI application: every face on one port, told apart by path; nothing else knows them all."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from emulator import cloudbase, control, documents, phone, wechat
from emulator.body import BodyError
from emulator.failures import TooManyCallsError, UnknownFunctionError
from emulator.origins import ForeignOriginError
from emulator.project import ProjectError
from emulator.wechat.routes import refuse, wrong_method
from emulator.world.clock import ClockError
from emulator.world.errors import WeChatError
from emulator.world.phones import InvalidPhoneError, UnknownPhoneError
from emulator.world.settings import SettingsError

if TYPE_CHECKING:
    from emulator.deployment import Deployment
    from emulator.world.world import World

OUR_OWN: Final = ("/phone/", "/emulator/", "/healthz", "/readyz", "/openapi.json")
LARGEST_BODY: Final = 32 * 1024 * 1024

_log = logging.getLogger(__name__)
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
_STATUS: Final[dict[type[Exception], int]] = {
    BodyError: 400,
    ClockError: 400,
    SettingsError: 400,
    InvalidPhoneError: 400,
    ForeignOriginError: 403,
    UnknownPhoneError: 404,
    WeChatError: 400,
    UnknownFunctionError: 404,
    TooManyCallsError: 429,
    ProjectError: 500,
}


class _Json(DefaultJSONProvider):
    """Characters as they are, but for half a surrogate pair, which JSON can spell and UTF-8 cannot."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return _HALF_PAIR.sub(lambda found: f"\\u{ord(found[0]):04x}", super().dumps(obj, **kwargs))


def create_app(world: World, deployment: Deployment) -> Flask:
    """The faces over one world and the functions deployed in it."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json = _Json(app)
    app.url_map.merge_slashes = False  # it answers a doubled slash with a redirect, which no face of ours does
    app.register_blueprint(wechat.face(world))
    app.register_blueprint(phone.face(world, deployment))
    for face in cloudbase.faces(world, deployment):
        app.register_blueprint(face)
    app.register_blueprint(control.face(world, deployment))
    app.register_blueprint(documents.face())

    @app.errorhandler(Exception)
    def _refused(error: Exception) -> Response:
        if request.path.startswith(OUR_OWN):
            return _refused_by_us(error)
        return refuse(world, _as_wechat_error(error))

    return app


def _as_wechat_error(error: Exception) -> WeChatError:
    if isinstance(error, NotFound):
        return WeChatError(40066, value=request.path)
    if isinstance(error, MethodNotAllowed):
        return wrong_method(request.path, request.method)
    if isinstance(error, HTTPException):
        return WeChatError(47001, value=error.name)
    _log.exception("a fault of the emulator, answered as -1")
    return WeChatError(-1)


def _refused_by_us(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return control.failure(error.code or 500, f"{request.method} {request.path}: {error.name}; see /openapi.json")
    status = next((status for kind, status in _STATUS.items() if isinstance(error, kind)), None)
    if status is None:
        _log.exception("a fault of the emulator")
        return control.failure(500, "a fault of the emulator; its log has the trace")
    return control.failure(status, str(error))
