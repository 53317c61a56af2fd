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
from wxemu.core.http.plain import header
from wxemu.core.http.plain_way import as_flasks
from wxemu.core.http.recording import Entry, entry, keep_exchanges
from wxemu.core.http.tc3 import SignatureError, UnknownSecretIdError

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIEnvironment

    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.core.apps import App
    from wxemu.core.http.plain import Answered, Asked, PlainResponse
    from wxemu.core.http.plain_way import Answer
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

FACE: Final = "cloudbase"
PATH: Final = "/admin"


def find(world: World, deployment: Deployment, environ: WSGIEnvironment) -> Answer | None:
    """What answers a call without Flask, if a request is one."""
    is_call = environ["PATH_INFO"] == PATH and environ["REQUEST_METHOD"] == "POST"
    return partial(_answer_plainly, world, deployment) if is_call else None


def face(world: World, deployment: Deployment) -> Blueprint:
    """``POST /admin`` over ``world`` and ``deployment``."""
    routes = Blueprint("admin", __name__)
    keep_exchanges(routes, world, face=FACE)
    routes.add_url_rule(PATH, "admin", partial(_answer_by_flask, world, deployment), methods=["POST"])
    routes.add_url_rule(PATH, "unserved", _refuse_method, methods=ANY_METHOD)
    routes.register_error_handler(Exception, _refuse_by_flask)
    return routes


def wx_open_api(gateway: Gateway, call: Call) -> PlainResponse | Response:
    """``wx.openApi``: protobuf in a form, answered in protobuf."""
    # Imported when the first one comes: protobuf takes 15 ms, a twentieth of a start.
    from wxemu.cloudbase.admin import wx_open_api  # noqa: PLC0415

    return wx_open_api.answer(gateway, call)


def document_database(gateway: Gateway, call: Call) -> PlainResponse | Response:
    """``database.*``: EJSON in JSON."""
    # Imported when the first one comes: its engine takes 60 ms, a fifth of a start.
    from wxemu.cloudbase.admin import database  # noqa: PLC0415

    return database.answer(gateway, call)


ACTIONS: Final[dict[str, Callable[[Gateway, Call], PlainResponse | Response]]] = {
    "wx.openApi": wx_open_api,
    "wx.api": wx_api,
    "functions.invokeFunction": invoke_function,
    "database.*": document_database,
}


def _answer_plainly(world: World, deployment: Deployment, asked: Asked) -> Answered:
    exchange = Entry(face=FACE, asked=asked)
    answer: PlainResponse | Response
    try:
        exchange.rid, exchange.at = world.randomness.uuid(), world.clock.now()
        answer = _answer(world, deployment, exchange)
    except Exception as error:  # noqa: BLE001 - whatever it is, it has an answer
        answer = _refuse(exchange, error)
    exchange.keep_at_last(world, answer)
    return answer


def _answer_by_flask(world: World, deployment: Deployment) -> Response:
    return as_flasks(_answer(world, deployment, entry()))


def _answer(world: World, deployment: Deployment, exchange: Entry) -> PlainResponse | Response:
    call = _call(exchange)
    name = exchange.name = call.text("action")
    app = _app(world, call)
    exchange.appid = app.appid
    action = ACTIONS.get("database.*" if name.startswith("database.") else name)
    if action is None:
        raise InvalidParamError(f"action: expected one of {', '.join(ACTIONS)}, got {name!r}")
    return action(Gateway(world, deployment, app), call)


def _refuse_method() -> NoReturn:
    raise InvalidParamError(f"method: expected POST, got {request.method}")


def _call(exchange: Entry) -> Call:
    environ = exchange.asked.environ
    parameters = gateway_wire.parameters(environ.get("CONTENT_TYPE", ""), exchange.asked.get_data())
    if any(isinstance(value, bytes) for value in parameters.values()):
        exchange.layers = (Layer(layers.REQUEST, MULTIPART, "", gateway_wire.for_journal(parameters)),)
    values = gateway_wire.in_lower_case(parameters)
    return gateway_wire.Call(parameters, values, source=environ.get("HTTP_X_TCB_SOURCE", ""), entry=exchange)


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
    environ = call.entry.asked.environ
    path, query = call.entry.asked.path, environ.get("QUERY_STRING", "")
    signed = SignedRequest(path, query, partial(header, environ), call.parameters, call.values)
    try:
        app = gateway_signature.authenticate(world, signed)
    except UnknownSecretIdError:
        raise SignParamInvalidError("secret id error") from None  # its words [field]
    except SignatureError as error:
        raise SignParamInvalidError(str(error)) from None
    if env not in ("", app.env):  # without a name the account's first environment is meant [src]
        raise InvalidEnvError("Environment not found")
    return app


def _refuse_by_flask(error: Exception) -> Response:
    return as_flasks(_refuse(entry(), error))


def _refuse(exchange: Entry, error: Exception) -> PlainResponse:
    return gateway_wire.refusal(exchange, _as_admin_error(error))


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
