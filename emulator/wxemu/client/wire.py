"""HTTP to one address, over connections that are kept; Python's own client, as requests takes 60 ms to import."""

from __future__ import annotations

import select
import weakref
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPSConnection, InvalidURL
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from wxemu import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from http.client import HTTPResponse

SILENCE_SECONDS: Final = 120
"""After which an answer is given up; a stream of ours writes every second, once it has begun."""
_KEPT_AS_IT_IS: Final = "!#$%&'()*+,/:;=?@[]~"


class AddressError(ValueError):
    """What was given is no URL of HTTP."""


class UnansweredError(Exception):
    """Nobody answers, or not in HTTP."""


class SilenceError(Exception):
    """The answer has not come in time."""


class Wire:
    """Asks one address. Thread-safe: each request has a connection for itself.

    :param headers: go with every request.
    """

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._headers = {"User-Agent": f"wxemu/{__version__}", **headers}
        self._idle: list[HTTPConnection] = []
        # Nobody who holds an emulator is asked to close it. Unlike __del__, this precedes the sockets' end in a cycle.
        weakref.finalize(self, _close_all, self._idle)

    @contextmanager
    def ask(self, method: str, path: str, body: bytes) -> Iterator[HTTPResponse]:
        """The answer to one request. What the block leaves unread of it ends its connection.

        :raises AddressError: there is no such address.
        :raises UnansweredError: nobody answers, or no more while the block reads.
        :raises SilenceError: nothing comes any more.
        """
        try:
            connection, prefix = self._connection()
            try:
                target = quote(prefix + path, safe=_KEPT_AS_IT_IS)
                connection.request(method, target, body or None, self._headers)
                answer = connection.getresponse()
                yield answer
            except BaseException:
                connection.close()
                raise
        except (InvalidURL, UnicodeError) as error:
            raise AddressError(str(error)) from None
        except TimeoutError as error:
            raise SilenceError(str(error)) from None
        except (OSError, HTTPException) as error:
            raise UnansweredError(str(error)) from None
        if answer.isclosed():
            self._idle.append(connection)
        else:
            connection.close()

    def _connection(self) -> tuple[HTTPConnection, str]:
        """One that is kept or a new one, and what the path of its requests begins with."""
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise AddressError(str(error)) from None
        if parts.scheme not in ("http", "https") or not host:
            raise AddressError(self._url)
        while self._idle:
            connection = self._idle.pop()
            if not _has_ended(connection):
                return connection, parts.path
            connection.close()
        if parts.scheme == "http":
            return HTTPConnection(host, port, timeout=SILENCE_SECONDS), parts.path
        import ssl  # noqa: PLC0415 - an emulator behind a server that has TLS

        import certifi  # noqa: PLC0415

        context = ssl.create_default_context(cafile=certifi.where())
        return HTTPSConnection(host, port, timeout=SILENCE_SECONDS, context=context), parts.path


def _close_all(connections: list[HTTPConnection]) -> None:
    for connection in connections:
        connection.close()


def _has_ended(connection: HTTPConnection) -> bool:
    """Whether the other end has closed it meanwhile: there is something to read, though nothing was asked."""
    poll = select.poll()
    poll.register(connection.sock, select.POLLIN)
    return bool(poll.poll(0))
