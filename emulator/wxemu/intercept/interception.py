"""The interception of one emulator: its addresses and files, and what clients are told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.hosts import EMULATED

if TYPE_CHECKING:
    from pathlib import Path

CERTIFICATE: Final = "ca.pem"
BUNDLE: Final = "ca-bundle.pem"
"""The files of the CA, and of it with the system's roots."""


@dataclass(frozen=True)
class Interception:
    """The interception of one emulator.

    :param address: the IP address it listens at.
    :param port: its port, for both proxy and HTTPS.
    :param host: the name by which clients reach it.
    :param emulator: the emulator's own address and port.
    :param folder: holds the CA.
    :param pass_through: hosts and patterns whose requests reach the real host, or ``all``.
    :param control_token: the token that clients need to pass through; ``None`` if they need none.
    :param direct: the loopback address at which it listens at 443 and 80 too; ``None`` if it may not.
    """

    address: str
    port: int
    host: str
    emulator: tuple[str, int]
    folder: Path
    pass_through: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)
    direct: str | None = None

    @property
    def at(self) -> str:
        """Its ``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def refused_file(self) -> Path:
        """The file that counts the refused hosts since the start."""
        return self.folder / "refused.json"


def interception_facts(interception: Interception | None) -> dict[str, str | None]:
    """The proxy's URL, ``host:port`` of the HTTPS listener, its address for the names' own ports, and the CA's files.

    Each is ``None`` without interception.
    """
    if interception is None:
        return dict.fromkeys(("proxy", "https", "direct", "ca", "caBundle"))
    return {
        "proxy": f"http://{interception.at}",
        "https": interception.at,
        "direct": interception.direct,
        "ca": str(interception.folder / CERTIFICATE),
        "caBundle": str(interception.folder / BUNDLE),
    }


def interception_document(interception: Interception | None) -> dict[str, Any]:
    """The facts, and the hosts that are emulated, pass through, and were refused."""
    from wxemu.intercept import refusals  # noqa: PLC0415 - which clients, who import what else stands here, do without

    return {
        **interception_facts(interception),
        "hosts": list(EMULATED),
        "passThrough": [] if interception is None else list(interception.pass_through),
        "refused": [] if interception is None else refusals.read(interception.refused_file),
    }
