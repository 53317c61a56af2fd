"""An answer of the application, as bytes of HTTP/1.1."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.faults import DELAY
from wxemu.core.steps import POSTPONE, Postponed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from wsgiref.types import WSGIApplication, WSGIEnvironment

_WITHOUT_BODY: Final = frozenset({"204", "304"})


@dataclass
class Answer:
    """What the application answers to one request.

    `whole` is the body. It is None for one that comes bit by bit out of `stream`, and where there is none at all. One
    that is `postponed` is made in steps.
    """

    status: str = "500 Internal Server Error"
    headers: list[tuple[str, str]] = field(default_factory=list)
    whole: bytes | None = b""
    stream: Iterable[bytes] | None = None
    postponed: Postponed | None = None
    late_seconds: float = 0.0
    is_cut: bool = False

    def head(self, *, version: str, is_kept_alive: bool) -> bytes:
        """The head, with the headers that the connection itself needs."""
        names = {name.lower() for name, _ in self.headers}
        lines = [f"HTTP/1.1 {self.status}", *(f"{name}: {value}" for name, value in self.headers)]
        if "date" not in names:
            lines.append(f"Date: {_date(int(time.time()))}")
        if self.is_chunked(version):
            lines.append("Transfer-Encoding: chunked")
        elif self.whole is not None and "content-length" not in names and not self.has_no_body:
            lines.append(f"Content-Length: {len(self.whole)}")
        if not is_kept_alive:
            lines.append("Connection: close")
        elif version == "1.0":
            lines.append("Connection: keep-alive")
        return "\r\n".join([*lines, "\r\n"]).encode("latin-1")

    @property
    def has_no_body(self) -> bool:
        """Whether its status says that nothing follows the head (RFC 9110, 6.4.1).

        A client takes whatever does follow for the beginning of the next answer.
        """
        return self.status[:3] in _WITHOUT_BODY

    def is_chunked(self, version: str) -> bool:
        """Whether the body goes out in chunks: its length is not known, and the client can read them."""
        return self.stream is not None and version == "1.1"

    def close(self) -> None:
        """Let the application know that nothing more of the body is asked for."""
        _close(self.stream)


def ask(application: WSGIApplication, environ: WSGIEnvironment, *, may_postpone: bool = False) -> Answer:
    """What the application answers, and when; raises what it raises."""
    answer = Answer()

    def start_response(
        status: str,
        headers: list[tuple[str, str]],
        _error: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None] | None = None,
    ) -> Callable[[bytes], object]:
        answer.status, answer.headers = status, headers
        return _no_write

    def delay(seconds: float) -> None:
        answer.late_seconds += seconds

    def postpone(postponed: Postponed) -> None:
        answer.postponed = postponed

    delaying = DELAY.set(delay)
    postponing = POSTPONE.set(postpone if may_postpone else None)
    try:
        parts = application(environ, start_response)
    except ConnectionAbortedError:
        answer.is_cut = True
        return answer
    finally:
        DELAY.reset(delaying)
        POSTPONE.reset(postponing)
    if _has_length(answer.headers) or isinstance(parts, (list, tuple)):
        try:
            answer.whole = b"".join(parts)
        finally:
            _close(parts)
    elif environ["REQUEST_METHOD"] == "HEAD" or answer.has_no_body:
        answer.whole = None
        _close(parts)
    else:
        answer.whole, answer.stream = None, parts
    return answer


def _has_length(headers: list[tuple[str, str]]) -> bool:
    return any(name.lower() == "content-length" for name, _ in headers)


def _close(parts: object) -> None:
    close: Any = getattr(parts, "close", None)
    if close is not None:
        close()


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("an application returns its body here, and does not write it")


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
