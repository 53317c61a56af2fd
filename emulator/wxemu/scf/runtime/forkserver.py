"""The warm processes that instances are forked from, one for each interpreter; `wxemu.scf.bootstrap` runs in them."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.scf.runtime.invocation import InterpreterError

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE: Final = str(Path(__file__).parents[1].resolve())
_PROGRAM: Final = "import sys; sys.path.insert(0, sys.argv[1]); from bootstrap.server import main; main()"
# -I: neither our environment's PYTHON* nor the user's site-packages; an instance adds PYTHONPATH itself.
# -B: as PYTHONDONTWRITEBYTECODE, which -I ignores. -u: output of a process that dies is not lost.
_FLAGS: Final = ("-I", "-B", "-u", "-X", "utf8", "-c", _PROGRAM)
_ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
_END_SECONDS: Final = 5


class ForkServer:
    """The warm process of one interpreter's `command`. Thread-safe.

    Its instances are isolated, that is see the platform's places, where the machine allows it and `is_isolated` asks
    for it. It is started when it is first needed, ends with this process, and is started again if it has died.
    """

    def __init__(self, command: Sequence[str], *, is_isolated: bool) -> None:
        self._command = command
        self._is_isolated = is_isolated
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def start(self) -> None:
        """Have the process running; it gets ready on its own.

        Raises InterpreterError.
        """
        with self._lock:
            self._running()

    def fork(self, descriptors: Sequence[int]) -> None:
        """Ask for an instance with these: requests, replies, output and life. What becomes of it, its life tells.

        Raises InterpreterError.
        """
        with self._lock:
            try:
                socket.send_fds(self._running(), [b"+"], descriptors)
            except OSError:  # it has died this moment, and so the instance's life is over before it began
                self._end()

    def close(self) -> None:
        """End the process and all instances, and wait for that."""
        with self._lock:
            self._end()

    def _running(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self._end()
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - running the deployed code is what this is for
                [*self._command, *_FLAGS, _HERE, str(theirs.fileno()), str(self._is_isolated)],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the emulator
            )
        except OSError as error:
            ours.close()
            raise InterpreterError(f"{self._command[0]} cannot be run: {os.strerror(error.errno or 0)}") from None
        finally:
            theirs.close()
        self._control = ours
        return ours

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_END_SECONDS)
            self._process.kill()
            self._process.wait()
            self._process = None
