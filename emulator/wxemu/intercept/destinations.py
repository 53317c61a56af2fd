"""Where a request for a host goes: to the emulator, out to the world if that was allowed, or nowhere."""

from __future__ import annotations

import ipaddress
import re
from base64 import b64decode
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wxemu.core.http.hosts import is_emulated, is_named
from wxemu.intercept.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wxemu.intercept.refusals import Refusals

ALL: Final = "all"

LONGEST_NAME: Final = 255
"""Characters of a host, as DNS has it; refused ones are remembered and told."""
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
    if port is None or not _is_host(host):
        raise RefusedError(400, "expected a host and its port, like api.weixin.qq.com:443")
    return host, port


class Destinations:
    """Decides by host and port.

    :param emulator: address and port of the emulator.
    :param pass_through: hosts and patterns that are let out, or ``all``; one that is named is let out though it is
        emulated, and only one that is named may be this machine.
    :param control_token: what clients must know whose requests are let out; ``None`` if they need to know nothing.
    """

    def __init__(
        self,
        emulator: tuple[str, int],
        pass_through: Sequence[str],
        refusals: Refusals,
        control_token: str | None = None,
    ) -> None:
        self.emulator = Destination(*emulator, is_emulator=True)
        self._refusals = refusals
        self._control_token = control_token
        self._named = [pattern for pattern in pass_through if pattern != ALL]
        self._is_open = ALL in pass_through

    def of(self, host: str, port: int, authorization: bytes = b"") -> Destination:
        """Where a request goes.

        :param authorization: its ``Proxy-Authorization``.
        :raises RefusedError: nowhere.
        """
        if is_named(host, self._named):
            return self._outside(host, port, authorization)
        if is_emulated(host):
            return self.emulator
        if _is_local(host):
            if port == self.emulator.port:  # of a client that asks its proxy for loopback, too
                return self.emulator
            raise self.refuse_local(host)
        if self._is_open:
            return self._outside(host, port, authorization)
        self._refusals.note(host)
        raise RefusedError(
            403,
            f"{host} is not emulated, and nothing else is reached from here; "
            f"`wxemu start --pass-through {host}` allows it, `--pass-through all` allows every host",
        )

    def _outside(self, host: str, port: int, authorization: bytes) -> Destination:
        """Beyond loopback for those only who know the control token, or it would be a proxy for the whole network."""
        asked = self._control_token
        if asked is not None and not compare_digest(_password(authorization), asked.encode()):
            raise RefusedError(
                HTTPStatus.PROXY_AUTHENTICATION_REQUIRED,
                f"{host} is let out to those only who name the control token in the proxy's address: "
                "http://wxemu:TOKEN@HOST:PORT",
            )
        return Destination(host, port, is_emulator=False)

    def landing(self, host: str) -> Destination:
        """The emulator, for a request that came to it directly, as to this host.

        :raises RefusedError: the host is not one that it stands in for.
        """
        if is_emulated(host) or _is_local(host):
            return self.emulator
        if not _is_host(host):
            raise RefusedError(400, "expected a host that is emulated, like api.weixin.qq.com")
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


def _password(authorization: bytes) -> bytes:
    """Of the scheme Basic (RFC 7617), empty without one; whoever sends it may take any user's name."""
    scheme, _, credentials = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return b""
    try:
        return b64decode(credentials).partition(b":")[2]
    except ValueError:
        return b""


def _is_local(host: str) -> bool:
    name = host.lower().removesuffix(".")
    return name == "localhost" or name.endswith(".localhost") or is_this_machine(name)


def _is_host(text: str) -> bool:
    return len(text) <= LONGEST_NAME and (_NAME.fullmatch(text) is not None or _is_address(text))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
