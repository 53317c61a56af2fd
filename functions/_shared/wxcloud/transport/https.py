"""Open APIs over HTTPS, with an access_token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import ApiNotFound, WeChatError
from wxcloud.tokens import AccessTokens
from wxcloud.transport.wechat import ENDPOINTS, Endpoint, WeChat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings

# invalid or not the latest; malformed; expired
TOKEN_REFUSED = frozenset({40001, 40014, 42001})


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
        self._wechat = WeChat(settings, sleep=sleep)
        self._tokens = AccessTokens(settings, self._wechat, clock=clock)

    def call(self, api: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """As `Transport.call`; if the access_token is refused, the call is repeated once with a new one."""
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
        return self._wechat.exchange(
            endpoint.method,
            endpoint.path,
            query={**credential, **request} if is_get else credential,
            body=None if is_get else request,
            is_repeatable=endpoint.is_repeatable,
        )
