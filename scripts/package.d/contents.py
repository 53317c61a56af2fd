"""Which files of a folder are deployed."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEVER: Final = (".*", "__pycache__", "tests", "*.pyc", "*.pyi", "py.typed", "requirements*.txt")
"""Names of files and folders that nothing needs at run time; `.env` is among them."""

_GLOBS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def is_deployed(path: PurePosixPath, ignore: Sequence[str] = ()) -> bool:
    """Whether a file is deployed.

    :param path: from the top of the package on.
    :param ignore: globs as in cloudbaserc, of files or of folders.
    """
    if any(fnmatchcase(part, pattern) for part in path.parts for pattern in NEVER):
        return False
    above = [str(folder) for folder in path.parents][:-1]
    return not any(_pattern(glob).fullmatch(name) for glob in ignore for name in (str(path), *above))


def contents(folder: Path, ignore: Sequence[str] = ()) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The deployed files of a folder, with their paths in it."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(parent, name)
            path = PurePosixPath(file.relative_to(folder).as_posix())
            if is_deployed(path, ignore):
                yield path, file.read_bytes()


def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./").rstrip("/"))
    return re.compile("".join(_GLOBS.get(part) or re.escape(part) for part in parts))
