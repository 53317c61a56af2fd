"""The choice of the transport for an open API call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wxcloud.settings import GATEWAY
from wxcloud.transport.wechat import ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxcloud.settings import Settings
    from wxcloud.transport import Transport
    from wxcloud.transport.gateway import Gateway
    from wxcloud.transport.grant import Grant


class ChosenTransport:
    """The Transport of one invocation: the cloud call if the platform allows it, else HTTPS with the app's secret.

    WX_TRANSPORT forces one of them; an API without a cloud call always uses HTTPS.
    """

    def __init__(self, settings: Settings, https: Transport, gateway: Gateway, grant: Grant) -> None:
        self._settings = settings
        self._https = https
        self._gateway = gateway
        self._grant = grant

    def call(self, api: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """As `Transport.call`."""
        if self._is_cloud_call(api):
            return self._gateway.call_openapi(self._grant, api, request)
        return self._https.call(api, request)

    def _is_cloud_call(self, api: str) -> bool:
        endpoint = ENDPOINTS.get(api)
        if endpoint is not None and not endpoint.has_cloud_call:
            return False
        forced = self._settings.forced_transport
        return self._grant.offers_cloud_call if forced is None else forced == GATEWAY
