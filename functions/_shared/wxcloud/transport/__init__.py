"""How an open API call reaches WeChat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class Transport(Protocol):
    """A way to WeChat: HTTPS with an access_token, or the cloud call."""

    def call(self, api: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Send one call and return WeChat's answer without `errcode` and `errmsg`.

        Parameters
        ----------
        api
            The API's dotted name, `soter.verifySignature`.
        request
            Its parameters, keys in snake_case.

        Raises CloudError: WeChatError when `errcode` is not 0, ApiNotFound, InvalidSetting, ServerTimeout,
        NetworkFailure or BadAnswer; by cloud call also CloudCallRefused or GatewayError.

        """
        ...
