"""Options of ``wxemu start``: with which state it begins, and where it leaves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

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
        raise click.UsageError("--seed and --import: name one, which the emulator is to begin with")
    target = export_file if export_file is None else Path(export_file) if export_file else import_file
    if export_file is not None and target is None:
        raise click.UsageError("--export-on-exit: name a FILE, since no --import does")
    exported = None if target is None else Path(target).resolve()
    if exported is not None and not exported.parent.is_dir():
        raise click.UsageError(f"--export-on-exit: there is no folder {exported.parent}")
    if import_file is None:
        return None, exported
    from wxemu.state.state import read_file  # noqa: PLC0415 - `wxemu start` without it need not wait for it

    return read_file(import_file), exported
