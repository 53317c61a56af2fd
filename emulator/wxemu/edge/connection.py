"""One client's connection: requests in, one after the other, and their answers out in the same order."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol, cast

import httptools

from wxemu.edge.answer import Answer
from wxemu.edge.request import Request

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

LARGEST_HEAD: Final = 64 * 1024
LARGEST_BODY: Final = 32 * 1024 * 1024
"""Bytes; of a larger body nothing more is kept, and the application is told its size, so that it refuses it."""
REQUEST_SECONDS: Final = 30.0
"""Within which the whole of a request comes, from its first byte on."""
IDLE_SECONDS: Final = 75.0
CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class Host(Protocol):
    """Who takes connections, and has their requests answered."""

    loop: asyncio.AbstractEventLoop

    def admit(self, connection: Connection) -> None:
        """A connection has begun."""

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""

    def answer(self, connection: Connection, environ: WSGIEnvironment) -> None:
        """Have a request answered that has wholly come."""


class Connection(asyncio.Protocol):
    """HTTP/1.1 with keep-alive, pipelining and chunks. Its methods run on the event loop."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._coming: Request | None = None
        self._waiting: list[Request] = []
        self._answering: Request | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_ending = False
        self._is_reading = True
        self.writable = threading.Event()
        self.writable.set()
        self.is_lost = False

    @property
    def is_idle(self) -> bool:
        """Whether no request is on its way in or being answered."""
        return self._coming is None and not self._waiting and self._answering is None

    @property
    def is_answering(self) -> bool:
        """Whether a request of this connection is being answered."""
        return self._answering is not None or bool(self._waiting)

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._host.admit(self)
        self._expect_within(IDLE_SECONDS)

    def data_received(self, data: bytes) -> None:
        if self._is_ending:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse("400 Bad Request", "an upgrade of the protocol is not to be had here")
        except httptools.HttpParserError as error:
            if not self._is_ending:
                self._refuse("400 Bad Request", f"this is no HTTP/1.1 request ({type(error).__name__})")

    def eof_received(self) -> bool:
        """The client sends nothing more: what has wholly come is answered, what has not is not executed."""
        self._coming = None
        self._is_ending = True
        if not self.is_answering:
            return False
        self._forget_timer()
        return True

    def connection_lost(self, _error: Exception | None) -> None:
        self.is_lost = self._is_ending = True
        self._forget_timer()
        self._coming = None
        self._waiting.clear()
        self.writable.set()
        self._host.forget(self)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    # What the parser calls

    def on_message_begin(self) -> None:
        self._coming = Request()
        self._expect_within(REQUEST_SECONDS)

    def on_url(self, part: bytes) -> None:
        self._grow_head(len(part))
        if self._coming is not None:
            self._coming.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow_head(len(name) + len(value))
        if self._coming is not None:
            self._coming.headers.append((name, value))
            if name.lower() == b"expect" and value.lower() == b"100-continue":
                self._write(CONTINUE)

    def on_body(self, part: bytes) -> None:
        coming = self._coming
        if coming is not None:
            coming.body_size += len(part)
            if coming.body_size <= LARGEST_BODY:
                coming.body += part
            else:
                coming.body.clear()
                self._dispatch(coming)  # nothing more of it is read

    def on_message_complete(self) -> None:
        if self._coming is not None:
            self._dispatch(self._coming)

    def _grow_head(self, size: int) -> None:
        if self._coming is not None:
            self._coming.head_size += size
            if self._coming.head_size > LARGEST_HEAD:
                self._refuse("431 Request Header Fields Too Large", f"a head has at most {LARGEST_HEAD} bytes here")

    # Requests, one after the other

    def _dispatch(self, request: Request) -> None:
        self._coming = None
        self._forget_timer()
        request.method = self._parser.get_method().decode("latin-1")
        request.version = self._parser.get_http_version()
        request.is_kept_alive = self._parser.should_keep_alive() and request.body_size <= LARGEST_BODY
        if not request.is_kept_alive:
            self._is_ending = True
        self._waiting.append(request)
        if self._answering is None:
            self._next()
        else:
            self._pause_reading()

    def _next(self) -> None:
        if not self._waiting or self._transport is None:
            return
        self._answering = self._waiting.pop(0)
        client = self._transport.get_extra_info("peername") or ("", 0)
        server = self._transport.get_extra_info("sockname") or ("", 0)
        self._host.answer(self, self._answering.environ(client=client[:2], server=server[:2]))

    # Answers

    def send(self, answer: Answer) -> None:
        """Send a whole answer."""
        request = self._answering
        if request is None or self.is_lost:
            return
        if answer.is_cut:
            self.cut()
            return
        body = b"" if request.method == "HEAD" or answer.has_no_body else answer.whole or b""
        self._write(self._head(answer) + body)
        self._done()

    def begin(self, answer: Answer) -> None:
        """Send the head of an answer whose body comes bit by bit."""
        if self._answering is not None and self._answering.version == "1.0":
            self._answering.is_kept_alive = False
        self._write(self._head(answer))

    def send_part(self, part: bytes) -> None:
        """Send a part of the body."""
        if part and self._answering is not None and self._answering.method != "HEAD":
            is_chunked = self._answering.version == "1.1"
            self._write(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked else part)

    def finish(self, *, is_whole: bool) -> None:
        """End an answer whose body came bit by bit; one that is not whole ends with the connection."""
        if self._answering is None:
            return
        if not is_whole:
            self.cut()
            return
        if self._answering.version == "1.1" and self._answering.method != "HEAD":
            self._write(b"0\r\n\r\n")
        self._done()

    def cut(self) -> None:
        """End the connection without a further byte."""
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """End the connection once what was written has gone out."""
        if self._transport is not None:
            self._transport.close()

    def _head(self, answer: Answer) -> bytes:
        request = self._answering or Request()
        return answer.head(version=request.version, is_kept_alive=request.is_kept_alive)

    def _done(self) -> None:
        is_kept_alive = self._answering is not None and self._answering.is_kept_alive
        self._answering = None
        if self._waiting:
            self._next()
        elif not is_kept_alive or self._is_ending:
            self.close()
        else:
            self._resume_reading()
            if self._coming is None:
                self._expect_within(IDLE_SECONDS)

    def _refuse(self, status: str, text: str) -> None:
        """Answer what is no request, and end the connection."""
        self._is_ending, self._coming = True, None
        self._forget_timer()
        if not self.is_answering:
            self._answering = Request(is_kept_alive=False)
            self.send(Answer(status, [("Content-Type", "text/plain; charset=utf-8")], f"{text}\n".encode()))

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self.is_lost:
            self._transport.write(data)

    # Time

    def _expect_within(self, seconds: float) -> None:
        self._forget_timer()
        self._timer = self._host.loop.call_later(seconds, self._expire)

    def _forget_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        if self._coming is not None:
            self._refuse("408 Request Timeout", f"a request comes wholly within {REQUEST_SECONDS:g} seconds here")
        elif not self.is_answering:
            self.close()

    def _pause_reading(self) -> None:
        if self._is_reading and self._transport is not None:
            self._is_reading = False
            with suppress(RuntimeError):
                self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if not self._is_reading and self._transport is not None:
            self._is_reading = True
            with suppress(RuntimeError):
                self._transport.resume_reading()
