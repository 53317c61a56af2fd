"""One invocation of a function: its caller, and the calls that it can make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.caller import Caller
from wxcloud.custody import Custody, read_keys
from wxcloud.errors import CloudError, GatewayError, InvalidParameter
from wxcloud.login_tokens import LoginTokens
from wxcloud.sessions import Sessions
from wxcloud.soter import Soter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.context import Context
    from wxcloud.database import Database
    from wxcloud.openapi import OpenApi
    from wxcloud.settings import Settings
    from wxcloud.store import Store, Stores
    from wxcloud.transport.gateway import Gateway
    from wxcloud.transport.grant import Grant

CALL_FUNCTION_SECONDS = 15.0  # node-sdk's own [src]
TOKENS = frozenset({"WX_API_TOKEN", "WX_TRIGGER_API_TOKEN_V0", "WX_CLOUDBASE_ACCESSTOKEN"})


@dataclass(frozen=True)
class Instance:
    """What all invocations of one instance share, and what says nothing of who calls."""

    settings: Settings
    stores: Stores
    clock: Callable[[], float]


class Invocation:
    """wx-server-sdk's `cloud` for one invocation; made by `Cloud.of(context)`.

    Only this object holds the invocation's caller, token and credentials, so other threads and later invocations of a
    reused instance never see them.
    """

    def __init__(
        self, context: Context, *, openapi: OpenApi, gateway: Gateway, grant: Grant, instance: Instance
    ) -> None:
        self.openapi = openapi
        self._context = context
        self._gateway = gateway
        self._grant = grant
        self._instance = instance

    @property
    def caller(self) -> Caller:
        """Who calls; raises InvalidContext when the context cannot be read."""
        return Caller.of(self._context)

    @property
    def sessions(self) -> Sessions:
        """The session keys that `login` keeps; raises InvalidSetting without WX_APPID."""
        return Sessions(self._store, self._custody, appid=self._instance.settings.appid, clock=self._instance.clock)

    @property
    def login_tokens(self) -> LoginTokens:
        """Tokens for clients that do not come by a mini program's cloud call: `issue`, `check`, `revoke`."""
        return LoginTokens(self._store, appid=self._instance.settings.appid, clock=self._instance.clock)

    @property
    def soter(self) -> Soter:
        """Challenges and confirmations of the caller: `issue_challenge`, `confirm`."""
        appid = self.caller.appid or self._instance.settings.appid
        verify = self.openapi.soter.verifySignature
        return Soter(self._store, appid=appid, verify=verify, clock=self._instance.clock)

    def database(self) -> Database:
        """The environment's document database, as administrator: a function checks itself what a caller may do."""
        from wxcloud.database import Database  # noqa: PLC0415 - 5 ms of a cold start, for who needs it

        return Database(partial(self._gateway.database, self._grant))

    def _store(self) -> Store:
        return self._instance.stores.of(is_on_scf=self._grant.is_on_scf, database=self.database)

    def _custody(self) -> Custody:
        """How session keys are kept: a store that others can read wants a key, a file of one's own may do without."""
        settings = self._instance.settings
        kind, _ = settings.store(is_on_scf=self._grant.is_on_scf)
        setting = settings.store_keys or ("none" if kind == "sqlite" else "")
        return Custody(read_keys(setting), appid=settings.appid, purpose="session_key")

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
