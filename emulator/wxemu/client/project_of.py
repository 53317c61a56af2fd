"""Whose functions a running emulator has: those of the project at hand, or another's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wxemu.control.operations.functions import LIST
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from wxemu.client.remote import Remote


def project_of(remote: Remote) -> Path | None:
    """The folder whose functions an emulator has, as it names it; None if it has none.

    :raises RemoteError: it does not answer.
    """
    folder = remote.call(LIST)["project"]
    return None if folder is None else Path(folder)


def is_another(theirs: Path | None, ours: Path) -> bool:
    """Whether an emulator's functions are not those of the project `ours`.

    A folder that declares nothing has none to compare, and a path of another machine or a container may be any folder.
    """
    from wxemu.scf.project import has_declaration  # noqa: PLC0415 - projects take 30 ms, which many commands do without

    if not has_declaration(ours):
        return False
    return theirs is None or (theirs.is_dir() and theirs.resolve() != ours.resolve())


def describe(project: Path | None) -> Message:
    """It for a sentence."""
    if project is None:
        return Message("no project", "没有项目")
    return Message("the functions of {project}", "{project} 的云函数", project=project)
