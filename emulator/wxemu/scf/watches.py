"""Watches over paths: the kernel tells that nothing has changed there, which spares a look at each of them.

It does so for file systems of its own, and before the change's system call returns. What another machine changes, it
does not know: nothing there is watched, nor where it can be led elsewhere unseen, by a link.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import threading
import weakref
from functools import cache
from io import FileIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_WATCHES: Final = 16
"""At one time: of 128 that a user's processes have in all, unless the machine is set up otherwise."""
_SHARE: Final = 4
"""A watch takes at most this part of the paths that a user's processes may watch in all: editors watch many."""
_MOST_PATHS: Final = "/proc/sys/fs/inotify/max_user_watches"
_LOCAL: Final = frozenset({0xEF53, 0x58465342, 0x9123683E, 0x01021994})
"""Of ext2 to ext4, XFS, Btrfs, tmpfs, as statfs(2) has them."""
# As inotify(7) has them.
_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE, _SELF = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200, 0xC00
_OF_FILES: Final = _MODIFY | _ATTRIB | _CLOSE_WRITE | _SELF
"""The last write through a mapping shows when the file is closed."""
_OF_FOLDERS: Final = _MOVED | _CREATE | _DELETE | _SELF

_places = threading.BoundedSemaphore(MOST_WATCHES)


class UnwatchableError(Exception):
    """The kernel cannot tell of every change."""


class Watch:
    """A watch that begins now.

    :param paths: files and folders, there or not. Of a folder it tells what comes and goes in it.
    :raises UnwatchableError: these can only be looked at, or enough is watched already.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        named = list(paths)
        watched = {*named, *map(_above, named)}
        if len(watched) > _most_paths() or not _places.acquire(blocking=False):
            raise UnwatchableError
        # Closed when this is gone, so that nobody has to think of it.
        weakref.finalize(self, _places.release).atexit = False
        self._events = _open()
        self._asking = threading.Lock()
        self._has_changed = False
        weakref.finalize(self, self._events.close)
        # What another folder above leads to can change without a word.
        self._above: Mapping[str, tuple[int, int]] = {
            folder: _identity(folder) for folder in watched if _above(folder) not in watched
        }
        local: set[int] = set()
        for path in watched:
            self._add(path, local)

    def _add(self, path: str, local: set[int]) -> None:
        try:
            found = os.stat(path) if path in self._above else os.lstat(path)  # noqa: PTH116 - of thousands
        except FileNotFoundError:  # the folder that it would be in tells when it comes
            if path in self._above:
                raise UnwatchableError from None
            return
        except OSError:
            raise UnwatchableError from None
        if stat.S_ISLNK(found.st_mode):
            raise UnwatchableError
        if found.st_dev not in local:
            if _kind_of_file_system(path) not in _LOCAL:
                raise UnwatchableError
            local.add(found.st_dev)
        kinds = _OF_FOLDERS if stat.S_ISDIR(found.st_mode) else _OF_FILES
        if _libc().inotify_add_watch(self._events.fileno(), os.fsencode(path), kinds) < 0:
            if _error() == errno.ENOENT:  # it has gone meanwhile, as the folder that it was in tells
                return
            raise UnwatchableError

    def is_quiet(self) -> bool:
        """Whether nothing has changed since it began."""
        with self._asking:
            self._has_changed = self._has_changed or not self._hears_nothing()
            return not self._has_changed

    def _hears_nothing(self) -> bool:
        try:
            return self._events.read(_ENOUGH) is None and all(
                _identity(folder) == known for folder, known in self._above.items()
            )
        except (OSError, UnwatchableError):
            return False


_ENOUGH: Final = 4096
"""Bytes for one event with any name."""


def _above(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _identity(folder: str) -> tuple[int, int]:
    try:
        found = os.stat(folder)  # noqa: PTH116 - half the time of Path, before each invocation
    except OSError:
        raise UnwatchableError from None
    return found.st_dev, found.st_ino


@cache
def _libc() -> Any:
    import ctypes  # noqa: PLC0415 - 5 ms, for an emulator whose functions are called more than once

    return ctypes.CDLL(None, use_errno=True)


def _error() -> int:
    import ctypes  # noqa: PLC0415 - as above

    return ctypes.get_errno()


def _open() -> FileIO:
    if sys.platform != "linux":
        raise UnwatchableError
    descriptor = _libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:
        raise UnwatchableError
    return FileIO(descriptor)


def _kind_of_file_system(path: str) -> int:
    import ctypes  # noqa: PLC0415 - as above

    told = ctypes.create_string_buffer(512)
    if _libc().statfs(os.fsencode(path), told) != 0:
        raise UnwatchableError
    return int.from_bytes(told.raw[: ctypes.sizeof(ctypes.c_long)], sys.byteorder)


@cache
def _most_paths() -> int:
    try:
        with open(_MOST_PATHS, encoding="ascii") as told:  # noqa: PTH123 - once
            return int(told.read()) // _SHARE
    except (OSError, ValueError):
        return 0
