"""Who may reach an emulator: the host names that it answers to, and the control token for use beyond loopback."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from wxemu.core.http.hosts import is_emulated, is_loopback, is_named

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

LOOPBACK: Final = "127.0.0.1"

_OF_PAGES: Final = frozenset({"HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE"})
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?")


@dataclass(frozen=True)
class Access:
    """How an emulator can be reached.

    :param address: the IP address that it listens on.
    :param names: host names that it answers to besides loopback's and the emulated ones; a leading ``*.`` stands for
        any label.
    :param control_token: the token that our own interfaces require; ``None`` if they require none.
    """

    address: str = LOOPBACK
    names: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)

    @property
    def is_exposed(self) -> bool:
        """Whether other machines reach it."""
        return not ipaddress.ip_address(self.address).is_loopback

    def answers_to(self, host: str) -> bool:
        """Whether a ``Host`` header, with or without a port, is a name of this emulator."""
        return _answers_to(self.address, self.names, host)

    def is_plain(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is no web page's, and asks by a name of this emulator: nothing of it need be checked."""
        return _OF_PAGES.isdisjoint(environ) and self.answers_to(environ.get("HTTP_HOST", LOOPBACK))

    def admits(self, token: str) -> bool:
        """Whether this is the control token; compared in constant time."""
        return self.control_token is None or hmac.compare_digest(token.encode(), self.control_token.encode())


LOOPBACK_ONLY: Final = Access()


@lru_cache(maxsize=256)  # asked for each request, and nearly always for the same name
def _answers_to(address: str, names: tuple[str, ...], host: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match[1] or match[2]).lower().removesuffix(".")
    return is_loopback(name) or is_named(name, names) or is_emulated(name) or _is_address_of(name, address)


def _is_address_of(name: str, address: str) -> bool:
    """Whether a name is the address that we listen on; any address is, if we listen on all of them."""
    try:
        named = ipaddress.ip_address(name)
    except ValueError:
        return False
    ours = ipaddress.ip_address(address)
    return ours.is_unspecified or named == ours
