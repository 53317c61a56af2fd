"""``wxemu init``: a project that is ready."""

from __future__ import annotations

from pathlib import Path

import click

from wxemu.cli.options import json_option, say, show
from wxemu.core.messages import Message


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--minimal", is_flag=True, help="One function and its test, without login and a mini program.")
@json_option
def init(folder: Path, *, minimal: bool, is_json: bool) -> None:
    """Make a project that is ready: functions, a mini program, tests.

    It has login, a confirmation by finger or face that counts once, a function of your own, and a .env with a new
    WX_STORE_KEY. Nothing is overwritten: if a file is in the way, nothing is written at all.

    \b
    Examples:
      wxemu init shop && cd shop && wxemu exec -- pytest
      wxemu init --minimal
    """
    from wxemu.client.new_project import make_project  # noqa: PLC0415

    files = make_project(folder, is_minimal=minimal)
    if is_json:
        show({"folder": str(folder.resolve()), "files": files}, is_json=True)
        return
    say("\n".join(f"  {path}" for path in files))
    go = "" if folder.resolve() == Path.cwd() else f"cd {folder} && "
    made = Message(
        "A project is in {folder}. Next: {command}",
        "项目已建在 {folder}。下一步：{command}",
        folder=folder.resolve(),
        command=f"{go}wxemu exec -- pytest",
    )
    say(made)
