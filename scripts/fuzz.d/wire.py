"""One hostile request over a connection of its own, and what is wrong with what comes back."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

ANSWER_SECONDS: Final = 20.0
"""In which an answer has come, or the connection has ended."""
_STATUS_LINE: Final = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
_FAULTS: Final = (b"Traceback (most recent call last)", b"a fault of the emulator", b"Internal Server Error")


@dataclass(frozen=True)
class Case:
    """What is sent. ``kind`` names the mutator; ``is_http``: what comes back must be HTTP."""

    kind: str
    sent: bytes = field(repr=False)
    port: int
    is_http: bool = True


def complaint_about(case: Case) -> str | None:
    """What is wrong with the answer; ``None`` if nothing is."""
    try:
        received = _exchange(case)
    except TimeoutError:
        return f"neither an answer nor an end within {ANSWER_SECONDS:g} seconds"
    if not case.is_http or not received:
        return None
    status = _STATUS_LINE.match(received)
    if status is None:
        return f"the answer is no HTTP: {received[:60]!r}"
    if found := next((fault for fault in _FAULTS if fault in received), None):
        return f"the answer has {found.decode()!r}"
    head, _, body = received.partition(b"\r\n\r\n")
    length = _LENGTH.search(head + b"\r\n")
    is_bodiless = case.sent[:5] == b"HEAD " or status[1] in (b"204", b"304", b"100")
    if length is not None and not is_bodiless and _STATUS_LINE.search(body) is None and len(body) != int(length[1]):
        return f"the answer says {int(length[1])} bytes and has {len(body)}"
    return None


def _exchange(case: Case) -> bytes:
    """All that comes back until the other side closes."""
    received = b""
    with socket.create_connection(("127.0.0.1", case.port), timeout=ANSWER_SECONDS) as connected:
        with suppress(ConnectionError):  # a refusal may come before everything is sent
            connected.sendall(case.sent)
            connected.shutdown(socket.SHUT_WR)
        with suppress(ConnectionError):
            while part := connected.recv(65536):
                received += part
                if len(received) > 32 * 1024 * 1024:
                    break
    return received
