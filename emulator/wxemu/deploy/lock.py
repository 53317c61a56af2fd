"""The lock: exactly which wheels are vendored into functions of one runtime.

Each line has one hash: that of the pure-Python wheel if the version has one, else that of a compiled wheel that the
platform can load. pip prefers a compiled wheel where there is one; the hash leaves it no choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.deploy.errors import LockError
from wxemu.deploy.target import PYTHONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_PIN: Final = re.compile(r"^([\w.-]+)==(\S+) \\\n    --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
_REQUIREMENT: Final = re.compile(r"^#   (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """One wheel; `sha256` in hexadecimal."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Lock:
    """The wheels for `runtime`, which `requirements`, as the functions state them, led to."""

    path: Path
    runtime: str
    requirements: tuple[str, ...]
    pins: tuple[Pin, ...]

    @classmethod
    def read(cls, path: Path, runtime: str, requirements: Sequence[str]) -> Lock:
        """Read a lock that was written for these requirements.

        :raises LockError: it is for others, or it holds no pins.
        """
        remedy = "run wxemu package --lock"
        text = path.read_text(encoding="utf-8")
        lock = cls(path, runtime, tuple(_REQUIREMENT.findall(text)), tuple(Pin(*found) for found in _PIN.findall(text)))
        if lock.requirements != tuple(requirements):
            asked, found = (", ".join(names) or "nothing" for names in (requirements, lock.requirements))
            raise LockError(f"{path}: expected a lock for {asked}, found one for {found}; {remedy}")
        if not lock.pins:
            raise LockError(f"{path}: expected lines name==version \\ --hash=sha256:..., found none; {remedy}")
        return lock

    def write(self) -> None:
        """Write it to its file."""
        head = f"# What functions of {self.runtime} are packaged with, each with what it needs of it.\n"
        head += "# Written by wxemu package --lock for:\n"
        asked = "".join(f"#   {requirement}\n" for requirement in self.requirements)
        pins = "".join(f"{pin.name}=={pin.version} \\\n    --hash=sha256:{pin.sha256}\n" for pin in self.pins)
        self.path.write_text(head + asked + pins, encoding="utf-8")


def choose_path(functions: Path, runtime: str) -> Path:
    """Where the lock of a runtime is: in the folder of all functions.

    :raises LockError: nothing can be locked for this runtime.
    """
    if runtime not in PYTHONS:
        raise LockError(f"expected a runtime of {', '.join(PYTHONS)}, found {runtime}; change it in cloudbaserc")
    return functions / f"requirements-{runtime}.txt"


def read_requirements(folder: Path) -> list[str]:
    """What one function says it needs, a requirement a line."""
    file = folder / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def merge_requirements(folders: Iterable[Path]) -> tuple[str, ...]:
    """What all functions together need: one lock serves them all, so that they agree on versions."""
    return tuple(sorted({line for folder in folders for line in read_requirements(folder)}))
