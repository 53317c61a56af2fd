"""Where clients find the interception of one emulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxemu.core.http.hosts import EMULATED
from wxemu.intercept import authority, refusals

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Interception:
    """The interception of one emulator.

    :param address: the IP address it listens at.
    :param port: its port, for proxy and HTTPS alike.
    :param host: the name by which clients reach it.
    :param emulator: the emulator's own address and port.
    :param folder: keeps the CA.
    :param pass_through: hosts and patterns that are let out, or ``all``.
    :param control_token: what clients must know whose requests are let out; ``None`` if they need to know nothing.
    """

    address: str
    port: int
    host: str
    emulator: tuple[str, int]
    folder: Path
    pass_through: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)

    @property
    def at(self) -> str:
        """Its ``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def refused_file(self) -> Path:
        """Where the hosts stand that were refused since the start."""
        return self.folder / "refused.json"


def interception_facts(interception: Interception | None) -> dict[str, str | None]:
    """What a client needs: the proxy's URL, ``host:port`` of the HTTPS listener, the file of the CA, and of it with
    the system's roots; each ``None`` where there is no interception.
    """
    if interception is None:
        return dict.fromkeys(("proxy", "https", "ca", "caBundle"))
    return {
        "proxy": f"http://{interception.at}",
        "https": interception.at,
        "ca": str(interception.folder / authority.CERTIFICATE),
        "caBundle": str(interception.folder / authority.BUNDLE),
    }


def interception_document(interception: Interception | None) -> dict[str, Any]:
    """The facts, the hosts that are emulated and let out, and those that were refused."""
    return {
        **interception_facts(interception),
        "hosts": list(EMULATED),
        "passThrough": [] if interception is None else list(interception.pass_through),
        "refused": [] if interception is None else refusals.told_by(interception.refused_file),
    }
