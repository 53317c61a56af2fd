"""What a rid stands for: the call whose errmsg it was in, as WeChat tells it to the app that made the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

LIFE: Final = 7 * 24 * 3600
"""Seconds for which a rid can be asked about [doc]."""
_FORM: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}")


def describe(world: World, rid: str, *, appid: str) -> Mapping[str, Any]:
    """The call that a rid names.

    :param appid: of the app that asks.
    :raises WeChatError: 76002 no rid; 76001 unknown; 76022 of /sns/; 76003 of another app; 76004 too long ago.
    """
    if _FORM.fullmatch(rid) is None:
        raise WeChatError(76002, value=rid)
    exchange = journal.find(world, rid)
    if exchange is None or exchange.face != "wechat":
        raise WeChatError(76001, value=rid)
    if exchange.url.startswith("/sns/"):
        raise WeChatError(76022, value=rid)
    if exchange.appid != appid:
        raise WeChatError(76003, value=rid)
    if world.clock.now() - exchange.at > LIFE:
        raise WeChatError(76004, value=rid)
    return {
        "invoke_time": int(exchange.at),
        "cost_in_ms": round(exchange.cost_in_ms),
        "request_url": exchange.url.partition("?")[2],
        "request_body": exchange.request_body,
        "response_body": exchange.response_body,
        "client_ip": exchange.client_ip,
    }
