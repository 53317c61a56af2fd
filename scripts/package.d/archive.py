"""The zip file of a package: the same bytes for the same files, whoever makes it and when."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

ZIP_FILE_LIMIT: Final = 3 * 1024 * 1024 // 2
"""Bytes of a zip file that may go within a request, which `tcb fn deploy --deployMode zip` does [src: CLI 2.12.10]."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the first that zip can tell
_MODE: Final = 0o100644  # a plain file that all may read
_UNIX: Final = 3


def write(folder: Path, file: Path) -> None:
    """Zip a folder's files, the folder itself left out of their names: entries sorted, times and modes fixed."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr, entry.compress_type = _UNIX, _MODE << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / name).read_bytes(), compresslevel=9)
