"""One instance of a function: a child process that answers one invocation at a time."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from emulator.runtime.context import instance_environment
from emulator.runtime.invocation import (
    Failure,
    not_loaded,
    process_exited,
    time_ran_out,
    unreadable_event,
    user_code_raised,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emulator.runtime.invocation import JSONValue
    from emulator.runtime.revision import Revision

BOOTSTRAP: Final = Path(__file__).with_name("bootstrap.py")
LOAD_LIMIT_SECONDS: Final = 65  # [inferred] SCF's default for the initialisation, which the time limit does not cover
LOG_LIMIT_BYTES: Final = 1 << 20  # [inferred] what is kept of an invocation's output; the rest is read and dropped

_HEADER_BYTES: Final = 4
_PIPE_BYTES: Final = 1 << 16
_EXIT_CHECK_SECONDS: Final = 0.2


class Instance:
    """A child process with one revision of a function. One caller at a time; `kill` and `stop` under its owner's lock.

    Requests and replies are JSON texts behind a 4-byte big-endian length, on two pipes of their own; stdout and stderr
    are a third, so that nothing a function prints can be taken for an answer.
    """

    def __init__(self, revision: Revision, command: Sequence[str]) -> None:
        self.revision = revision
        self.is_cold = True
        self.is_reusable = True
        self._log = bytearray()
        requests_read, self._requests = os.pipe()
        self._replies, replies_write = os.pipe()
        self._output, output_write = os.pipe()
        theirs, ours = (requests_read, replies_write, output_write), (self._requests, self._replies, self._output)
        # -I: neither our environment's PYTHON* nor the user's site-packages; the bootstrap adds PYTHONPATH itself.
        # -B: as PYTHONDONTWRITEBYTECODE, which -I ignores. -u: output of a process that dies is not lost.
        flags = ("-I", "-B", "-u", "-X", "utf8")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the deployed code is what this is for
                [*command, *flags, str(BOOTSTRAP), str(requests_read), str(replies_write), revision.spec.handler],
                env=instance_environment(revision.spec, revision.env, revision.variables),
                stdin=subprocess.DEVNULL,
                stdout=output_write,
                stderr=output_write,
                pass_fds=(requests_read, replies_write),
                start_new_session=True,  # its own process group, so that a kill takes what it started along
            )
        except BaseException:
            for descriptor in ours:
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        os.set_blocking(self._requests, False)
        os.set_blocking(self._output, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._replies, selectors.EVENT_READ)
        self._selector.register(self._output, selectors.EVENT_READ)

    def load(self) -> Failure | None:
        """Wait until a new instance has loaded its handler; return why it could not."""
        if not self.is_cold:
            return None
        reply = self._exchange(b"", LOAD_LIMIT_SECONDS)
        self.is_cold = False
        if isinstance(reply, Failure):
            return reply
        if reply["loadFailure"] is None:
            return None
        self.is_reusable = False
        return not_loaded(reply["loadFailure"])

    def call(self, event: JSONValue, context: Mapping[str, JSONValue]) -> JSONValue | Failure:
        """Run the handler once, for at most the function's time limit; return what it returned, or how it failed."""
        try:
            request = json.dumps({"event": event, "context": context}).encode()
        except RecursionError:
            return unreadable_event()
        reply = self._exchange(request, self.revision.spec.timeout_seconds)
        if isinstance(reply, Failure):
            return reply
        if "stackTrace" in reply:
            return user_code_raised(reply["stackTrace"])
        result: JSONValue = reply["result"]
        return result

    def take_log(self) -> str:
        """Return what the function has written since the last time."""
        self._read_output()
        log = self._log.decode("utf-8", "replace")
        self._log.clear()
        return log

    def has_exited(self) -> bool:
        """Whether the process has ended. It is not reaped: until `stop` its id stays its own."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def kill(self) -> None:
        """End the process and all it started, without waiting."""
        with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a group of zombies only
            os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """End the process, wait until it has, and release everything."""
        self.kill()
        self._process.wait()
        self._selector.close()
        for descriptor in (self._requests, self._replies, self._output):
            os.close(descriptor)

    def _exchange(self, request: bytes, limit_seconds: int) -> dict[str, Any] | Failure:
        """Send `request`, if there is one, and return the next reply."""
        try:
            return _decoded(self._converse(request, limit_seconds))
        except TimeoutError:
            self.is_reusable = False
            return time_ran_out(limit_seconds)
        except EOFError:
            self.is_reusable = False
            return process_exited()

    def _converse(self, request: bytes, limit_seconds: int) -> bytes:
        """Write, read the reply, read the output, whichever is possible: no pipe may fill while another is waited for.

        Raises TimeoutError, and EOFError when the process is gone.
        """
        deadline = time.monotonic() + limit_seconds
        outgoing = memoryview(len(request).to_bytes(_HEADER_BYTES, "big") + request if request else b"")
        incoming = bytearray()
        if outgoing:
            self._selector.register(self._requests, selectors.EVENT_WRITE)
        while (reply := _reply_in(incoming)) is None:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            has_exited = self.has_exited()  # asked, since a process it forked may hold the pipes open
            ready = {key.fd for key, _ in self._selector.select(min(remaining, _EXIT_CHECK_SECONDS))}
            if has_exited and self._replies not in ready:
                raise EOFError
            if self._output in ready:
                self._read_output()
            if self._requests in ready:
                outgoing = outgoing[self._write(outgoing) :]
                if not outgoing:
                    self._selector.unregister(self._requests)
            if self._replies in ready:
                incoming += self._read_replies()
        return reply

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

    def _read_output(self) -> None:
        """Read once, which takes all the pipe holds: a function that never stops printing must not keep us here."""
        with suppress(BlockingIOError):
            chunk = os.read(self._output, _PIPE_BYTES)
            self._log += chunk[: LOG_LIMIT_BYTES - len(self._log)]
            if not chunk:  # the function has closed its stdout and stderr
                with suppress(KeyError):
                    self._selector.unregister(self._output)


def _reply_in(incoming: bytearray) -> bytes | None:
    length = _HEADER_BYTES + int.from_bytes(incoming[:_HEADER_BYTES], "big")
    is_whole = len(incoming) >= _HEADER_BYTES and len(incoming) >= length
    return bytes(incoming[_HEADER_BYTES:length]) if is_whole else None


def _decoded(reply: bytes) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = json.loads(reply)
    except (ValueError, RecursionError) as error:  # a function may raise its own limits for digits and depth, not ours
        return {"stackTrace": f"{type(error).__name__}: the returned value cannot be read as JSON"}
    return decoded
