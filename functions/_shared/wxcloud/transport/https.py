"""Open APIs over HTTPS: what wx-server-sdk does by cloud call, with an access_token instead."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import ApiNotFound, WeChatError
from wxcloud.tokens import AccessTokens
from wxcloud.transport.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings

# invalid or not the latest; malformed; expired
TOKEN_REFUSED = frozenset({40001, 40014, 42001})


@dataclass(frozen=True)
class Endpoint:
    """An API's HTTPS form. `takes_secret`: it wants appid and secret in its query, not an access_token."""

    method: str
    path: str
    takes_secret: bool = False
    is_repeatable: bool = True


ENDPOINTS = {
    "soter.verifySignature": Endpoint("POST", "/cgi-bin/soter/verify_signature"),
    "auth.checkSessionKey": Endpoint("GET", "/wxa/checksession"),
    # Its code works once: sent again after a lost answer, it would fail with 40163 although all is well.
    "auth.code2Session": Endpoint("GET", "/sns/jscode2session", takes_secret=True, is_repeatable=False),
}


class HttpsTransport:
    """The Transport of a function that holds the app's secret."""

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._connection = Connection(settings, sleep=sleep)
        self._tokens = AccessTokens(settings, self._connection, clock=clock)

    def call(self, api: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """As `Transport.call`; a refused access_token is replaced, and the call tried once more."""
        endpoint = ENDPOINTS.get(api)
        if endpoint is None:
            raise ApiNotFound(f"{api} has no HTTPS form here; there are {', '.join(ENDPOINTS)}")
        if endpoint.takes_secret:
            return self._send(endpoint, {"appid": self._settings.appid, "secret": self._settings.secret}, request)
        token = self._tokens.current()
        try:
            return self._send(endpoint, {"access_token": token}, request)
        except WeChatError as error:
            if error.errCode not in TOKEN_REFUSED:
                raise
        return self._send(endpoint, {"access_token": self._tokens.instead_of(token)}, request)

    def _send(self, endpoint: Endpoint, credential: Mapping[str, str], request: Mapping[str, Any]) -> dict[str, Any]:
        is_get = endpoint.method == "GET"
        return self._connection.exchange(
            endpoint.method,
            endpoint.path,
            query={**credential, **request} if is_get else credential,
            body=None if is_get else request,
            is_repeatable=endpoint.is_repeatable,
        )
