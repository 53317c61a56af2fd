"""The warm processes that instances are forked from, one for each interpreter; `wxemu.scf.bootstrap` runs in them."""

from __future__ import annotations

import logging
import select
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, spoken
from wxemu.scf.runtime.invocation import InterpreterError
from wxemu.scf.runtime.process import state_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE: Final = str(Path(__file__).parents[1].resolve())
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from bootstrap.server import main; from bootstrap.labels import relabel; relabel(); main()"
)
# -I: neither our environment's PYTHON* nor the user's site-packages; an instance adds PYTHONPATH itself.
# -B: as PYTHONDONTWRITEBYTECODE, which -I ignores. -u: output of a process that dies is not lost.
_FLAGS: Final = ("-I", "-B", "-u", "-X", "utf8", "-c", _PROGRAM)
_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_END_SECONDS: Final = 5
_START_SECONDS: Final = 60.0
"""How long a new process may take until it is ready: it loads what most functions import."""
_SILENT_SECONDS: Final = 10.0
"""How long one that is ready may take to fork, on a machine that has much else to do."""
_FULL_SECONDS: Final = 2.0
"""How long its wire may stay full."""
_USUAL: Final = b"+"
_DEBUGGED: Final = b"d"
_STOPPED: Final = frozenset("Tt")  # by a signal, by a tracer

_log = logging.getLogger(__name__)


class ForkServer:
    """The warm process of one interpreter's `command`. Thread-safe.

    Its instances are isolated, that is see the platform's places, where the machine allows it and `is_isolated` asks
    for it; they run as `user`, if that is a number. It is started when it is first needed, ends with this process, and
    is started again if it has died, or was killed because it did not answer.
    """

    def __init__(self, command: Sequence[str], *, is_isolated: bool, user: int | None = None) -> None:
        self._command = command
        self._arguments = (str(is_isolated), "" if user is None else str(user))
        self._lock = threading.Lock()
        self._current: Started | None = None

    def start(self) -> None:
        """Have the process running; it gets ready on its own.

        Raises InterpreterError.
        """
        with self._lock:
            self._running()

    def fork(self, descriptors: Sequence[int], *, is_debugged: bool) -> Started:
        """Ask for an instance with these: requests, replies, output and life. What becomes of it, its life tells.

        Raises InterpreterError.
        """
        with self._lock:
            started = self._running()
            if not started.ask(
                _DEBUGGED if is_debugged else _USUAL, descriptors
            ):  # and so the instance's life is over before it began
                started.kill()
            return started

    def close(self) -> None:
        """End the process and all instances, and wait for that."""
        with self._lock:
            if self._current is not None:
                self._current.end()
                self._current = None

    def _running(self) -> Started:
        former = self._current
        if former is not None and former.is_running():
            return former
        if former is not None:
            ended = Message(
                "the process that functions start from has ended ({fate}); a new one is started",
                "启动云函数的进程已结束（{fate}）；正在启动新的进程",
                fate=former.fate(),
            )
            _log.warning("%s", spoken(ended))
            former.kill()
        self._current = None
        self._current = started = Started([*self._command, *_FLAGS, _HERE], self._arguments)
        return started


class Started:
    """One start of a warm process: `program` with the control socket and `arguments`."""

    def __init__(self, program: Sequence[str], arguments: Sequence[str]) -> None:
        self._is_ready = False
        self._heard_at = time.monotonic()
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_FULL_SECONDS)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the deployed code is what this is for
                [*program, str(theirs.fileno()), *arguments],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the emulator
            )
        except OSError as error:
            self._control.close()
            raise InterpreterError(
                Message(
                    "{program} cannot be run: {reason}",
                    "{program} 无法运行：{reason}",
                    program=program[0],
                    reason=error,
                )
            ) from None
        finally:
            theirs.close()

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def fate(self) -> Message:
        """How it has ended."""
        code = self._process.returncode
        if code is not None and code < 0:
            return Message("signal {number}", "信号 {number}", number=-code)
        return Message("status {code}", "状态码 {code}", code=code)

    def ask(self, kind: bytes, descriptors: Sequence[int]) -> bool:
        """Ask for an instance; whether the wire took it."""
        try:
            socket.send_fds(self._control, [kind], descriptors)
        except OSError:
            return False
        return True

    def check(self, since: float) -> None:
        """Kill it if it is stopped, or has not answered for too long a question asked at ``since``."""
        if not self._is_ready:
            with suppress(OSError, ValueError):  # closed meanwhile
                self._is_ready = bool(select.select([self._control], [], [], 0)[0])
                self._heard_at = time.monotonic() if self._is_ready else self._heard_at
        limit = _SILENT_SECONDS if self._is_ready else _START_SECONDS
        is_stopped = state_of(self._process.pid) in _STOPPED
        if is_stopped or time.monotonic() - max(since, self._heard_at) > limit:
            silent = Message(
                "has not answered for {seconds} seconds", "已有 {seconds} 秒没有应答", seconds=f"{limit:g}"
            )
            killed = Message(
                "the process that functions start from {why}; it is killed, with the functions in it",
                "启动云函数的进程{why}；它和其中的云函数会被终止",
                why=Message("is stopped", "已被暂停") if is_stopped else silent,
            )
            _log.warning("%s", spoken(killed))
            self._process.kill()

    def kill(self) -> None:
        """End it at once, and all instances with it."""
        self._process.kill()
        self.end()

    def end(self) -> None:
        """Have it end its instances and itself."""
        self._control.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_END_SECONDS)
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):  # even a kill has to wait for some file systems
            self._process.wait(_END_SECONDS)
