"""The one route of the gateway, and its table of actions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NoReturn

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from wxemu.cloudbase.admin import gateway_signature, gateway_wire
from wxemu.cloudbase.admin.gateway_actions import Gateway, invoke_function, wx_api
from wxemu.cloudbase.admin.gateway_errors import AdminError, InvalidEnvError, InvalidParamError, SignParamInvalidError
from wxemu.cloudbase.admin.gateway_signature import SignedRequest
from wxemu.core import apps, troubles
from wxemu.core.http import layers
from wxemu.core.http.application import ANY_METHOD
from wxemu.core.http.forms import MULTIPART
from wxemu.core.http.layers import Layer
from wxemu.core.http.origins import ForeignPageError
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.core.http.tc3 import SignatureError, UnknownSecretIdError

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


def face(world: World, deployment: Deployment) -> Blueprint:
    """``POST /admin`` over ``world`` and ``deployment``."""
    routes = Blueprint("admin", __name__)
    keep_exchanges(routes, world, face="cloudbase")
    routes.add_url_rule("/admin", "admin", partial(_answer, world, deployment), methods=["POST"])
    routes.add_url_rule("/admin", "unserved", _refuse_method, methods=ANY_METHOD)
    routes.register_error_handler(Exception, _refuse)
    return routes


def wx_open_api(gateway: Gateway, call: Call) -> Response:
    """``wx.openApi``: protobuf in a form, answered in protobuf."""
    # Imported when the first one comes: protobuf takes 15 ms, a twentieth of a start.
    from wxemu.cloudbase.admin import wx_open_api  # noqa: PLC0415

    return wx_open_api.answer(gateway, call)


def document_database(gateway: Gateway, call: Call) -> Response:
    """``database.*``: EJSON in JSON."""
    # Imported when the first one comes: its engine takes 60 ms, a fifth of a start.
    from wxemu.cloudbase.admin import database  # noqa: PLC0415

    return database.answer(gateway, call)


ACTIONS: Final[dict[str, Callable[[Gateway, Call], Response]]] = {
    "wx.openApi": wx_open_api,
    "wx.api": wx_api,
    "functions.invokeFunction": invoke_function,
    "database.*": document_database,
}


def _answer(world: World, deployment: Deployment) -> Response:
    call = _call()
    entry().name = call.text("action")
    with world.transaction():
        app = _app(world, call)
    entry().appid = app.appid
    name = call.text("action")
    action = ACTIONS.get("database.*" if name.startswith("database.") else name)
    if action is None:
        raise InvalidParamError(f"action: expected one of {', '.join(ACTIONS)}, got {name!r}")
    return action(Gateway(world, deployment, app), call)


def _refuse_method() -> NoReturn:
    raise InvalidParamError(f"method: expected POST, got {request.method}")


def _call() -> Call:
    body = request.get_data(cache=True, parse_form_data=False)
    parameters = gateway_wire.parameters(request.headers.get("Content-Type", ""), body)
    if any(isinstance(value, bytes) for value in parameters.values()):
        entry().layers = (Layer(layers.REQUEST, MULTIPART, "", gateway_wire.for_journal(parameters)),)
    return gateway_wire.Call(
        parameters,
        source=request.headers.get("X-TCB-Source", ""),
        client_ip=request.remote_addr or "",
    )


def _app(world: World, call: Call) -> App:
    """Whose call it is.

    :raises AdminError: it is not signed by anybody's credentials, or for another environment than theirs.
    """
    env = call.text("envName")
    if not world.settings.verify_signatures:
        bound = apps.find_by_env(world, env)
        if bound is None:
            raise InvalidEnvError("Environment not found")
        return bound
    signed = SignedRequest(request.path, request.query_string.decode("latin-1"), request.headers, call.parameters)
    try:
        app = gateway_signature.authenticate(world, signed)
    except UnknownSecretIdError:
        raise SignParamInvalidError("secret id error") from None  # its words [field]
    except SignatureError as error:
        raise SignParamInvalidError(str(error)) from None
    if env not in ("", app.env):  # without a name the account's first environment is meant [src]
        raise InvalidEnvError("Environment not found")
    return app


def _refuse(error: Exception) -> Response:
    return gateway_wire.refusal(_as_admin_error(error))


def _as_admin_error(error: Exception) -> AdminError:
    if isinstance(error, AdminError):
        return error
    if isinstance(error, ForeignPageError):
        return AdminError(str(error), code="INVALID_REQUEST_SOURCE")
    if isinstance(error, RequestEntityTooLarge):
        return AdminError("the body is too large", code="EXCEED_MAX_PAYLOAD_SIZE")
    if isinstance(error, HTTPException):
        return InvalidParamError(f"body: {error.name}")
    troubles.tell(error, "a fault of the emulator, answered as SYS_ERR")
    return AdminError(str(troubles.client_words(error)))
