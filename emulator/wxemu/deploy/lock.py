"""The lock: exactly which wheels are vendored into functions of one runtime.

Each line has one hash: that of the pure-Python wheel if the version has one, else that of a compiled wheel that the
platform can load. pip prefers a compiled wheel where there is one; the hash leaves it no choice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message
from wxemu.deploy.errors import LockError
from wxemu.deploy.target import PYTHONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOCK_ANEW: Final = Message("run wxemu package --lock", "请运行 wxemu package --lock")
_NOTHING: Final = Message("nothing", "空")
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
        text = path.read_text(encoding="utf-8")
        lock = cls(path, runtime, tuple(_REQUIREMENT.findall(text)), tuple(Pin(*found) for found in _PIN.findall(text)))
        if lock.requirements != tuple(requirements):
            raise LockError(
                Message(
                    "{path}: expected a lock for {asked}, found one for {found}; {remedy}",
                    "{path}：应为 {asked} 的锁定文件，实际是 {found} 的；{remedy}",
                    path=path,
                    asked=list(requirements) or _NOTHING,
                    found=list(lock.requirements) or _NOTHING,
                    remedy=LOCK_ANEW,
                )
            )
        if not lock.pins:
            raise LockError(
                Message(
                    "{path}: expected lines name==version \\ --hash=sha256:..., found none; {remedy}",
                    "{path}：应有 name==version \\ --hash=sha256:... 这样的行，实际没有；{remedy}",
                    path=path,
                    remedy=LOCK_ANEW,
                )
            )
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
        raise LockError(
            Message(
                "expected a runtime of {known}, found {runtime}; change it in cloudbaserc",
                "运行环境应为 {known} 之一，实际是 {runtime}；请在 cloudbaserc 中修改",
                known=list(PYTHONS),
                runtime=runtime,
            )
        )
    return functions / f"requirements-{runtime}.txt"


def read_requirements(folder: Path) -> list[str]:
    """What one function says it needs, a requirement a line."""
    file = folder / "requirements.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def merge_requirements(folders: Iterable[Path]) -> tuple[str, ...]:
    """What all functions together need: one lock serves them all, so that they agree on versions."""
    return tuple(sorted({line for folder in folders for line in read_requirements(folder)}))
