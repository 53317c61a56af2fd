"""Clients that read no proxy variable: which of them are led to the emulator, and what the others lack."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from wxemu.client import private_hosts
from wxemu.client.doctor.finding import hint, ok
from wxemu.client.environment import INTERCEPTION, NODE, PRELOAD
from wxemu.client.remote import Remote, RemoteError
from wxemu.control.operations.health import SHOW_PROXY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding

_NAME: Final = "unproxied clients"
_WHO: Final = "aiohttp, urllib3, raw sockets and others that read no proxy variable"
_BY_EXEC: Final = "`wxemu exec -- COMMAND` leads them"
_NO_PORTS: Final = (
    "start the emulator where it may listen at ports 443, 80 and 53: as root, or after "
    "`sysctl net.ipv4.ip_unprivileged_port_start=53`, and nothing else may listen there at all addresses"
)
_NO_NAMESPACES: Final = "this machine grants no mount namespaces; a container does with SYS_ADMIN"
_NO_LINUX: Final = "have them use the proxy by their own settings, or run them on Linux, in a container too"


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
        return ok(NODE, "leads Node.js of every version")
    found = "does not lead Node.js, whose own fetch and https read no proxy variable before 22.21"
    return hint(NODE, found, f'eval "$(wxemu env)" sets it; {_BY_EXEC}')


def _others(facts: Mapping[str, Any]) -> Finding:
    direct = facts["direct"]
    if direct is not None and private_hosts.is_led(str(direct)):
        return ok(_NAME, f"an /etc/hosts of this command's own leads them to {direct}")
    if sys.platform != "linux":
        advice = _NO_LINUX
    elif direct is None:
        advice = _NO_PORTS
    elif not private_hosts.is_possible(str(direct)):
        advice = _NO_NAMESPACES
    else:
        advice = _BY_EXEC
    return hint(_NAME, f"{_WHO} go to the real hosts", advice)
