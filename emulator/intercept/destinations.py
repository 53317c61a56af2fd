"""Where a request for a host goes: to the emulator, out to the world if that was allowed, or nowhere."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from emulator.hosts import is_emulated, is_named
from emulator.intercept.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emulator.intercept.refusals import Refusals

ALL: Final = "all"

_NAME: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Destination:
    """An address to connect to.

    :param is_emulator: the emulator's own, where TLS may end.
    """

    host: str
    port: int
    is_emulator: bool


def host_and_port(authority: str, default: int | None = None) -> tuple[str, int]:
    """The parts of ``host:port``.

    :raises RefusedError: it is not of that form.
    """
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname or "", parts.port or default
    except ValueError:
        host, port = "", None
    if port is None or not (_NAME.fullmatch(host) or _is_address(host)):
        raise RefusedError(400, "expected a host and its port, like api.weixin.qq.com:443")
    return host, port


class Destinations:
    """Decides by host and port.

    :param emulator: address and port of the emulator.
    :param pass_through: hosts and patterns that are let out, or ``all``; one that is named is let out though it is
        emulated, and only one that is named may be this machine.
    """

    def __init__(self, emulator: tuple[str, int], pass_through: Sequence[str], refusals: Refusals) -> None:
        self.emulator = Destination(*emulator, is_emulator=True)
        self._refusals = refusals
        self._named = [pattern for pattern in pass_through if pattern != ALL]
        self._is_open = ALL in pass_through

    def of(self, host: str, port: int) -> Destination:
        """Where a request goes.

        :raises RefusedError: nowhere.
        """
        if is_named(host, self._named):
            return Destination(host, port, is_emulator=False)
        if is_emulated(host):
            return self.emulator
        if _is_local(host):
            if port == self.emulator.port:  # of a client that asks its proxy for loopback, too
                return self.emulator
            raise self.refuse_local(host)
        if self._is_open:
            return Destination(host, port, is_emulator=False)
        self._refusals.note(host)
        raise RefusedError(
            403,
            f"{host} is not emulated, and nothing else is reached from here; "
            f"`wxemu start --pass-through {host}` allows it, `--pass-through all` allows every host",
        )

    def landing(self, host: str) -> Destination:
        """The emulator, for a request that came to it directly, as to this host.

        :raises RefusedError: the host is not one that it stands in for.
        """
        if is_emulated(host) or _is_local(host):
            return self.emulator
        self._refusals.note(host)
        raise RefusedError(403, f"{host} is not emulated; a host that is let out is reached through the proxy")

    def may_be_local(self, host: str) -> bool:
        """Whether this machine may be what answers under the name of a host that is let out."""
        return is_named(host, self._named)

    def refuse_local(self, host: str) -> RefusedError:
        """Note that a client asked for another service of this machine, and say so."""
        self._refusals.note(host)
        return RefusedError(
            403,
            f"{host} is this machine, of which only the emulator's own port {self.emulator.port} is reached from "
            f"here; `wxemu start --pass-through {host}` allows it",
        )


def is_this_machine(address: str) -> bool:
    """Whether an IP address is one of loopback, or the unspecified one, which connects to loopback."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None) or found
    return bool(mapped.is_loopback or mapped.is_unspecified)


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(".")
    return name == "localhost" or name.endswith(".localhost") or is_this_machine(name)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
