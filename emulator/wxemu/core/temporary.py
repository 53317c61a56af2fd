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
def folder() -> Iterator[Path]:
    """Make a folder for the time of a block, and remove those that killed processes have left.

    A folder is locked as long as its process lives: a lock ends with its process, and no other can be taken for it.
    """
    remove_abandoned()
    path, held = _make()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(held)


def remove_abandoned() -> None:
    """Remove this user's folders of processes that are no more."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, a link, or removed meanwhile
            held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if os.fstat(held).st_uid == os.geteuid():
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(held)


def _make() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=PREFIX))
        held = os.open(path, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        if path.is_dir():  # else it was removed before it was locked
            return path, held
        os.close(held)
