"""Names that a function's own module cannot have on the platform either.

There /var/user stands before the standard library in Python's path, so a function's module wins, at the platform's own
start too. With another module in the place of one that it needs, it fails, and no invocation runs.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_START: Final = ("abc", "codecs", "encodings", "genericpath", "io", "os", "posixpath", "site", "stat", "zipimport")
_IN_BOOTSTRAP: Final = (  # json and traceback with what they need
    *("collections", "contextlib", "copyreg", "enum", "functools", "importlib", "json", "keyword", "linecache"),
    *("operator", "re", "reprlib", "token", "tokenize", "traceback", "types"),
)
_BUILT_IN: Final = (
    *("atexit", "builtins", "errno", "faulthandler", "gc", "itertools", "marshal", "posix", "pwd", "sys", "time"),
)
RESERVED: Final = frozenset((*_AT_START, *_IN_BOOTSTRAP, *_BUILT_IN))
"""What Python loads before any code [src], what the platform's own bootstrap cannot do without [inferred], what is
built into Python [src]."""


def reserved_modules(folder: Path) -> Iterator[str]:
    """The files and packages of a function that have such a name, as `token.py` or `json/`."""
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            stem, _, suffix = entry.name.partition(".")
            if stem not in RESERVED:
                continue
            if suffix == "py":
                yield entry.name
            elif not suffix and os.path.isfile(os.path.join(entry.path, "__init__.py")):  # noqa: PTH113, PTH118
                yield f"{entry.name}/"


def remark_on(folder: Path) -> str | None:
    """A line for the function's log, if there is such a module in its folder."""
    found = list(reserved_modules(folder))
    if not found:
        return None
    return f"{', '.join(found)}: Python's own module is used; on the platform this name keeps functions from starting"
