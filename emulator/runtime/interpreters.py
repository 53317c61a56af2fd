"""The Pythons on this machine, by the runtime of the platform that they stand for."""

from __future__ import annotations

import functools
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

# Without site-packages, those of the machine included: SCF's Pythons from 3.7 on bring no packages [doc 583/40323].
NO_PACKAGES: Final = "-S"
_VERSION: Final = "import sys; print('Python%d.%d' % sys.version_info[:2])"

_log = logging.getLogger(__name__)


@functools.cache
def find(runtime: str) -> str | None:
    """Return the path of a Python of this runtime (such as Python3.11), None if there is none that runs.

    First asked is the one that this environment was made from, then those on PATH.
    """
    name = runtime.lower()
    for folder in (Path(sys.base_prefix, "bin"), *map(Path, os.get_exec_path())):
        if _runtime_of(folder / name) == runtime:
            return str(folder / name)
    return None


@functools.cache
def bare(runtime: str) -> tuple[str, ...]:
    """Return the command of a Python of this runtime that can import nothing but the standard library.

    Where there is none, that is said once, and the Python of this environment stands in for it.
    """
    python = find(runtime)
    if python is None:
        present = "Python{}.{}".format(*sys.version_info)
        _log.warning("there is no %s here that runs; %s runs its functions instead", runtime, present)
        python = find(present) or sys.executable
    return (python, NO_PACKAGES)


def _runtime_of(python: Path) -> str | None:
    """Which runtime a command is; None if it does not run, as a version manager's stand-in for what is not chosen."""
    command = [str(python), "-I", NO_PACKAGES, "-c", _VERSION]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - a Python on PATH
    except OSError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None
