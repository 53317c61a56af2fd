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
        if endpoint.has_signed_body:
            raise ApiNotFound(f"{api} over HTTPS takes the user's signature: cloud.auth.signed_post sends it")
        if endpoint.takes_secret:
            return self._send(endpoint, {"appid": self._settings.appid, "secret": self._settings.secret}, request)
        return self._with_token(lambda credential: self._send(endpoint, credential, request))

    def post_signed(self, api: str, body: bytes, login_state: Mapping[str, str]) -> dict[str, Any]:
        """As `call`, for an API with a signed body, sent as it is; `login_state` stands in the query."""
        endpoint = ENDPOINTS.get(api)
        if endpoint is None or not endpoint.has_signed_body:
            signed = ", ".join(name for name, endpoint in ENDPOINTS.items() if endpoint.has_signed_body)
            raise ApiNotFound(f"{api} has no signed body; these have: {signed}")
        return self._with_token(
            lambda credential: self._wechat.exchange(
                endpoint.method,
                endpoint.path,
                query={**credential, **login_state},
                body=body,
                is_repeatable=endpoint.is_repeatable,
            )
        )

    def _with_token(self, send: Callable[[Mapping[str, str]], dict[str, Any]]) -> dict[str, Any]:
        token = self._tokens.current()
        try:
            return send({"access_token": token})
        except WeChatError as error:
            if error.errCode not in TOKEN_REFUSED:
                raise
        return send({"access_token": self._tokens.instead_of(token)})

    def _send(self, endpoint: Endpoint, credential: Mapping[str, str], request: Mapping[str, Any]) -> dict[str, Any]:
        is_get = endpoint.method == "GET"
        return self._wechat.exchange(
            endpoint.method,
            endpoint.path,
            query={**credential, **request} if is_get else credential,
            body=None if is_get else request,
            is_repeatable=endpoint.is_repeatable,
        )
