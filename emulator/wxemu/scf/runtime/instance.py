"""One instance of a function: a process that answers one invocation at a time."""

from __future__ import annotations

import json
import logging
import math
import os
import time
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, spoken
from wxemu.core.steps import ELSEWHERE, LARGE_BYTES, run_through
from wxemu.scf.runtime import debugging
from wxemu.scf.runtime.channel import Channel
from wxemu.scf.runtime.debugging import Awaited
from wxemu.scf.runtime.environment import instance_environment
from wxemu.scf.runtime.invocation import (
    LOAD_STATUS,
    DebuggerError,
    Failure,
    exception_failure,
    exit_failure,
    load_failure,
    memory_failure,
    result_size_failure,
    timeout_failure,
)
from wxemu.scf.runtime.module_names import RESERVED
from wxemu.scf.runtime.process import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack

    from wxemu.core.steps import Steps
    from wxemu.scf.runtime.debugging import Debugging
    from wxemu.scf.runtime.forkserver import ForkServer
    from wxemu.scf.runtime.invocation import JSONValue
    from wxemu.scf.runtime.revision import Revision
    from wxemu.scf.runtime.surroundings import Surroundings

LOAD_LIMIT_SECONDS: Final = 65  # [inferred] SCF's default for the initialisation, which the time limit does not cover
_LAST_WAIT_SECONDS: Final = 0.5
FAIR_CPU_SECONDS: Final = 0.5
"""What one call may use of the processors before its instance gives way to others; production has a share for each."""

_log = logging.getLogger(__name__)


class _MemoryLimitError(Exception):
    """The instance holds more than it may."""


class _UnwantedError(Exception):
    """Nobody waits for the outcome any more."""


class Instance:
    """A process with one revision of a function. One caller at a time, but for `hang_up`.

    `init_ms` is what its start took, `init_function_ms` the function's own share of that, `init_memory_bytes` what it
    held then. `has_failed` is whether its last call ended it, `is_blamed` whether it gives way to others from its next
    call on. `lacks` tells what keeps other instances apart from the machine but not this one, and why; it is None until
    that is known. `invocations` counts the invocations that it ran.

    :param start: is closed once it has loaded.
    """

    def __init__(self, revision: Revision, server: ForkServer, start: ExitStack, *, is_debugged: bool = False) -> None:
        self.revision = revision
        self._start = start
        self.is_cold = True
        self.is_reusable = True
        self.since = 0.0
        self.invocations = 0
        self.init_ms = 0.0
        self.init_function_ms = 0.0
        self.init_memory_bytes = 0
        self.lacks: Mapping[str, str] | None = None
        self.memory_bytes = 0
        self.has_failed = False
        self.is_blamed = False
        self._process: Process | None = None
        self._debugging: Debugging | None = None
        self._used_seconds: float | None = None
        self._began = time.monotonic()
        self._channel = Channel()
        try:
            self._server = server.fork(self._channel.theirs, is_debugged=is_debugged)
        except BaseException:
            self._channel.hand_over()
            self._channel.close()
            raise
        self._channel.hand_over()

    @property
    def process(self) -> Process | None:
        """Its process; None until it is born."""
        return self._process

    def is_born(self) -> bool:
        """Whether there is a process, which a new instance has to wait for."""
        if self._process is None:
            born = self._channel.birth(lambda: self._server.check(self._began))
            if born is not None:
                number, is_keeper = born
                self._process = Process(number, is_keeper=is_keeper)
        return self._process is not None

    def await_debugger(self, wanted: Debugging, surroundings: Surroundings) -> None:
        """Have a new instance, once it is born, wait for a debugger; to be called before `load`.

        Raises DebuggerError.
        """
        self._debugging = wanted
        asked = {"port": wanted.port, "lent": debugging.find_debugpy()}
        reply = run_through(self._exchanging(self._birth(surroundings, asked), LOAD_LIMIT_SECONDS))
        if isinstance(reply, Failure):
            raise DebuggerError(
                Message(
                    "the instance ended before a debugger could attach: {reason}",
                    "调试器还没有连接，实例就结束了：{reason}",
                    reason=reply.message,
                )
            )
        if "refused" in reply:
            raise DebuggerError(debugging.explain_refusal(reply["refused"]))
        spec = self.revision.spec
        folders = [str(folder) for folder in (spec.directory, *reversed(spec.layers))]
        wanted.announce(Awaited(reply["port"], dict(zip(folders, reply["places"], strict=False))))

    def load(self, surroundings: Surroundings) -> Failure | None:
        """Wait until a new instance, once it is born, has loaded its handler; return why it could not.

        :param surroundings: what of the machine the function may use.
        """
        self.is_cold = False
        birth = self._birth(surroundings) if self._debugging is None else None  # which it has then
        with self._start:
            reply = run_through(self._exchanging(birth, LOAD_LIMIT_SECONDS))
        self.init_ms = (time.monotonic() - self._began) * 1000
        self.init_memory_bytes = self.memory_bytes
        if isinstance(reply, Failure):
            return reply
        self.init_function_ms = reply["initMs"]
        self.lacks = reply["lacks"]
        if reply["loadFailure"] is None:
            return None
        self.is_reusable = False
        return load_failure(reply["loadFailure"], reply.get("loadStatus", LOAD_STATUS))

    def calling(self, request: bytes) -> Steps[JSONValue | Failure]:
        """Run the handler once, for at most the function's time limit; return what it returned, or how it failed.

        :param request: JSON of the event, the context, and what is to be left of it in os.environ.
        """
        if self.is_blamed and self._process is not None:
            self._process.give_way()
        reply = yield from self._exchanging(request, self.revision.spec.timeout_seconds)
        if isinstance(reply, Failure):
            return reply
        if "stackTrace" in reply:
            return exception_failure(reply["stackTrace"])
        if "isTooLarge" in reply:
            return result_size_failure()
        result: JSONValue = reply["result"]
        return result

    def hear(self, listener: Callable[[bytes], None] | None) -> None:
        """Have `listener` called with what the function writes, as it comes; with None nobody."""
        self._channel.hear(listener)

    def take_log(self) -> str:
        """Return what the function has written since the last time."""
        return self._channel.take_output()

    def has_ended(self) -> bool:
        """Whether the process of an idle instance has ended, or nobody is left to end it."""
        return self._channel.has_ended()

    def hang_up(self) -> None:
        """Have the process and all it started killed, without waiting."""
        self._channel.hang_up()

    def stop(self) -> None:
        """End the process and all it started, wait until it has, and release everything.

        One that does not end, since a tracer or a file system holds it, is given up after a while.
        """
        if self._process is not None:
            self._process.hurry()
        has_ended = self._channel.wait_for_end()
        if not has_ended:
            self._server.check(time.monotonic())
        if self._process is not None and (self._channel.is_abandoned or not has_ended):
            self._process.kill()
        if not has_ended and not self._channel.wait_for_end(_LAST_WAIT_SECONDS):
            given_up = Message(
                "an instance of {name} cannot be ended and is given up",
                "云函数 {name} 的一个实例无法结束，不再管理它",
                name=self.revision.spec.name,
            )
            _log.warning("%s", spoken(given_up))
        self._channel.close()

    def _birth(self, surroundings: Surroundings, debugger: dict[str, Any] | None = None) -> bytes:
        """The first request to a new instance: which function it is to be."""
        spec = self.revision.spec
        lent = None if debugger is None else debugger["lent"]
        birth = {
            "environment": instance_environment(
                spec, self.revision.env, self.revision.variables, surroundings.variables
            ),
            "handler": spec.handler,
            "code": os.path.realpath(spec.directory),
            "reserved": sorted(RESERVED),
            "layers": [os.path.realpath(folder) for folder in spec.layers],
            "isHttp": spec.is_http,
            "folders": list(surroundings.folders),
            "files": dict(surroundings.files),
            "readable": [] if lent is None else [lent["package"]],
            "debugger": debugger,
        }
        return json.dumps(birth).encode()

    def _exchanging(self, request: bytes | None, limit_seconds: int) -> Steps[dict[str, Any] | Failure]:
        """Send `request` and return the reply; a failure here is the instance's end."""
        limit = math.inf if self._debugging is not None else limit_seconds
        try:
            self._used_seconds = None
            reply, peak_bytes = yield from self._channel.exchanging(request, limit_seconds=limit, watch=self._watch)
            self._check_memory(peak_bytes)
            if len(reply) + self._channel.output_bytes > LARGE_BYTES:
                yield ELSEWHERE
            return _decode(reply)
        except TimeoutError:
            failure = timeout_failure(limit_seconds)
        except (EOFError, _UnwantedError):
            failure = exit_failure()
        except _MemoryLimitError:
            failure = memory_failure(self.revision.spec.memory_megabytes)
        self.is_reusable = False
        self.has_failed = True
        return failure

    def _watch(self) -> None:
        if self._process is not None:
            self._check_memory(self._process.resident_bytes())
            if not self._process.gives_way and self._debugging is None:
                self._judge(self._process)
        if self._debugging is not None and not self._debugging.is_wanted():
            raise _UnwantedError

    def _judge(self, process: Process) -> None:
        """Have it give way if it has used too much since the call's first look, which most calls never see."""
        used_seconds = process.cpu_seconds()
        if self._used_seconds is None:
            self._used_seconds = used_seconds
        elif used_seconds - self._used_seconds > FAIR_CPU_SECONDS:
            process.give_way()

    def _check_memory(self, held_bytes: int) -> None:
        self.memory_bytes = max(self.memory_bytes, held_bytes)
        is_limited = self._debugging is None  # a debugger takes more than many a function may
        if is_limited and held_bytes > self.revision.spec.memory_megabytes << 20:
            raise _MemoryLimitError


def _decode(reply: bytes) -> dict[str, Any]:
    try:
        decoded: dict[str, Any] = json.loads(reply)
    except (ValueError, RecursionError) as error:  # a function may raise its own limits for digits and depth, not ours
        return {"stackTrace": f"{type(error).__name__}: the returned value cannot be read as JSON"}
    return decoded
