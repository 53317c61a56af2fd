"""The Pythons on this machine, by the runtime of the platform that they stand for."""

from __future__ import annotations

import functools
import logging
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wxemu.core.messages import Message, spoken

# Without site-packages, those of the machine included: SCF's Pythons from 3.7 on bring no packages [doc 583/40323].
NO_PACKAGES: Final = "-S"
PRESENT: Final = "Python{}.{}".format(*sys.version_info)
_RUNTIME: Final = re.compile(r"Python(\d+)\.(\d+)")
_OLDEST: Final = (3, 9)  # that runs what an instance is made of
_WHO: Final = "import sys; print('Python%d.%d' % sys.version_info[:2]); print(sys.executable)"

_log = logging.getLogger(__name__)


@functools.cache
def find(runtime: str) -> str | None:
    """Return the path of a Python of this runtime (such as Python3.11), None if there is none that runs.

    First asked is the one that this environment was made from, then those on PATH.
    """
    name = runtime.lower()
    for folder in (Path(sys.base_prefix, "bin"), *map(Path, os.get_exec_path())):
        told = _ask(folder / name)
        if told is not None and told[0] == runtime:
            return told[1]
    return None


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs the functions of a runtime: its `command`, and a `remark` if it is not of that version."""

    command: tuple[str, ...]
    remark: str | None = None


@functools.cache
def choose_bare(runtime: str) -> Interpreter:
    """Return a Python of this runtime that can import nothing but the standard library.

    Where there is none, a warning says so once, and the Python of this environment is used instead.
    """
    python, remark = _chosen(runtime)
    return Interpreter((python or find(PRESENT) or sys.executable, NO_PACKAGES), remark)


@functools.cache
def choose_with_packages(runtime: str) -> Interpreter:
    """Return a Python of this runtime with its packages, of this environment if that is its version.

    Where there is none, it is as with `choose_bare`.
    """
    if runtime == PRESENT:
        return Interpreter((sys.executable,))
    python, remark = _chosen(runtime)
    return Interpreter((python or sys.executable,), remark)


def _chosen(runtime: str) -> tuple[str | None, str | None]:
    """Return a Python for a runtime, or why another is to run it."""
    version = _RUNTIME.fullmatch(runtime)
    is_supported = version is not None and (int(version[1]), int(version[2])) >= _OLDEST
    python = find(runtime) if is_supported else None
    if python is not None:
        return python, None
    remark = Message(
        "there is no {runtime} here that runs; {present} runs its functions instead",
        "本机没有可用的 {runtime}；由 {present} 代为运行它的云函数",
        runtime=runtime,
        present=PRESENT,
    )
    _log.warning("%s", spoken(remark))
    return None, str(remark)


def _ask(python: Path) -> tuple[str, str] | None:
    """Which runtime a command is, and its own path; None if it does not run.

    A version manager's shim is a program that starts Python, with variables of its own, or does not.
    """
    command = [str(python), "-I", NO_PACKAGES, "-c", _WHO]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a Python on PATH
    except OSError:
        return None
    if asked.returncode != 0:
        return None
    runtime, _, executable = asked.stdout.strip().partition("\n")
    return runtime, executable or str(python)
