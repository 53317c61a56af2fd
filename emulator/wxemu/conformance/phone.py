"""What only a phone can tell: a mini program for WeChat's DevTools that asks, and the text that it gives.

PhoneTextError
    A text that is not the mini program's.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from wxemu.client.testing import Phone

_VERSION: Final = 1
_REPEATED: Final = re.compile(r"\$(\d+)")


class PhoneTextError(MessageError):
    """A text that is not the mini program's."""


def asks() -> list[dict[str, Any]]:
    """What the phone is asked, in order."""
    asked: list[dict[str, Any]] = json.loads((files(__package__) / "phone_asks.json").read_text(encoding="utf-8"))
    return asked


def make_mini_program(folder: Path, *, appid: str, env: str) -> None:
    """Write a project that DevTools opens."""
    source = files(__package__) / "miniprogram"
    for path, content in _contents(source, Path()):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    told = json.dumps({"asks": asks(), "env": env}, indent=2)
    (folder / "asks.js").write_text(f"module.exports = {told}\n", encoding="utf-8")
    project = {"appid": appid, "compileType": "miniprogram", "setting": {"es6": True, "enhance": True}}
    (folder / "project.config.json").write_text(json.dumps(project, indent=2) + "\n", encoding="utf-8")


def _contents(folder: Traversable, path: Path) -> Iterable[tuple[Path, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _contents(entry, path / entry.name)
        else:
            yield path / entry.name, entry.read_text(encoding="utf-8")


def read_text(text: str) -> dict[str, Any]:
    """What the phone told.

    :raises PhoneTextError: something else.
    """
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict) or told.get("wxemu") != _VERSION:
        raise PhoneTextError(
            Message(
                "expected the text that the mini program of `wxemu conformance --phone` gives, on one line",
                "应为 `wxemu conformance --phone` 的小程序给出的一行文本",
            )
        )
    return told


def ask_simulated(phone: Phone) -> dict[str, Any]:
    """What a simulated phone tells."""
    told: dict[str, Any] = {"wxemu": _VERSION}
    mode = phone.modes[0]
    for ask in asks():
        given = _fill(ask.get("given", {}), mode)
        told[ask["id"]] = phone.emulator.ask("POST", f"/phone/v1/phones/{phone.phone_id}/{ask['api']}", given)
    return told


def _fill(value: Any, mode: str) -> Any:
    """As the mini program does it."""
    if isinstance(value, list):
        return [_fill(item, mode) for item in value]
    if isinstance(value, dict):
        return {name: _fill(item, mode) for name, item in value.items()}
    if isinstance(value, str) and (repeated := _REPEATED.fullmatch(value)):
        return "x" * int(repeated[1])
    return mode if value == "$mode" else value
