"""An invocation that waits for a debugger before any of the function's code runs."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message

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


def explain_refusal(facts: Mapping[str, str]) -> Message:
    """Why an instance's bootstrap cannot wait for a debugger, by the facts that it gives."""
    if "place" in facts:
        return Message(
            "no debugger can be awaited on {place}: {reason}; name another port",
            "无法在 {place} 等待调试器：{reason}；请指定另一个端口",
            **facts,
        )
    if "other" in facts:
        return Message(
            "the debugpy here is for {other}; install one for {present}, or declare runtime: {other}",
            "这里的 debugpy 用于 {other}；请为 {present} 安装一个，或声明 runtime: {other}",
            **facts,
        )
    return Message(
        "there is no debugpy; install it beside the emulator: pip install debugpy",
        "没有 debugpy；请在模拟器所在的环境中安装：pip install debugpy",
    )


def find_debugpy() -> dict[str, Any] | None:
    """The emulator's own debugpy, for functions whose Python has none: its Python's version, and its folder."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    return {"python": sys.version_info[:2], "folder": str(package.parent), "package": str(package)}
