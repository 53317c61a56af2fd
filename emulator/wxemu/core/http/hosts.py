"""The emulated hosts: real names of WeChat's and Tencent Cloud's servers, as their clients use them.

Source: WeChat's documentation, and the addresses in wechatpy, wx-server-sdk, @cloudbase/node-sdk and js-sdk,
@cloudbase/cli, the Tencent Cloud SDKs and the COS SDKs [field].
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

EMULATED: Final = (
    "api.weixin.qq.com",
    "tcb-api.tencentcloudapi.com",
    "*.tcb-api.tencentcloudapi.com",
    "tcb-admin.tencentyun.com",
    "tcb-open.tencentyun.com",
    "*.tencentcloudapi.com",
    "*.myqcloud.com",
)
"""Names and patterns; ``*.`` stands for one or more labels."""


def is_emulated(host: str) -> bool:
    """Whether a host (a name without a port) is emulated."""
    return is_named(host, EMULATED)


def is_named(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of these names, or under one of these ``*.`` patterns."""
    name = host.removesuffix(".").lower()
    return any(_matches(name, pattern.lower()) for pattern in patterns)


def _matches(name: str, pattern: str) -> bool:
    if not pattern.startswith("*."):
        return name == pattern
    return name.endswith(pattern[1:]) and len(name) >= len(pattern)


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine; browsers resolve ``*.localhost`` to it without asking DNS."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
