"""Options of ``wxemu start``: with which state it begins, and where it leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wxemu.cli.wrong_use import UsageError
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable

Command = TypeVar("Command", bound="Callable[..., Any]")


def state_options(command: Command) -> Command:
    """``--import`` and ``--export-on-exit``, for ``read_state_options``."""
    command = click.option(
        "--export-on-exit",
        "export_file",
        is_flag=False,
        flag_value="",
        metavar="[FILE]",
        help="Write the state to FILE when it stops, with its toy secrets. [FILE by default: that of --import]",
    )(command)
    return click.option(
        "--import",
        "import_file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A file of `wxemu state export` to begin with, instead of a seed.",
    )(command)


def read_state_options(
    import_file: Path | None, export_file: str | None, seed_file: Path | None
) -> tuple[dict[str, Any] | None, Path | None]:
    """The document to begin with, ``None`` for a seed; and the file to leave one in, if any.

    :raises StateError: the document cannot be read.
    """
    if import_file is not None and seed_file is not None:
        raise UsageError(
            Message(
                "--seed and --import: name one, which the emulator is to begin with",
                "--seed 和 --import 请只用一个，模拟器从它开始",
            )
        )
    target = export_file if export_file is None else Path(export_file) if export_file else import_file
    if export_file is not None and target is None:
        raise UsageError(
            Message(
                "--export-on-exit: name a FILE, since no --import does",
                "--export-on-exit：没有 --import，请指定 FILE",
            )
        )
    exported = None if target is None else Path(target).resolve()
    if exported is not None and not exported.parent.is_dir():
        raise UsageError(
            Message(
                "--export-on-exit: there is no folder {folder}; make it, or name another file",
                "--export-on-exit：没有文件夹 {folder}；请创建它，或指定另一个文件",
                folder=exported.parent,
            )
        )
    if import_file is None:
        return None, exported
    from wxemu.state.state import read_file  # noqa: PLC0415 - `wxemu start` without it need not wait for it

    return read_file(import_file), exported
