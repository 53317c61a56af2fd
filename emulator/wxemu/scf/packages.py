"""Code packages: the zip files that functions are deployed from, unpacked where an instance can run them."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import shutil
import stat
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from wxemu.core import temporary
from wxemu.scf.api_functions import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

LARGEST_UNPACKED: Final = 500 * 1024 * 1024
"""Bytes of all files of a package together [doc]."""
MOST_ENTRIES: Final = 20_000
"""Files and folders of a package [inferred]."""
LONGEST_NAME: Final = 255
"""Bytes of one name in a path, which is what file systems take."""
LONGEST_TARGET: Final = 4095
"""Bytes of what a link names, which is what Linux takes."""
_ALL_RIGHTS: Final = 0o777
_LEAST_RIGHTS: Final = 0o644
"""Instances are another user than the emulator, and many packers give rights to a file's owner alone."""
_PASSING: Final = ".passing-"
_ENCRYPTED: Final = 0x1
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError)
_IN_EACH_OTHERS_WAY: Final = (NotADirectoryError, IsADirectoryError, FileExistsError)


class Packages:
    """The packages in one folder, each under the hash of its zip: what was unpacked never changes. Thread-safe.

    :param folder: made when the first package comes; nothing else is in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._coming: list[str] = []

    def folder(self, package: str) -> Path:
        """Where the files of a package are."""
        return self._folder / package

    def add(self, content: bytes) -> str:
        """Unpack a zip file; the package's id.

        :raises FunctionError: InvalidParameterValue.ZipFile: no zip file, or one that would not stay in its folder.
        """
        package = _id(content)
        if not self.folder(package).is_dir():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with temporary.folder(self._folder, _PASSING) as passing:
                unpacked = passing / package
                unpacked.mkdir()
                _unpack(content, unpacked)
                self._publish(unpacked)
        return package

    def keep(self, is_used: Callable[[str], bool]) -> None:
        """Remove the packages that are not used, and what a process that was killed has left half unpacked."""
        temporary.remove_abandoned(self._folder, _PASSING)
        for entry in self._folder.glob("*"):
            if entry.name in self._coming or entry.name.startswith(_PASSING) or is_used(entry.name):
                continue
            # At once: who adds the same package meanwhile sees all of it or nothing.
            with temporary.folder(self._folder, _PASSING) as passing, suppress(OSError):
                entry.rename(passing / entry.name)

    @contextmanager
    def coming(self, content: bytes) -> Iterator[str]:
        """Unpack a zip file, and keep it at least until the block's end, by which a function may have it.

        :raises FunctionError: as ``add``.
        """
        package = _id(content)
        self._coming.append(package)
        try:
            yield self.add(content)
        finally:
            self._coming.remove(package)

    def _publish(self, unpacked: Path) -> None:
        """All of it or nothing: nobody sees half a package."""
        try:
            unpacked.rename(self.folder(unpacked.name))
        except OSError:
            if not self.folder(unpacked.name).is_dir():  # else the same package came twice at one time
                raise


def _id(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unpack(content: bytes, folder: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check(entries)
            for entry in entries:
                path = folder / entry.filename
                if entry.is_dir():
                    path.mkdir(parents=True, exist_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                if not _is_link(entry):
                    with archive.open(entry) as packed, path.open("xb") as file:
                        shutil.copyfileobj(packed, file)  # never more than the entry's declared size
                    if _mode(entry):
                        path.chmod(stat.S_IMODE(_mode(entry)) & _ALL_RIGHTS | _LEAST_RIGHTS)
            # Last, so that nothing is written through one.
            _link(folder, {entry.filename: archive.read(entry).decode() for entry in entries if _is_link(entry)})
    except _UNREADABLE as error:
        raise _refusal(f"it cannot be unpacked ({type(error).__name__})") from None
    except _IN_EACH_OTHERS_WAY:
        raise _refusal("two of its entries have one path") from None
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise _refusal("a path in it is longer than this machine takes") from None


def _link(folder: Path, targets: Mapping[str, str]) -> None:
    """Make the links by their names; each has to stay inside, whatever it passes on its way."""
    root = folder.resolve()
    for name, target in targets.items():
        if PurePosixPath(target).is_absolute() or not (folder / name).parent.resolve().is_relative_to(root):
            raise _refusal("a link in it leads out of its folder")
        (folder / name).symlink_to(target)
    for name in targets:  # now that all are there
        if not Path(os.path.realpath(folder / name)).is_relative_to(root):
            raise _refusal("a link in it leads out of its folder")


def _mode(entry: zipfile.ZipInfo) -> int:
    """Its type and its rights, 0 where the machine that packed it knows none."""
    return entry.external_attr >> 16


def _is_link(entry: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(_mode(entry))


def _check(entries: Sequence[zipfile.ZipInfo]) -> None:
    size = 0
    links = {PurePosixPath(entry.filename) for entry in entries if _is_link(entry)}
    for count, entry in enumerate(entries, start=1):
        size += entry.file_size
        if size > LARGEST_UNPACKED or count > MOST_ENTRIES:
            raise _refusal(f"it holds more than {LARGEST_UNPACKED} bytes or {MOST_ENTRIES} entries")
        if entry.flag_bits & _ENCRYPTED:
            raise _refusal("it is encrypted")
        if stat.S_IFMT(_mode(entry)) not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
            raise _refusal("it holds something else than files, folders and links")
        if not _stays_inside(entry.filename):
            raise _refusal("a path in it leads out of its folder")
        if _is_link(entry) and entry.file_size > LONGEST_TARGET:
            raise _refusal("a link in it is longer than this machine takes")
        if not links.isdisjoint(PurePosixPath(entry.filename).parents):
            raise _refusal("two of its entries have one path")


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return (
        bool(path.parts)
        and not path.is_absolute()
        and ".." not in path.parts
        and not set(name) & {"\\", "\0"}
        and all(len(part.encode()) <= LONGEST_NAME for part in path.parts)
    )


def _refusal(why: str) -> FunctionError:
    return FunctionError("InvalidParameterValue.ZipFile", f"The zip file cannot be used: {why}.")
