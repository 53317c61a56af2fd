"""An emulator in a process of its own, for as long as somebody needs one: a demo, a test run.

ChildError
    It did not start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import IO, TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_STOP_SECONDS: Final = 15
"""After which an emulator that was asked to stop is killed; it needs three at the most."""


class ChildError(Exception):
    """The emulator did not start; why, it has said on its standard error."""


class Child:
    """A ``wxemu start`` on free ports that keeps no state. It ends with this process, however that ends.

    :param project: the folder with cloudbaserc.yaml.
    :param options: further options of ``wxemu start``.
    :param stderr: gets its warnings, and why it does not start; without one they go where this process's go.
    :raises ChildError: it does not start.
    """

    def __init__(self, project: Path, *options: str, stderr: IO[str] | None = None) -> None:
        # The same command a user would type, so that everybody gets what the user will get; what else is to be started
        # otherwise is none of its business, nor is a package of this name in the present folder.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [
                *(sys.executable, "-P", "-m", "wxemu", "start", "--json", "--until-eof"),
                *("--project", str(project), "--port", "0", "--state", ":memory:", *options),
            ],
            env={name: value for name, value in os.environ.items() if not name.startswith("WXEMU_START_")},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,  # Ctrl-C is for this process, which has use for an emulator until its own end
        )
        ready = self._process.stdout.readline() if self._process.stdout else ""
        if not ready:
            self.stop()
            raise ChildError("the emulator did not start; its own words stand above")
        self.facts: Mapping[str, Any] = json.loads(ready)

    @property
    def url(self) -> str:
        """Where it answers."""
        return str(self.facts["url"])

    def wait(self) -> None:
        """Until it ends."""
        self._process.wait()

    def stop(self) -> None:
        """End it, and wait for that."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
