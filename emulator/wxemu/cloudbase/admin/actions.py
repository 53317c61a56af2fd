"""What can be asked of the gateway, one function an ``action``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import grants as permissions
from wxemu.cloudbase.admin import codec
from wxemu.cloudbase.admin.errors import FunctionError, InvalidRequestSourceError
from wxemu.cloudbase.callers import app_caller
from wxemu.cloudbase.grants import CloudCallError
from wxemu.cloudbase.openapi import cloud_call
from wxemu.core.http import recording
from wxemu.scf.failures import (
    FunctionFailedError,
    MemoryLimitError,
    NoResultError,
    TimeLimitError,
    TooManyCallsError,
    UnknownFunctionError,
    UnreadableProjectError,
)
from wxemu.scf.runtime import Identity, wx_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response

    from wxemu.cloudbase.admin.codec import Call
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

LATEST: Final = "$LATEST"
_NO_RESULT: Final[Mapping[type[NoResultError], str]] = {
    UnknownFunctionError: "FUNCTION_NOT_FOUND",
    TooManyCallsError: "EXCEED_CONCURRENT_REQUEST_LIMIT",
    UnreadableProjectError: "SYS_ERR",
    TimeLimitError: "FUNCTION_TIME_LIMIT_EXCEEDED",
    MemoryLimitError: "FUNCTION_MEMORY_LIMIT_EXCEEDED",
    FunctionFailedError: "FUNCTIONS_EXECUTE_FAIL",
}
"""The codes of the limits are the HTTP API's [doc]; that the gateway has the same is [inferred]."""


@dataclass(frozen=True)
class Gateway:
    """Where an action is carried out, and for whom.

    :param app: whose credentials signed the call; its environment is the one that is asked.
    """

    world: World
    deployment: Deployment
    app: App

    def cloud_call(self, call: Call, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """WeChat's answer to the openapi that ``call`` names.

        :raises CloudCallError: the gateway refuses before WeChat is asked.
        """
        return cloud_call(
            self.world,
            api_name=call.text("apiName"),
            token=call.text("wxCloudApiToken"),
            appid=self.app.appid,
            given=given,
            client_ip=call.client_ip,
        )


def wx_open_api(gateway: Gateway, call: Call) -> Response:
    """``wx.openApi``: protobuf in a form, answered in protobuf."""
    # Imported when the first one comes: protobuf takes 15 ms, a twentieth of a start.
    from wxemu.cloudbase.admin import open_api  # noqa: PLC0415

    return open_api.answered(gateway, call)


def wx_api(gateway: Gateway, call: Call) -> Response:
    """``wx.api``: JSON both ways. A refusal of the gateway stands where WeChat's would [inferred]."""
    text = call.text("requestData")
    given = codec.json_object("requestData", text) if text else {}
    try:
        answer = gateway.cloud_call(call, given)
    except CloudCallError as error:
        answer = {"errcode": error.code, "errmsg": permissions.REFUSALS[error.code]}
    request_id = gateway.world.randomness.uuid()
    return codec.json_reply({"data": {"responseData": codec.json_text(answer)}, "requestId": request_id})


def invoke_function(gateway: Gateway, call: Call) -> Response:
    """``functions.invokeFunction``: run a function for the user whose invocation calls, or for a server.

    :raises FunctionError: no result.
    :raises InvalidRequestSourceError: a token of no invocation.
    """
    name, text = call.text("function_name"), call.text("request_data")
    if call.text("qualifier") not in ("", LATEST):
        raise FunctionError("there is only $LATEST here", code="FUNCTION_QUALIFIER_NOT_FOUND")
    data = codec.json_value("request_data", text) if text else {}
    caller = _caller(gateway, call)
    event = wx_event(data, caller) if isinstance(data, dict) else data
    try:
        done = gateway.deployment.call(name, event, caller)
    except NoResultError as error:
        raise _no_result(error) from None
    recording.entry().rid = done.request_id
    return codec.json_reply({"data": {"response_data": codec.json_text(done.result)}, "requestId": done.request_id})


def _caller(gateway: Gateway, call: Call) -> Identity:
    """The user behind the calling invocation; credentials without a token are a server's."""
    token = call.text("wxCloudApiToken")
    if not token:
        return Identity.of_server(gateway.app.appid, gateway.app.env)
    with gateway.world.transaction():
        granted = permissions.find(gateway.world, token, appid=gateway.app.appid)
    if granted is None:
        raise InvalidRequestSourceError("the wxCloudApiToken has ended, or is that of no invocation of this app")
    recording.entry().request_id = granted.request_id
    return app_caller(gateway.world, gateway.app.appid, openid=granted.openid, source=call.source)


def _no_result(error: NoResultError) -> FunctionError:
    is_unknown = isinstance(error, UnknownFunctionError)
    message = "FunctionName parameter could not be found." if is_unknown else str(error)
    return FunctionError(message, code=error.code_in(_NO_RESULT), request_id=error.request_id)


ACTIONS: Final[dict[str, Callable[[Gateway, Call], Response]]] = {
    "wx.openApi": wx_open_api,
    "wx.api": wx_api,
    "functions.invokeFunction": invoke_function,
}
