"""The pytest that a shell finds, and whether wxemu's plugin is loaded in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wxemu.core.messages import Message

_PYTHON: Final = re.compile(rb"#!(/\S*/python[0-9.]*)\s*\n")
_HAS_NONE: Final = 9
_LOOK: Final = f"""
import sys
from importlib import metadata
try:
    metadata.version("wxemu")
except metadata.PackageNotFoundError:
    sys.exit({_HAS_NONE})
"""


@dataclass(frozen=True)
class ForeignPytest:
    """A pytest of a Python environment that has no wxemu.

    :param pytest: the command.
    :param python: the interpreter that runs it.
    """

    pytest: Path
    python: Path

    @property
    def found(self) -> Message:
        """What is so, as a sentence without its end."""
        return Message(
            "{pytest} belongs to {python}, which has no wxemu, so that its fixtures are missing there",
            "{pytest} 属于 {python}，那里没有安装 wxemu，因此缺少它的 fixture",
            pytest=self.pytest,
            python=self.python,
        )

    @property
    def advice(self) -> Message:
        """What to do."""
        return Message(
            "{python} -m pip install wxemu, or put the environment with wxemu first on PATH",
            "请运行 {python} -m pip install wxemu，或把装有 wxemu 的环境放在 PATH 的最前面",
            python=self.python,
        )


def find_foreign(command: str = "pytest", path: str | None = None) -> ForeignPytest | None:
    """The pytest that a command means, if it surely belongs to another Python environment, in which wxemu is missing.

    :param path: what ``PATH`` says; this process's by default.
    """
    pytest = shutil.which(command, path=path)
    python = None if pytest is None else _python_of(Path(pytest))
    if pytest is None or python is None or python.parent.resolve() == Path(sys.executable).parent.resolve():
        return None
    try:
        # Not in this folder, whose files Python would take for its own modules.
        looked = subprocess.run([python, "-c", _LOOK], cwd=os.sep, check=False, capture_output=True)  # noqa: S603
    except OSError:
        return None
    return ForeignPytest(Path(pytest), python) if looked.returncode == _HAS_NONE else None


def _python_of(script: Path) -> Path | None:
    """The interpreter that a script's first line names by its path, as pip and others write it."""
    try:
        with script.open("rb") as file:
            named = _PYTHON.match(file.readline(4096))
    except OSError:
        return None
    return None if named is None else Path(os.fsdecode(named[1]))
