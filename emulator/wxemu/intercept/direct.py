"""The real names' own ports, 443 and 80, and a name server's, at a loopback address of this emulator alone.

A client that reads no proxy variable is led there, by an /etc/hosts of its own or by what is loaded into it before.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from typing import Final

HTTPS: Final = 443
NAMES: Final = 53
_PORTS: Final = (HTTPS, 80)


def address_beside(port: int) -> str:
    """The loopback address of the emulator whose proxy has this port: so no two of a machine have the same."""
    return f"127.86.{port >> 8}.{port & 255}"


def listen(address: str) -> list[socket.socket]:
    """Listen there; at no port, if this process may not, or the machine has no such address or something else there.

    A socket for names takes datagrams.
    """
    with ExitStack() as opened:
        try:
            sockets = [opened.enter_context(socket.create_server((address, port), backlog=1024)) for port in _PORTS]
        except OSError:
            return []
        with suppress(OSError):  # without it, names that no /etc/hosts can list are not led
            sockets.append(opened.enter_context(_bound(address)))
        opened.pop_all()
        return sockets


def _bound(address: str) -> socket.socket:
    """:raises OSError: the port is in use, or not for this process."""
    asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        asked.bind((address, NAMES))
    except OSError:
        asked.close()
        raise
    return asked
