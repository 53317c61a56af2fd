"""Checks the project's saved files now and then, and reports a mistake before a call meets it.

It polls, as libraries that watch files do on large trees: once a second it compares the times and sizes of Python
files. On a large tree it polls less often, so that polling takes a hundredth of the time.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, spoken
from wxemu.scf.feed import Line
from wxemu.scf.project import ProjectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.scf.deployment import Deployment

LEAST_PAUSE_SECONDS: Final = 1.0
_PAUSE_TO_LOOK: Final = 100
"""A pause is at least so many times as long as the look before it, up to the limit below."""
_MOST_PAUSE_SECONDS: Final = 30.0
_INSPECTED: Final = "Python3."
"""Runtimes whose syntax is nearly that of the emulator's own Python."""

_log = logging.getLogger(__name__)


class Inspection:
    """Compares the files of ``deployment`` with how they were at the last look.

    :param directory: the project, by which files are named.
    """

    def __init__(self, deployment: Deployment, directory: Path) -> None:
        self._deployment = deployment
        self._directory = directory
        self._stamps: dict[str, tuple[int, int]] | None = None
        self._reported: str | None = None
        self._problems: Mapping[str, Message] = {}

    def run(self) -> None:
        """Look again and again, for ever."""
        pause = LEAST_PAUSE_SECONDS
        while True:
            time.sleep(pause)
            began = time.monotonic()
            if self._deployment.is_idle:
                self.look()
            lasted = time.monotonic() - began
            pause = min(max(LEAST_PAUSE_SECONDS, _PAUSE_TO_LOOK * lasted), _MOST_PAUSE_SECONDS)

    def look(self) -> None:
        """Report what is wrong with the files that changed since the last look; at the first, with functions' own.

        Then a function's dependencies, thousands of files perhaps, are only remembered: those beside its handler count.
        """
        try:
            specs = self._deployment.functions().values()
        except ProjectError as error:  # which is in the log already
            if str(error) != self._reported:
                self._deployment.feed.publish(Line(text=spoken(error.message)))
            self._reported = str(error)
            return
        self._reported = None
        self._report_problems({spec.name: spec.problem for spec in specs if spec.problem is not None})
        folders: dict[Path, str | None] = {}
        for spec in specs:
            if spec.problem is None and spec.runtime.startswith(_INSPECTED):
                folders[spec.directory] = spec.name
                folders.update(dict.fromkeys(spec.layers))
        before, self._stamps = self._stamps, {}
        for folder, function in folders.items():
            for path, stamp in _python_files(folder):
                self._stamps[path] = stamp
                is_new = os.path.dirname(path) == str(folder) if before is None else before.get(path) != stamp  # noqa: PTH120 - as above
                if is_new and (fault := _fault_in(path)) is not None:
                    self._report(path, fault, function)

    def _report_problems(self, problems: Mapping[str, Message]) -> None:
        """Report what became wrong with declarations, which is in the log already."""
        for name, problem in problems.items():
            if self._problems.get(name) != problem:
                self._deployment.feed.publish(Line(text=spoken(problem), function=name))
        self._problems = problems

    def _report(self, path: str, fault: str, function: str | None) -> None:
        name = Path(path)
        place = name.relative_to(self._directory) if name.is_relative_to(self._directory) else name
        _log.warning("%s:%s", place, fault)
        self._deployment.feed.publish(Line(text=f"{place}:{fault}", function=function))


def _python_files(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the Python files under a folder, each with its time and size."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            if name.endswith(".py"):
                path = os.path.join(parent, name)  # noqa: PTH118 - half the time of Path, for each file
                try:
                    status = os.stat(path)  # noqa: PTH116 - likewise
                except OSError:  # a broken link, or a file removed meanwhile
                    continue
                yield path, (status.st_mtime_ns, status.st_size)


def _fault_in(path: str) -> str | None:
    """Return why a file is no Python, its line first; None if it is."""
    try:
        source = Path(path).read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are no mistakes, and do not belong in the emulator's log
            compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return f"{error.lineno or 1}: {type(error).__name__}: {error.msg}"
    except ValueError as error:  # a NUL
        return f"1: {type(error).__name__}: {error}"
    except (OSError, RecursionError, MemoryError):  # removed meanwhile, or nested too deeply to be parsed
        return None
    return None
