"""In an HTTP function's own Python: a server that is to listen on port 9000 listens on one of this machine's.

So any number of instances run at one time, and no function is reached from another machine. This file is never imported
here: its text, below lines that define what `languages.GIVEN` names, becomes a module that each Python of the function
imports before all else.
"""

from __future__ import annotations

import io
import socket
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    LOOPBACK, PORT, UNREACHABLE = "", 0, ""  # as of `languages`
    PLACE = ""  # the file that tells the emulator the port

WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104 - never bound to
_bind = socket.socket.bind


def bind(self: socket.socket, address: Any, /) -> None:
    """Bind a socket as asked, unless that is the platform's port of an HTTP function."""
    is_asked = isinstance(address, tuple) and len(address) > 1 and address[1] == PORT
    if not is_asked or not self.type & socket.SOCK_STREAM:
        return _bind(self, address)
    host = address[0]
    host = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host or ""
    if host not in WILDCARDS:
        sys.stderr.write(f"the platform does not reach a server on {host}:{PORT}; have it listen on 0.0.0.0\n")
        _bind(self, (host, 0, *address[2:]))
        return _tell(UNREACHABLE)
    with open(PLACE) as file:  # noqa: PTH123 - one module less to load
        told = file.read()
    _bind(self, (_loopback_of(self), int(told) if told.isdigit() else 0, *address[2:]))
    return _tell(str(self.getsockname()[1]))


def _loopback_of(server: socket.socket) -> str:
    if server.family == socket.AF_INET:
        return LOOPBACK
    is_only_6 = server.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    return "::1" if is_only_6 else f"::ffff:{LOOPBACK}"


def _tell(port: str) -> None:
    with open(PLACE, "w") as file:  # noqa: PTH123 - likewise
        file.write(port)


socket.socket.bind = bind  # type: ignore[method-assign, assignment]  # what servers of all kinds call
if isinstance(sys.stdout, io.TextIOWrapper):
    sys.stdout.reconfigure(line_buffering=True)  # so that a log has each line with the request that it is of
