"""A request and its answer without Flask, whose contexts and routing take longer than a decision.

They have the names that Flask's have, as far as a face that may be asked both ways looks at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import unquote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment


_WITHOUT_PREFIX: Final = ("CONTENT_TYPE", "CONTENT_LENGTH")


class Asked(Protocol):
    """What faces read of a request, Flask's or a plain one."""

    method: str
    path: str
    remote_addr: str | None
    environ: WSGIEnvironment

    @property
    def args(self) -> Mapping[str, str]:
        """The query, of a name that comes more than once the first value."""

    @property
    def full_path(self) -> str:
        """Path and query, with a question mark between them in any case."""

    def get_data(self) -> bytes:
        """The body."""


class Answered(Protocol):
    """What the journal reads of an answer, Flask's or a plain one."""

    @property
    def status_code(self) -> int:
        """Of HTTP; 0 for a connection that is cut."""

    @property
    def is_streamed(self) -> bool:
        """Whether it comes bit by bit."""

    def get_data(self) -> bytes:
        """The body."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse, /) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""


class PlainRequest:
    """A request that has wholly come, whose path and query are ASCII."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ["PATH_INFO"]
        self.remote_addr: str | None = environ.get("REMOTE_ADDR")
        self._query: str = environ.get("QUERY_STRING", "")
        self._body: bytes | None = None

    @cached_property
    def args(self) -> Mapping[str, str]:
        """The query, as werkzeug reads it: of a name that comes more than once the first value."""
        found: dict[str, str] = {}
        for pair in self._query.split("&"):
            name, _, value = pair.partition("=")
            if pair:
                found.setdefault(_read(name), _read(value))
        return found

    @property
    def full_path(self) -> str:
        """Path and query."""
        return f"{self.path}?{self._query}"

    def get_data(self) -> bytes:
        """The body."""
        if self._body is None:
            length = self.environ.get("CONTENT_LENGTH")
            self._body = self.environ["wsgi.input"].read(int(length)) if length else b""
        return self._body


def header(environ: WSGIEnvironment, name: str) -> str:
    """A header by its name in whatever case, empty without it; werkzeug's way there takes four calls."""
    key = name.upper().replace("-", "_")
    value: str = environ.get(key if key in _WITHOUT_PREFIX else f"HTTP_{key}", "")
    return value


def _read(text: str) -> str:
    is_plain = "%" not in text and "+" not in text
    return text if is_plain else unquote_plus(text, errors="werkzeug.url_quote")


@dataclass(frozen=True, slots=True)
class PlainResponse:
    """An answer that is there as a whole, with HTTP 200; ``headers`` besides those of its body."""

    data: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...] = ()
    status_code = 200
    is_streamed = False

    def get_data(self) -> bytes:
        """The body."""
        return self.data

    def __call__(self, _environ: WSGIEnvironment, start_response: StartResponse, /) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""
        headers = [("Content-Type", self.content_type), ("Content-Length", str(len(self.data))), *self.headers]
        start_response("200 OK", headers)
        return [self.data]
