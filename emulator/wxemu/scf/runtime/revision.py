"""One state of a deployed function: what an instance was started from."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wxemu.scf.project import FunctionSpec


@dataclass(frozen=True)
class Revision:
    """A function with its variables and files, as deployed for one appid; equal exactly when an instance may be reused.

    `files` holds path, modification time, size and inode of all files of the function and of its layers.
    """

    spec: FunctionSpec
    appid: str
    env: str
    variables: Mapping[str, str] = field(repr=False)
    files: tuple[tuple[str, int, int, int], ...] = field(repr=False)

    @classmethod
    def now(cls, spec: FunctionSpec, appid: str, env: str, variables: Mapping[str, str]) -> Revision:
        """Return what stands on disk now."""
        folders = (spec.directory, *spec.layers)
        files = sorted(stamp for folder in folders for stamp in _stamps(folder))
        return cls(spec, appid, env, variables, tuple(files))

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What all revisions of one deployed function have in common."""
        return (self.appid, self.env, self.spec.name, str(self.spec.directory))


def _stamps(folder: Path) -> Iterator[tuple[str, int, int, int]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in names:
            path = os.path.join(parent, name)  # noqa: PTH118 - half the time of Path, on each invocation
            try:
                status = os.stat(path)  # noqa: PTH116 - likewise
            except OSError:  # a broken link, or a file removed meanwhile: not there
                continue
            yield path, status.st_mtime_ns, status.st_size, status.st_ino
