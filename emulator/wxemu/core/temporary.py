"""Temporary folders that go in any case: with the block that made them, or at the next one's start after a kill."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "wxemu-run-"
"""Of their names; ``wxemu.scf.bootstrap.server`` makes some too."""


@contextmanager
def folder(place: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """Make a folder for the time of a block, and remove those that killed processes have left.

    A folder is locked as long as its process lives: a lock ends with its process, and no other can be taken for it.

    :param place: where; by default the system's folder for temporary files.
    :param prefix: what the names of such folders, and of nothing else there, begin with.
    """
    place = Path(tempfile.gettempdir()) if place is None else place
    remove_abandoned(place, prefix)
    path, held = _make(place, prefix)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def remove_abandoned(place: Path, prefix: str = PREFIX) -> None:
    """Remove this user's folders of processes that are no more."""
    for path in place.glob(f"{prefix}*"):
        with suppress(OSError):  # another user's, a link, or removed meanwhile
            held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(held).st_uid == os.geteuid():
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(held)


def _make(place: Path, prefix: str) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        try:
            held = os.open(path, os.O_RDONLY)
        except FileNotFoundError:  # another has taken it for an abandoned one
            continue
        fcntl.flock(held, fcntl.LOCK_EX)
        if path.is_dir():  # else it was removed before it was locked
            return path, held
        os.close(held)
