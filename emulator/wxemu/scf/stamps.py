"""What a folder holds, by times, sizes and inodes: looked at before each invocation, so that a saved file is live."""

from __future__ import annotations

import functools
import os
import threading
import time
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar

from wxemu.scf.watches import UnwatchableError, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Seen = TypeVar("Seen")

Stamp: TypeAlias = tuple[int, int, int]
"""Modification time in nanoseconds, size, inode."""
Stamps: TypeAlias = tuple[tuple[str, Stamp], ...]
"""Paths with their stamps, by path."""

_IGNORED: Final = "__pycache__"
_COARSEST_NS: Final = 2_000_000_000
"""A folder that has changed since may show the same time: no file system's clock ticks more slowly."""


class Look(Generic[Seen]):
    """A look at files that serves all who have asked for one before it began. Thread-safe.

    So many calls at one time cost little more than one, and each sees what was saved before it came.

    :param look: returns what it sees, or raises why it cannot; not run twice at the same time.
    """

    def __init__(self, look: Callable[[], Seen]) -> None:
        self._look = look
        self._looking = threading.Lock()
        self._begun = 0
        self._seen: tuple[Seen] | None = None

    def __call__(self) -> Seen:
        """What a look sees that begins now or later."""
        begun = self._begun
        with self._looking:
            if self._seen is None or self._begun == begun:
                self._begun += 1
                self._seen = None
                self._seen = (self._look(),)
            return self._seen[0]


class Sight:
    """Paths with the stamps that they had; asked over and over whether they still have them.

    Where the kernel watches them, it is asked instead, from the second time on: who asks once need not wait for that.

    :param stamps: ``None`` for what was not there.
    """

    def __init__(self, stamps: Iterable[tuple[str, Stamp | None]]) -> None:
        self._stamps = tuple(stamps)
        self._watch: Watch | None = None
        self._is_watchable = True

    def is_quiet(self) -> bool:
        """Whether the kernel says so; this takes no time, and may be asked at any time."""
        watch = self._watch
        return watch is not None and watch.is_quiet()

    def is_as_before(self) -> bool:
        """Whether all have the same stamps now."""
        if self.is_quiet():
            return True
        self._watch = None
        if not self._looks_as_before():
            return False
        if self._is_watchable:
            try:
                watch = Watch(path for path, _ in self._stamps)
            except UnwatchableError:
                self._is_watchable = False
                return True
            if not self._looks_as_before():  # what changed before it began, it does not tell
                return False
            self._watch = watch
        return True

    def _looks_as_before(self) -> bool:
        return all(stamp_of(path) == stamp for path, stamp in self._stamps)


def stamps_of(folder: str) -> Stamps:
    """The stamps of all files below a folder, as they are now; the same object while nothing has changed.

    Links to folders are not followed. A broken link is no file.
    """
    return _look_at(folder).look()


def quiet_stamps_of(folder: str) -> Stamps | None:
    """The same if the kernel says that nothing has changed since the last look, which takes no time."""
    return _look_at(folder).quiet()


class _Folder:
    """A folder that is looked at over and over.

    What comes, goes or gets another name changes the time of the folder that it is in. So a folder that shows the same
    time is not listed again, unless it was listed within the same tick of the clock; each of its files is looked at.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._seen: tuple[Sight, Stamps] | None = None
        self.look = Look(self._now)

    def quiet(self) -> Stamps | None:
        seen = self._seen
        return seen[1] if seen is not None and seen[0].is_quiet() else None

    def _now(self) -> Stamps:
        if self._seen is not None and self._seen[0].is_as_before():
            return self._seen[1]
        return self._list()

    def _list(self) -> Stamps:
        began = time.time_ns()
        folders: dict[str, Stamp | None] = {}
        entries: dict[str, Stamp | None] = {}
        unlisted = [self._path]
        while unlisted:
            folder = unlisted.pop()
            folders[folder] = stamp_of(folder)  # before it is listed, so that a change meanwhile is one
            for entry in _entries(folder):
                if not _is_folder(entry):
                    entries[entry.path] = stamp_of(entry.path)
                elif entry.name != _IGNORED and not entry.is_symlink():
                    unlisted.append(entry.path)
        files = tuple(sorted((path, stamp) for path, stamp in entries.items() if stamp is not None))
        is_certain = all(stamp is None or stamp[0] < began - _COARSEST_NS for stamp in folders.values())
        self._seen = (Sight((*folders.items(), *entries.items())), files) if is_certain else None
        return files


@functools.lru_cache(maxsize=256)
def _look_at(folder: str) -> _Folder:
    return _Folder(folder)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # not there, or not to be read
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # such as a link to itself
        return False


def stamp_of(path: str) -> Stamp | None:
    """What tells a file from what it was before; ``None`` where there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path, for each file before each invocation
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
