"""``wxemu package``: the functions as they are deployed, each with all that it needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from wxemu.cli.options import json_option, project_option, say
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

Command = TypeVar("Command", bound="Callable[..., Any]")


def output_option(command: Command) -> Command:
    """``--output``: the folder of the packages."""
    return click.option(
        "--output",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the packages go. [default: dist in the project]",
    )(command)


@click.command()
@project_option
@output_option
@click.option("--lock", "is_lock", is_flag=True, help="Write the locks of the dependencies anew instead.")
@json_option
def package(project: Path, output: Path | None, *, is_lock: bool, is_json: bool) -> None:
    """Package every function, as it is deployed.

    NAME/ and NAME.zip in dist/functions have the function, what the functions share (_shared), config.json, and what
    its requirements.txt leads to of the lock of its runtime: pure Python, or compiled for SCF; no tests, and nothing of
    the project's .venv. The same sources give the same bytes. A lock that is missing is written; commit it.

    \b
    Examples:
      wxemu package
      wxemu package --json
      wxemu package --lock      after a change of a requirements.txt
    """
    from wxemu.deploy import report  # noqa: PLC0415
    from wxemu.deploy.folder import lock_dependencies, make_packages  # noqa: PLC0415

    if is_lock:
        for lock in lock_dependencies(project, _tell):
            say(str(lock.path))
        return
    made = make_packages(project, output or project / "dist", _tell)
    say(report.format_json(made) if is_json else report.format_text(made))


def _tell(step: Message) -> None:
    say(Message("package: {step}", "打包：{step}", step=step), err=True)
