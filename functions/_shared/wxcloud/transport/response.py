"""The other side's response: bounded in size, and in the whole time it takes.

The timeout of requests bounds each wait for bytes, so that one that comes byte by byte may take for ever, and
nothing there bounds its size, or what a few compressed bytes become.
"""

from __future__ import annotations

import io
import socket
import time
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from wxcloud.errors import BadAnswer

if TYPE_CHECKING:
    import requests

LARGEST_RESPONSE = 32 * 1024 * 1024
"""Bytes: more than five times what a cloud function may return, which comes as a JSON text within a JSON text."""
_PART = 64 * 1024


@dataclass(frozen=True)
class Response:
    """A response that has wholly come."""

    status: int
    content: bytes = field(repr=False)


def read(peer: str, response: requests.Response) -> Response:
    """The response to a request that was sent with `stream=True`.

    Raises BadAnswer for one that is too large or compressed, or what requests raises.
    """
    with response:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise BadAnswer(f"{peer} must answer without Content-Encoding, got {encoding[:20]!r}")
        content = bytearray()
        for part in response.iter_content(_PART):
            content += part
            if len(content) > LARGEST_RESPONSE:
                raise BadAnswer(f"{peer} must answer with at most {LARGEST_RESPONSE} bytes")
        return Response(response.status_code, bytes(content))


class WholeResponses(HTTPAdapter):
    """Has the timeout for reading bound a whole response, from its first byte to its last."""

    def init_poolmanager(self, *positional: Any, **named: Any) -> None:
        super().init_poolmanager(*positional, **named)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **named)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _UntilThen(io.RawIOBase):
    """Reads a socket, whose timeout is from now on that of everything that is read."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._bytes = connected.makefile("rb", buffering=0)
        seconds = connected.gettimeout()
        self._until = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._until is not None:
            left = self._until - time.monotonic()
            if left <= 0:
                raise socket.timeout("timed out")
            self._socket.settimeout(left)
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _WholeResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *positional: Any, **named: Any) -> None:
        super().__init__(sock, *positional, **named)
        self.fp.close()
        self.fp = io.BufferedReader(_UntilThen(sock), _PART)


class _Http(HTTPConnection):
    response_class = _WholeResponse


class _Https(HTTPSConnection):
    response_class = _WholeResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}
