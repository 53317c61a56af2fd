"""Whose real names the emulator answers to: the hosts that WeChat's and Tencent Cloud's clients ask.

Source: the addresses in the clients themselves [field]: WeChat's documentation and wechatpy, wx-server-sdk,
@cloudbase/node-sdk and js-sdk, @cloudbase/cli, the Tencent Cloud SDKs, the COS SDKs.
"""

from __future__ import annotations

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
    """Whether a host (a name without a port) is one the emulator stands in for."""
    return is_named(host, EMULATED)


def is_named(host: str, patterns: Iterable[str]) -> bool:
    """Whether a host is one of these names, or under one of these ``*.`` patterns."""
    name = host.removesuffix(".").lower()
    return any(_matches(name, pattern.lower()) for pattern in patterns)


def _matches(name: str, pattern: str) -> bool:
    if not pattern.startswith("*."):
        return name == pattern
    return name.endswith(pattern[1:]) and len(name) >= len(pattern)
