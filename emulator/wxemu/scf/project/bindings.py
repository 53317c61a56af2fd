"""What a function is bound to: the way it is reached, what starts it by itself, its layers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.scf.project.cron import CronError, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wxemu.scf.project.config_file import Table

LAYERS_FOLDER: Final = "layers"
"""Where a project's layers are, each a folder of its name, as the platform unpacks it at /opt [choice]."""
EVENT: Final = "Event"
HTTP: Final = "HTTP"
_TIMER: Final = "timer"
_TRIGGER_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,59}", re.ASCII)  # [doc]
_PATH: Final = re.compile(r"(/[\w.\-]{1,50})+/?|/", re.ASCII)  # [doc]


@dataclass(frozen=True)
class Trigger:
    """What starts a function by itself.

    :param kind: ``timer``, the only one that CloudBase knows.
    :param description: a cron expression of seven fields.
    :param added_at: Unix seconds; 0 for one that the project declares.
    """

    name: str
    kind: str
    description: str
    added_at: float = 0.0


def read_kind(entry: Table) -> str:
    """Return EVENT or HTTP, which the CLI takes in any case. Raises ProjectError."""
    kind = entry.text("type", EVENT)
    if kind.upper() not in (EVENT.upper(), HTTP):
        expected = Message("Event or HTTP", "二者之一：Event 或 HTTP")
        remedy = Message("leave it out for a function that gets events", "接收事件的云函数请省略它")
        raise entry.error("type", expected, remedy, found=repr(kind))
    return HTTP if kind.upper() == HTTP else EVENT


def is_access_path(path: str) -> bool:
    """Whether HTTP access can have a function at a path."""
    return _PATH.fullmatch(path) is not None


def read_path(entry: Table) -> str | None:
    """Return where HTTP access has a function, as `/api`; None if that is not told. Raises ProjectError."""
    path = entry.text("path", "")
    if path and not is_access_path(path):
        expected = Message(
            "a path that begins with /, of letters, digits, ., _ and -",
            "以 / 开头、由字母、数字、.、_ 和 - 组成的路径",
        )
        raise entry.error("path", expected, Message("write it as /api", "请写成 /api"))
    return path.rstrip("/") or path or None


def read_triggers(entry: Table) -> tuple[Trigger, ...]:
    """Return the timers of a function; what is none is left out, and `remark_bindings` names it."""
    given = [item for item in _items(entry.get("triggers")) if _lack_of(item) is None]
    return tuple({item["name"]: Trigger(item["name"], _TIMER, item["config"]) for item in given}.values())


def read_layers(entry: Table, project: Path) -> tuple[Path, ...]:
    """Return the folders of a function's layers, in the order of their binding, as far as the project has them."""
    folders = (_layer_folder(item, project) for item in _items(entry.get("layers")))
    return tuple(folder for folder in folders if folder is not None and folder.is_dir())


def remark_bindings(entry: Table, project: Path) -> Iterator[Message]:
    """Yield one sentence for each trigger that does not fire and each layer that is not there."""
    place = Message("{file}: the function {name}", "{file}：云函数 {name}", file=entry.file.path, name=entry.owner)
    for item in _items(entry.get("triggers")):
        if (lack := _lack_of(item)) is not None:
            yield Message(
                "{place}: a trigger never fires: {lack}",
                "{place}：有一个触发器永远不会触发：{lack}",
                place=place,
                lack=lack,
            )
    for item in _items(entry.get("layers")):
        folder = _layer_folder(item, project)
        if folder is None or not folder.is_dir():
            name = item.get("name") if isinstance(item, dict) else None
            yield Message(
                "{place} gets nothing of its layer {name}; put its files into {folder}",
                "{place} 得不到它的层 {name}；请把层的文件放入 {folder}",
                place=place,
                name=name,
                folder=f"{project / LAYERS_FOLDER}/{name or 'NAME'}",
            )


def _items(given: Any) -> list[Any]:
    return given if isinstance(given, list) else [given] if given else []


def _layer_folder(item: Any, project: Path) -> Path | None:
    name = item.get("name") if isinstance(item, dict) else None
    return project / LAYERS_FOLDER / name if isinstance(name, str) and re.fullmatch(r"[\w-]+", name) else None


def _lack_of(item: Any) -> Message | None:
    """Why something is no timer; None if it is one."""
    if not isinstance(item, dict):
        return Message("expected name, type and config", "应有 name、type 和 config")
    return _lack_of_name(item) or _lack_of_cron(item)


def _lack_of_name(item: Mapping[str, Any]) -> Message | None:
    name = item.get("name")
    if not isinstance(name, str) or not _TRIGGER_NAME.fullmatch(name):
        return Message(
            "its name is to be a letter, then up to 59 letters, digits, _ or -",
            "名称应以字母开头，后跟最多 59 个字母、数字、_ 或 -",
        )
    if item.get("type") != _TIMER:
        return Message(
            "{name} is to have the type timer, there is no other", "{name} 的 type 应为 timer，没有别的类型", name=name
        )
    return None


def _lack_of_cron(item: Mapping[str, Any]) -> Message | None:
    config = item.get("config")
    if not isinstance(config, str):
        return Message(
            "{name} is to have a cron expression as its config", "{name} 的 config 应为 cron 表达式", name=item["name"]
        )
    try:
        parse(config)
    except CronError as error:
        return Message("the config of {name}: {error}", "{name} 的 config：{error}", name=item["name"], error=error)
    return None
