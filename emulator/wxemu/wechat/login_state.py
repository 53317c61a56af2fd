"""A request that a login-state signature proves: the parameters that carry it, and the order of what is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.wechat import json_body, sessions
from wxemu.wechat.api import Parameter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.wechat.api import Api

OPENID: Final = Parameter("openid", "the user's openid", missing=41009, invalid=40003)
PARAMETERS: Final = (
    OPENID,
    Parameter(
        "signature",
        "lower hex of hmac_sha256 over the body (over an empty string if there is none), session_key as the key",
        missing=40101,
    ),
    Parameter("sig_method", "hmac_sha256", missing=87008, invalid=87008),
)


def read_signed(world: World, api: Api, app: App, query: Mapping[str, Any], body: bytes) -> Mapping[str, Any]:
    """The parameters of a POST with a signed body: the body's, and the openid of the query.

    The signature comes before the JSON, as it needs the bytes alone [inferred].

    :raises WeChatError: as ``sessions.check``, then as ``json_body.read``.
    """
    for parameter in PARAMETERS:
        parameter.check(query)
    sessions.check(
        world,
        appid=app.appid,
        openid=query["openid"],
        signature=query["signature"],
        sig_method=query["sig_method"],
        body=body,
        invalid_openid=api.invalid_openid,
    )
    return {**json_body.read(body), "openid": query["openid"]}
