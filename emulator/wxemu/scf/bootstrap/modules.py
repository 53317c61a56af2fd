"""The modules that are loaded before any function is: nearly every function of this kind imports them."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

USUAL = (
    "base64",
    "concurrent.futures.thread",
    "datetime",
    "decimal",
    "email.message",
    "encodings.idna",
    "hashlib",
    "hmac",
    "http.client",
    "random",
    "secrets",
    "sqlite3",
    "ssl",
    "tempfile",
    "threading",
    "typing",
    "urllib.request",
    "uuid",
    "requests",  # not everywhere
    "urllib3.contrib.socks",
)


def load() -> frozenset[str]:
    """Load what is there of them; return the names of all modules that this has loaded."""
    before = set(sys.modules)
    for name in USUAL:
        with suppress(Exception):  # it is not there, or does not work here: the function that needs it will say so
            importlib.import_module(name)
    return frozenset(set(sys.modules) - before)


def make_way(
    ready: frozenset[str], loaded: frozenset[str], folders: Iterable[str], reserved: Iterable[str]
) -> frozenset[str]:
    """Forget modules where one in `folders` has the name of one, as it would hide that one; return the names there.

    All that are `ready`, because others may have been made with it: a function's own `email` is what its `requests`
    uses. If it is one that this process itself has needed, all that are `loaded`; but none that is `reserved`, nor
    logging, which is set up for the function, unless it has one of its own.
    """
    brought = frozenset(name for folder in folders for name in _modules_in(folder)).difference(reserved)
    kept = {*reserved, "__main__", *({"logging"} - brought)}
    others = {name for name in loaded - ready if name.partition(".")[0] not in kept}
    forgotten = ready if brought.isdisjoint(_tops(others)) else ready | others
    if brought.isdisjoint(_tops(forgotten)):
        return brought
    for name in forgotten:
        is_source = (getattr(sys.modules.get(name), "__file__", None) or "").endswith(".py")
        if is_source or name in brought:  # others cannot be loaded twice
            sys.modules.pop(name, None)
    return brought


def _tops(names: Iterable[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def _modules_in(folder: str) -> Iterator[str]:
    with suppress(OSError):
        for entry in os.scandir(folder):
            name, _, suffix = entry.name.partition(".")
            is_package = not suffix and os.path.isfile(os.path.join(entry.path, "__init__.py"))  # noqa: PTH113, PTH118
            if is_package or suffix == "py" or f".{suffix}".endswith(".so"):
                yield name
