"""One invocation of a function: its caller, and the calls that it can make."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wxcloud.caller import Caller
from wxcloud.errors import CloudError, GatewayError, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.context import Context
    from wxcloud.openapi import OpenApi
    from wxcloud.transport.gateway import Gateway
    from wxcloud.transport.grant import Grant

CALL_FUNCTION_SECONDS = 15.0  # node-sdk's own [src]
TOKENS = frozenset({"WX_API_TOKEN", "WX_TRIGGER_API_TOKEN_V0", "WX_CLOUDBASE_ACCESSTOKEN"})


class Invocation:
    """wx-server-sdk's `cloud` for one invocation; made by `Cloud.of(context)`.

    Only this object holds the invocation's caller, token and credentials, so other threads and later invocations of a
    reused instance never see them.
    """

    def __init__(self, context: Context, *, openapi: OpenApi, gateway: Gateway, grant: Grant) -> None:
        self.openapi = openapi
        self._context = context
        self._gateway = gateway
        self._grant = grant

    @property
    def caller(self) -> Caller:
        """Who calls; raises InvalidContext when the context cannot be read."""
        return Caller.of(self._context)

    def getWXContext(self) -> dict[str, str | int]:
        """`{"APPID", "OPENID", "UNIONID"?, "CLIENTIP", ..., "ENV", "SOURCE"?}` of the invocation.

        As in wx-server-sdk 4.0.2 [src]: the variables that WX_CONTEXT_KEYS lists, without "WX_" and without tokens;
        digits become a number; the object is empty for a call that did not come through WeChat.

        Raises InvalidContext when one of them is not a string.
        """
        listed = [name for name in self._context.text("WX_CONTEXT_KEYS").split(",") if name]
        if not listed:
            return {}
        known = {name: self._context.text(name) for name in listed if name in self._context.variables}
        members = {_without_prefix(name): _number_or_text(text) for name, text in known.items() if name not in TOKENS}
        members["ENV"] = self._grant.env
        source = self._context.text("TCB_SOURCE")
        return {**members, "SOURCE": source} if source else members

    def callFunction(
        self, name: str, data: Mapping[str, Any] | None = None, *, timeout: float = CALL_FUNCTION_SECONDS
    ) -> dict[str, Any]:
        """Run another function of the environment: `{"result", "errMsg": "callFunction:ok", "requestID"}`.

        Parameters
        ----------
        name
            The function's name.
        data
            Its event, a JSON object.
        timeout
            Seconds to wait for its answer.

        It always uses the gateway, whatever WX_TRANSPORT says: there is no other way. Raises CloudError with the
        numbers of wx-server-sdk 3.0.4 (-504002 if the function failed, -501001 if there is none of that name, ...; see
        GatewayError), `errMsg` "callFunction:fail -504002 functions execute fail. requestID <id>, <message>".
        """
        try:
            if not isinstance(name, str) or not name.strip() or not name.isprintable():
                raise InvalidParameter("name must be the name of a function")
            if not (data is None or isinstance(data, dict)):
                raise InvalidParameter("data must be an object")
            answer = self._gateway.invoke_function(self._grant, name, data or {}, timeout=timeout)
        except GatewayError as error:
            raise error.of_function().failing("callFunction") from None
        except CloudError as error:
            raise error.failing("callFunction") from None
        return {"result": answer.result, "errMsg": "callFunction:ok", "requestID": answer.request_id}


def _without_prefix(name: str) -> str:
    return name[3:] if name.startswith("WX_") and name != "WX_" else name


def _number_or_text(text: str) -> str | int:
    # A number of JavaScript holds 15 digits exactly.
    return int(text) if re.fullmatch(r"-?[0-9]{1,15}", text) else text
