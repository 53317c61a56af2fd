"""The wires between the emulator and one instance."""

from __future__ import annotations

import fcntl
import math
import os
import selectors
import socket
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wxemu.core.steps import ELSEWHERE, Ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.core.steps import Steps

LOG_LIMIT_BYTES: Final = 1 << 20  # [inferred] what is kept of an invocation's output; the rest is read and dropped
WATCH_SECONDS: Final = 0.05
_PAUSE_TO_WATCH: Final = 20
"""A pause is at least so many times as long as the look before it, since many instances may be looked after."""
_MOST_PAUSE_SECONDS: Final = 0.25
_FLOOD_BYTES: Final = 1 << 20
_FLOOD_RATE: Final = 20 << 20
"""Bytes a second beyond the limit, and how many at once: they are read to be dropped, and take time from others."""
END_LIMIT_SECONDS: Final = 2.0
"""In which a killed process has ended; one that a tracer or a file system holds may never do."""

_NUMBER_BYTES: Final = 4
_HEADER_BYTES: Final = 2 * _NUMBER_BYTES
"""Before a reply."""
_KEEPER: Final = b"k"
_PIPE_BYTES: Final = 1 << 16


class Channel:
    """Three pipes and a socket: requests, replies, output, life. One user at a time.

    Requests and replies are texts behind a 4-byte big-endian length, replies behind the process's memory as well; what
    a function prints goes to the output, so that it can never be taken for an answer. The life ends when the process
    and its group have; hanging it up ends them. `theirs` are the ends to be handed to the instance; `is_abandoned` says
    that nobody is left to end its process.
    """

    def __init__(self) -> None:
        requests_read, self._requests = os.pipe()
        self._replies, replies_write = os.pipe()
        self._output, output_write = os.pipe()
        self._life, life = socket.socketpair()
        self.theirs = (requests_read, replies_write, output_write, life.detach())
        os.set_blocking(self._requests, False)
        os.set_blocking(self._output, False)
        self._output_bytes = _PIPE_BYTES
        self._is_flooded = False
        self._log = bytearray()
        self._hear: Callable[[bytes], None] | None = None
        self._silent_until = math.inf
        self._has_ended = False
        self.is_abandoned = False
        self._selector = selectors.DefaultSelector()
        for descriptor in (self._replies, self._output, self._life.fileno()):
            self._selector.register(descriptor, selectors.EVENT_READ)

    def hand_over(self) -> None:
        """Close the instance's ends in this process, once the instance has them."""
        for descriptor in self.theirs:
            os.close(descriptor)

    def birth(self, watch: Callable[[], None]) -> tuple[int, bool] | None:
        """Wait for the instance's process id, and whether it is that of a keeper; None if there will be none.

        To be called once, before anything else. Meanwhile `watch` is called every now and then, which may raise.
        """
        told = b""
        self._life.settimeout(WATCH_SECONDS)
        try:
            while len(told) <= _NUMBER_BYTES:
                try:
                    part = self._life.recv(_NUMBER_BYTES + 1 - len(told))
                except TimeoutError:
                    watch()
                    continue
                except OSError:
                    return None
                if not part:
                    return None
                told += part
        finally:
            self._life.settimeout(None)
        return int.from_bytes(told[:_NUMBER_BYTES], "big"), told[_NUMBER_BYTES:] == _KEEPER

    def exchanging(
        self, request: bytes | None, *, limit_seconds: float, watch: Callable[[], None]
    ) -> Steps[tuple[bytes, int]]:
        """Send a request and return the reply to it, and the most bytes of memory that the process has ever held.

        Meanwhile, call `watch` every now and then.

        Write, read the reply, read the output, whichever is possible: no pipe may fill while another is waited for.
        Without a request it waits for one more reply. Raises TimeoutError, EOFError when the process is gone, and what
        `watch` raises.
        """
        now = time.monotonic()
        deadline, next_watch = now + limit_seconds, now + WATCH_SECONDS
        outgoing, incoming = self._begin_writing(request), bytearray()
        while (reply := _reply_in(incoming)) is None:
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if now >= next_watch:
                yield ELSEWHERE
                watch()
                looked_until = time.monotonic()
                pause = min(max(WATCH_SECONDS, _PAUSE_TO_WATCH * (looked_until - now)), _MOST_PAUSE_SECONDS)
                next_watch = looked_until + pause
                now = looked_until
            self._hear_flood(now)
            ready = yield Ready(self._selector, min(deadline, next_watch, self._silent_until))
            if self._life.fileno() in ready:
                self._learn_of_end()
            if self._has_ended and self._replies not in ready:  # a process it forked may hold the pipes open
                raise EOFError
            if self._output in ready and not self._read_output():
                self._stem_flood(now)
            if self._requests in ready:
                outgoing = outgoing[self._write(outgoing) :]
                if not outgoing:
                    self._selector.unregister(self._requests)
            if self._replies in ready:
                incoming += self._read_replies()
        return reply

    @property
    def output_bytes(self) -> int:
        """How much the function has written since that was last taken."""
        return len(self._log)

    def hear(self, listener: Callable[[bytes], None] | None) -> None:
        """Have `listener` called with what the function writes, as it comes and as far as it is kept."""
        self._hear = listener

    def take_output(self) -> str:
        """Return what the function has written since the last time."""
        self._read_output()
        log = self._log.decode("utf-8", "replace")
        self._log.clear()
        return log

    def has_ended(self) -> bool:
        """Whether the process has ended, while no reply is waited for: with its end, that of its replies is open to be
        read.
        """
        ready = {key.fd for key, _ in self._selector.select(0)}
        if self._life.fileno() in ready:
            self._learn_of_end()
        return self._has_ended or self._replies in ready

    def hang_up(self) -> None:
        """Have the process and all it started killed, without waiting."""
        with suppress(OSError):  # nobody is at the other end
            self._life.shutdown(socket.SHUT_WR)

    def wait_for_end(self, limit_seconds: float = END_LIMIT_SECONDS) -> bool:
        """End the process, and wait until it has ended; whether it did, or whether nobody is left to end it."""
        self.has_ended()
        self.hang_up()
        self._life.settimeout(limit_seconds)
        try:
            while self._life.recv(_PIPE_BYTES):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def close(self) -> None:
        """Release everything; a process that is still there has nobody to talk to."""
        self._selector.close()
        self._life.close()
        for descriptor in (self._requests, self._replies, self._output):
            os.close(descriptor)

    def _learn_of_end(self) -> None:
        self.is_abandoned = not self._life.recv(1)
        self._has_ended = True
        with suppress(KeyError):
            self._selector.unregister(self._life)

    def _begin_writing(self, request: bytes | None) -> memoryview:
        """Write a request as far as the pipe takes it, which is nearly always all of it, and return the rest."""
        outgoing = memoryview(b"" if request is None else len(request).to_bytes(_NUMBER_BYTES, "big") + request)
        outgoing = outgoing[self._write(outgoing) :]
        if outgoing:
            self._selector.register(self._requests, selectors.EVENT_WRITE)
        return outgoing

    def _write(self, outgoing: memoryview) -> int:
        try:
            return os.write(self._requests, outgoing)
        except BrokenPipeError:
            raise EOFError from None

    def _read_replies(self) -> bytes:
        chunk = os.read(self._replies, _PIPE_BYTES)
        if not chunk:
            raise EOFError
        return chunk

    def _stem_flood(self, now: float) -> None:
        """Have output beyond the limit wait, in a pipe that holds as much as this system lets it."""
        self._selector.unregister(self._output)
        if not self._is_flooded:
            self._is_flooded = True
            with suppress(OSError, AttributeError):
                self._output_bytes = fcntl.fcntl(self._output, fcntl.F_SETPIPE_SZ, _FLOOD_BYTES)
        self._silent_until = now + self._output_bytes / _FLOOD_RATE

    def _hear_flood(self, now: float) -> None:
        """Listen again to output beyond the limit, once it has waited."""
        if now >= self._silent_until:
            self._selector.register(self._output, selectors.EVENT_READ)
            self._silent_until = math.inf

    def _read_output(self) -> bool:
        """Read once, which takes all the pipe holds: a function that never stops printing must not keep us here.

        Return whether there is room for more.
        """
        with suppress(BlockingIOError):
            chunk = os.read(self._output, self._output_bytes)
            kept = chunk[: LOG_LIMIT_BYTES - len(self._log)]
            self._log += kept
            if self._hear is not None:
                self._hear(kept)
            if not chunk:  # the function has closed its stdout and stderr
                with suppress(KeyError):
                    self._selector.unregister(self._output)
            return len(kept) == len(chunk)
        return True


def _reply_in(incoming: bytearray) -> tuple[bytes, int] | None:
    if len(incoming) < _HEADER_BYTES:
        return None
    length = _HEADER_BYTES + int.from_bytes(incoming[:_NUMBER_BYTES], "big")
    if len(incoming) < length:
        return None
    peak_kib = int.from_bytes(incoming[_NUMBER_BYTES:_HEADER_BYTES], "big")
    return bytes(incoming[_HEADER_BYTES:length]), peak_kib << 10
