"""The emulated hosts: real names of WeChat's and Tencent Cloud's servers, as their clients use them.

Source: WeChat's documentation, and the addresses in wechatpy, wx-server-sdk, @cloudbase/node-sdk and js-sdk,
@cloudbase/cli, the Tencent Cloud SDKs and the COS SDKs [field].
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
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
    "*.service.tcloudbase.com",
    "*.app.tcloudbase.com",
)
"""Names and patterns; ``*.`` stands for one or more labels."""


# The account's number behind the environment's id, and the region, are not in all addresses [doc].
_ACCESS: Final = re.compile(
    r"([a-z0-9-]+?)(?:-\d{8,})?\.(?:service\.tcloudbase\.com|service\.localhost|(?:[a-z0-9-]+\.)?app\.tcloudbase\.com)"
)


@lru_cache(maxsize=256)  # asked for each request, and nearly always for the same name
def accessed_env(host: str | None) -> str | None:
    """The environment whose HTTP access a host is; None if it is something else's.

    :param host: a name, with or without a port; None if none was told.
    """
    match = _ACCESS.fullmatch((host or "").partition(":")[0].removesuffix(".").lower())
    return None if match is None else match[1]


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
