"""Our own code under the platform's names, by which tracebacks, warnings and stacks in a function's log show it."""

from __future__ import annotations

import linecache
import sys
from pathlib import PurePath
from types import CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FOLDER = "/var/runtime/python{}{}".format(*sys.version_info)


def relabel() -> None:
    """Have all functions of this package, which is loaded by now, bear the platform's file names, with their source."""
    for name, module in list(sys.modules.items()):
        if module is not None and name.partition(".")[0] == __package__:
            file = f"{FOLDER}/{PurePath(module.__file__ or '').name}"
            # Without a time, the source is not looked for again: an instance cannot see the file.
            linecache.cache[file] = (0, None, linecache.getlines(module.__file__ or ""), file)
            for value in list(vars(module).values()):
                _relabel(value, name, file)


def _relabel(value: Any, module: str, file: str) -> None:
    value = getattr(value, "__wrapped__", getattr(value, "__func__", getattr(value, "fget", value)))
    if getattr(value, "__module__", None) != module:
        return
    if isinstance(value, type):
        for member in list(vars(value).values()):
            _relabel(member, module, file)
    elif isinstance(value, FunctionType):
        value.__code__ = _code(value.__code__, file)


def _code(code: CodeType, file: str) -> CodeType:
    inner = tuple(_code(one, file) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=file, co_consts=inner)
