"""What can be asked of the gateway, one function an ``action``; the cloud call, for its two encodings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import grants
from wxemu.cloudbase.admin import gateway_wire
from wxemu.cloudbase.admin.gateway_errors import OVERLOAD_CODES, AdminError, FunctionError, InvalidRequestSourceError
from wxemu.cloudbase.callers import app_caller
from wxemu.cloudbase.grants import CloudCallCredential
from wxemu.core import outcome
from wxemu.core.http import outages
from wxemu.core.text import compact_json
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
from wxemu.wechat import openapis
from wxemu.wechat.errors import OVERLOADS, CloudCallError, WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response

    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.core.apps import App
    from wxemu.core.http.plain import PlainResponse
    from wxemu.core.http.recording import Entry
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.wechat.openapis import Decision

    Encode = Callable[[Decision], PlainResponse]

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

    def cloud_call(self, call: Call, parameters: Mapping[str, Any], encode: Encode) -> PlainResponse | Response:
        """The answer to the openapi that ``call`` names.

        :param encode: writes WeChat's answer, or a refusal by the gateway that stands in its place.
        """
        entry = call.entry
        entry.api, entry.given = call.text("apiName"), parameters
        credential = CloudCallCredential(call.text("wxCloudApiToken"), call.text("apiName"), self.app)
        return openapis.call(self.world, credential, lambda: parameters, entry, partial(_encode, entry, encode))


def _encode(entry: Entry, encode: Encode, decision: Decision) -> PlainResponse | Response:
    """An answer that has the same form whichever encoding the call came in, or else that encoding's."""
    if decision.fault is not None and decision.fault.is_outage:
        return outages.response(decision.fault)
    error = decision.error
    if isinstance(error, CloudCallError) and error.errcode in OVERLOADS:
        return gateway_wire.refusal(entry, AdminError(error.errmsg, code=OVERLOAD_CODES[error.errcode]))
    return encode(decision)


def members_of(entry: Entry, decision: Decision) -> Mapping[str, Any]:
    """WeChat's answer. Through the gateway the errmsg carries a rid like any other [inferred]."""
    error = decision.error
    if error is None:
        return decision.members
    rid = f" rid: {entry.rid}" if isinstance(error, WeChatError) else ""
    return {"errcode": error.errcode, "errmsg": f"{error.errmsg}{rid}"}


def wx_api(gateway: Gateway, call: Call) -> PlainResponse | Response:
    """``wx.api``: JSON both ways. A refusal of the gateway stands where WeChat's would [inferred]."""
    text = call.text("requestData")
    parameters = gateway_wire.json_object("requestData", text) if text else {}
    request_id = call.entry.rid  # before WeChat's rid stands there
    return gateway.cloud_call(
        call,
        parameters,
        lambda decision: gateway_wire.json_reply(
            {"data": {"responseData": compact_json(members_of(call.entry, decision))}, "requestId": request_id}
        ),
    )


def invoke_function(gateway: Gateway, call: Call) -> PlainResponse:
    """``functions.invokeFunction``: run a function for the user whose invocation calls, or for a server.

    :raises FunctionError: no result.
    :raises InvalidRequestSourceError: a token of no invocation.
    """
    name, text = call.text("function_name"), call.text("request_data")
    if call.text("qualifier") not in ("", LATEST):
        raise FunctionError("there is only $LATEST here", code="FUNCTION_QUALIFIER_NOT_FOUND")
    data = gateway_wire.json_value("request_data", text) if text else {}
    caller = _caller(gateway, call)
    event = wx_event(data, caller) if isinstance(data, dict) else data
    try:
        done = gateway.deployment.call(name, event, caller)
    except NoResultError as error:
        raise _no_result(error) from None
    call.entry.rid, call.entry.outcome = done.request_id, outcome.of_members(done.result)
    return gateway_wire.json_reply({"data": {"response_data": compact_json(done.result)}, "requestId": done.request_id})


def _caller(gateway: Gateway, call: Call) -> Identity:
    """The user behind the calling invocation; credentials without a token are a server's."""
    wx_api_token = call.text("wxCloudApiToken")
    if not wx_api_token:
        return Identity.of_server(gateway.app.appid, gateway.app.env)
    with gateway.world.transaction():
        grant = grants.find(gateway.world, wx_api_token, appid=gateway.app.appid)
    if grant is None:
        raise InvalidRequestSourceError("the wxCloudApiToken has ended, or is that of no invocation of this app")
    call.entry.request_id = grant.request_id
    return app_caller(gateway.world, gateway.app.appid, openid=grant.openid, source=call.source)


def _no_result(error: NoResultError) -> FunctionError:
    is_unknown = isinstance(error, UnknownFunctionError)
    message = "FunctionName parameter could not be found." if is_unknown else str(error)
    return FunctionError(message, code=error.code_in(_NO_RESULT), request_id=error.request_id)
