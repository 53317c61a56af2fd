"""Where a project is declared: the files that the CLI looks for, in its order."""

from __future__ import annotations

import json
import os.path
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message
from wxemu.scf.project.config_file import NONE, ConfigFile, ProjectError

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = "package.json"
PACKAGE_KEY: Final = "cloudbase"
CONFIG_NAMES: Final = (PACKAGE, "cloudbaserc", "cloudbaserc.json", "cloudbaserc.yaml", "cloudbaserc.yml")
"""Of package.json only the key "cloudbase" counts; an empty file does not count."""
SCRIPTS: Final = ("cloudbaserc.js", "cloudbase.config.js")
"""They need Node.js to be read; the CLI itself (2.12.10) fails to [run]."""

NOTHING: Final = Message("none of them", "其中一个都没有")
"""What ``describe_lack`` says of a folder where nothing of this kind lies."""


def find_project(folder: Path) -> Path:
    """Return the nearest folder with a declaration, from `folder` upwards; `folder` itself if there is none."""
    folder = folder.resolve()
    return next((at for at in (folder, *folder.parents) if has_declaration(at)), folder)


def has_declaration(folder: Path) -> bool:
    """Tell whether a file of this kind lies in a folder, be it empty or broken."""
    if any(os.path.isfile(folder / name) for name in (*CONFIG_NAMES[1:], *SCRIPTS)):  # noqa: PTH113 - False also where nobody may look
        return True
    try:
        package = json.loads((folder / PACKAGE).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(package, dict) and PACKAGE_KEY in package


def find_declaration(directory: Path) -> ConfigFile | None:
    """Return the file that declares what a project deploys: the first there is, in the CLI's order; None without one.

    Raises ProjectError.
    """
    for name in CONFIG_NAMES:
        path = directory / name
        if not path.is_file() or not path.read_bytes().strip():
            continue
        if name == PACKAGE and PACKAGE_KEY.encode() not in path.read_bytes():
            continue  # what npm makes of it is none of ours
        file = ConfigFile.read(path)
        if name == PACKAGE:
            own = file.tree.get(PACKAGE_KEY) if isinstance(file.tree, dict) else None
            file = replace(file, tree=own, root=(PACKAGE_KEY,))
        if file.tree is not None:
            return file
    return None


def declared_file(directory: Path) -> ConfigFile:
    """Return the file that declares what a project deploys.

    Raises ProjectError, also if there is none.
    """
    file = find_declaration(directory)
    if file is None:
        found, remedy = describe_lack(directory)
        expected = Message(
            "one of {names}, or {key} in {package}",
            "应有 {names} 之一，或 {package} 中的 {key}",
            names=list(CONFIG_NAMES[1:]),
            key=PACKAGE_KEY,
            package=PACKAGE,
        )
        raise ProjectError(directory, expected=expected, found=NONE if found == NOTHING else found, remedy=remedy)
    return file


def describe_lack(directory: Path) -> tuple[Message, Message]:
    """Return what lies in a folder that has no declaration, and what to do."""
    script = next((name for name in SCRIPTS if (directory / name).is_file()), None)
    if script is not None:
        return (
            Message("a {script}, which is not read", "{script}，它不会被读取", script=script),
            Message("write what it exports as {name}", "请把它导出的内容写成 {name}", name=CONFIG_NAMES[2]),
        )
    empty = next((name for name in CONFIG_NAMES[1:] if (directory / name).is_file()), None)
    if empty is not None:
        return (
            Message("an empty {name}", "空的 {name}", name=empty),
            Message("write envId and functions into it", "请在其中写入 envId 和 functions"),
        )
    return NOTHING, Message(
        "go to the project's folder, or name it with --project", "请进入项目所在的文件夹，或用 --project 指定"
    )
