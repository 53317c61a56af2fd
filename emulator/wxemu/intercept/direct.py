"""The real names' own ports, 443 and 80, at a loopback address of this emulator alone.

A client that reads no proxy variable is led there, by an /etc/hosts of its own or by what is loaded into it before.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Final

HTTPS: Final = 443
PORTS: Final = (HTTPS, 80)


def address_beside(port: int) -> str:
    """The loopback address of the emulator whose proxy has this port: so no two of a machine have the same."""
    return f"127.86.{port >> 8}.{port & 255}"


def listen(address: str) -> list[socket.socket]:
    """Listen there; at no port, if this process may not, or the machine has no such address or something else there."""
    with ExitStack() as opened:
        try:
            sockets = [opened.enter_context(socket.create_server((address, port), backlog=1024)) for port in PORTS]
        except OSError:
            return []
        opened.pop_all()
        return sockets
