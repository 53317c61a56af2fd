"""Clients that read no proxy variable: which of them are led to the emulator, and what the others lack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from wxemu.client import private_hosts
from wxemu.client.doctor.finding import hint, ok
from wxemu.client.environment import INTERCEPTION, NODE, PRELOAD
from wxemu.client.remote import Remote, RemoteError
from wxemu.control.operations.health import SHOW_PROXY
from wxemu.core.messages import Message, as_it_is

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_NAME: Final = Message("unproxied clients", "不使用代理的客户端")
_NODE: Final = as_it_is(NODE)
_BY_EXEC: Final = Message("`wxemu exec -- COMMAND` leads them", "`wxemu exec -- COMMAND` 可以引导它们")
_NO_PORTS: Final = Message(
    "start the emulator where it may listen at ports 443, 80 and 53: as root, or after "
    "`sysctl net.ipv4.ip_unprivileged_port_start=53`, and nothing else may listen there at all addresses",
    "请让模拟器可以监听端口 443、80 和 53：以 root 启动，或先运行 "
    "`sysctl net.ipv4.ip_unprivileged_port_start=53`，并且没有别的程序在所有地址上监听这些端口",
)
_NO_NAMESPACES: Final = Message(
    "this machine grants no mount namespaces; a container does with SYS_ADMIN",
    "本机不允许挂载命名空间；带有 SYS_ADMIN 的容器允许",
)
_NO_LINUX: Final = Message(
    "have them use the proxy by their own settings, or run them on Linux, in a container too",
    "请在它们自己的设置中使用代理，或在 Linux（也可以是容器）上运行它们",
)


def examine(remote: Remote, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Check Node.js, and all others."""
    try:
        facts = remote.call(SHOW_PROXY)
    except RemoteError:
        return  # which is told already
    if facts["proxy"] is not None:
        yield _node(environ)
        yield _others(facts)


def _node(environ: Mapping[str, str]) -> Finding:
    if str(PRELOAD) in environ.get(NODE, "") and environ.get(INTERCEPTION):
        return ok(_NODE, Message("leads Node.js of every version", "可以引导各版本的 Node.js"))
    found = Message(
        "does not lead Node.js, whose own fetch and https read no proxy variable before 22.21",
        "没有引导 Node.js：22.21 之前它自带的 fetch 和 https 不读取代理变量",
    )
    advice = Message(
        'eval "$(wxemu env)" sets it; {by_exec}', 'eval "$(wxemu env)" 可以设置它；{by_exec}', by_exec=_BY_EXEC
    )
    return hint(_NODE, found, advice)


def _others(facts: Mapping[str, Any]) -> Finding:
    direct = facts["direct"]
    if direct is not None and private_hosts.is_led(str(direct)):
        led = Message(
            "an /etc/hosts of this command's own leads them to {direct}",
            "本命令自己的 /etc/hosts 把它们引导到 {direct}",
            direct=direct,
        )
        return ok(_NAME, led)
    if sys.platform != "linux":
        advice = _NO_LINUX
    elif direct is None:
        advice = _NO_PORTS
    elif not private_hosts.is_possible(str(direct)):
        advice = _NO_NAMESPACES
    else:
        advice = _BY_EXEC
    found = Message(
        "aiohttp, urllib3, raw sockets and others that read no proxy variable go to the real hosts",
        "aiohttp、urllib3、原始套接字等不读取代理变量的客户端会访问真实的主机",
    )
    return hint(_NAME, found, advice)
