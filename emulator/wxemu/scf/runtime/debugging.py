"""An invocation that waits for a debugger before any of the function's code runs."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOST: Final = "127.0.0.1"
"""Where a debugger is awaited: who attaches can run any code, so nobody from outside this machine may."""
_PACKAGE: Final = "debugpy"


@dataclass(frozen=True)
class Awaited:
    """A debugger can attach now, in the Debug Adapter Protocol, on ``port`` of ``HOST``.

    :param folders: where the function sees the machine's folders of its code, the machine's being the keys.
    """

    port: int
    folders: Mapping[str, str]


@dataclass(frozen=True)
class Debugging:
    """One invocation's debugger; its limits of time and memory do not count meanwhile.

    :param port: to wait on; 0 for any that is free.
    :param announce: called once the debugger can attach.
    :param is_wanted: asked every now and then; once it returns false, the invocation is ended.
    """

    port: int
    announce: Callable[[Awaited], None]
    is_wanted: Callable[[], bool] = lambda: True


def find_debugpy() -> dict[str, Any] | None:
    """The emulator's own debugpy, for functions whose Python has none: its Python's version, and its folder."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    return {"python": sys.version_info[:2], "folder": str(package.parent), "package": str(package)}
