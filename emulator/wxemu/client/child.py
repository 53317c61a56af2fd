"""An emulator in a child process, for a demo or a test run.

ChildError
    It did not start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Self

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_STOP_SECONDS: Final = 15
"""An emulator that does not stop in this time is killed; it needs three seconds at most."""


class ChildError(MessageError):
    """The emulator did not start; its standard error says why."""


class Child:
    """A ``wxemu start`` on free ports that keeps no state. It ends with this process, even if that is killed.

    :param project: the folder with cloudbaserc.yaml; ``None`` for the nearest.
    :param options: further options of ``wxemu start``.
    :param stderr: its standard error; by default that of this process.
    :param meanwhile: is called while it starts.
    :raises ChildError: it does not start.
    """

    def __init__(
        self,
        project: Path | None,
        *options: str,
        stderr: IO[str] | None = None,
        meanwhile: Callable[[], object] = bool,
    ) -> None:
        # The command that a user would type. It ignores the user's WXEMU_START_ variables, and (-P) a package called
        # wxemu in the current folder.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [
                *(sys.executable, "-P", "-m", "wxemu", "start", "--json", "--until-eof"),
                *(() if project is None else ("--project", str(project))),
                *("--port", "0", "--state", ":memory:", *options),
            ],
            env={name: value for name, value in os.environ.items() if not name.startswith("WXEMU_START_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,  # on Ctrl-C this process may still need the emulator
        )
        meanwhile()
        ready = self._process.stdout.readline() if self._process.stdout else ""
        if not ready:
            self.stop()
            raise ChildError(
                Message("the emulator did not start; its error message is above", "模拟器没有启动；错误信息见上文")
            )
        self.facts: Mapping[str, Any] = json.loads(ready)

    @property
    def url(self) -> str:
        """Its URL."""
        return str(self.facts["url"])

    @property
    def project(self) -> Path | None:
        """The folder whose functions it has; None if it has none."""
        folder = self.facts["project"]
        return None if folder is None else Path(folder)

    @property
    def pid(self) -> int:
        """The id of its first process, and of the process group that all of its processes are in."""
        return self._process.pid

    def wait(self) -> int:
        """Wait until it ends; its exit code, or the number of the signal that ended it, below zero."""
        return self._process.wait()

    def stop(self) -> int:
        """Stop it, and wait until it has ended; its exit code."""
        self._process.terminate()
        try:
            code = self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
