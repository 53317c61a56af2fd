"""Which files of a folder are deployed."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEVER: Final = (".*", "__pycache__", "tests", "*.egg-info", "*.pyc", "*.pyi", "py.typed", "requirements*.txt")
"""Names of files and folders that nothing needs at run time; `.env` is among them."""
_OF_DISTRIBUTIONS: Final = frozenset({"pyproject.toml", "README.md", "LICENSE", "build", "dist"})
"""What lies at the top of a folder that pip can install, and is of no use without pip."""

_GLOBS: Final = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def is_deployed(path: PurePosixPath, ignore: Sequence[str] = ()) -> bool:
    """Whether a file is deployed.

    :param path: from the top of the package on.
    :param ignore: globs as in cloudbaserc, of files or of folders.
    """
    if any(fnmatchcase(part, pattern) for part in path.parts for pattern in NEVER):
        return False
    above = [str(folder) for folder in path.parents][:-1]
    return not any(_compile_glob(glob).fullmatch(name) for glob in ignore for name in (str(path), *above))


def list_files(folder: Path, ignore: Sequence[str] = ()) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The deployed files of a folder, with their paths in it."""
    left_out = _OF_DISTRIBUTIONS if (folder / "pyproject.toml").is_file() else frozenset()
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(parent, name)
            path = PurePosixPath(file.relative_to(folder).as_posix())
            if is_deployed(path, ignore) and path.parts[0] not in left_out:
                yield path, file.read_bytes()


def _compile_glob(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./").rstrip("/"))
    return re.compile("".join(_GLOBS.get(part) or re.escape(part) for part in parts))
