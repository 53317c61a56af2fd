"""The modules that are loaded before any function is: nearly every function of this kind imports them."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

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


def make_way(ready: frozenset[str], folders: Iterable[str]) -> None:
    """Forget all modules that are `ready` if one has the name of one in `folders`, as it would hide that one.

    All of them, because others may have been made with it: a function's own `email` is what its `requests` uses.
    """
    brought: set[str] = set()
    for folder in folders:
        with suppress(OSError):
            brought.update(name.partition(".")[0] for name in os.listdir(folder))  # noqa: PTH208 - names
    if brought.isdisjoint(name.partition(".")[0] for name in ready):
        return
    for name in ready:
        if (getattr(sys.modules[name], "__file__", None) or "").endswith(".py"):  # others cannot be loaded twice
            del sys.modules[name]
