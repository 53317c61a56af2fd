"""``wxemu init``: a project that is ready."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from wxemu.cli.options import json_option, say, show
from wxemu.core.messages import Message

_PLACES = Message("README.md in it says what lies where.", "其中的 README.md 说明了各个文件的用途。")
_MINIMAL_PLACES = Message(
    "Your function is in functions/greet, its test in tests/. cloudbaserc.yaml says how functions are deployed,"
    " config.json which openapis they may call; .env, which git ignores, has their secrets.",
    "云函数在 functions/greet，它的测试在 tests/。"
    "cloudbaserc.yaml 声明如何部署云函数，config.json 声明可以调用哪些接口；.env 存放密钥，git 会忽略它。",
)
_NO_PYTEST = Message(
    "There is no pytest here yet; requirements.txt has it.", "这里还没有 pytest；requirements.txt 中有它。"
)


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
    say(Message("A project is in {folder}.", "项目已建在 {folder}。", folder=folder.resolve()))
    say(_MINIMAL_PLACES if minimal else _PLACES)
    steps = [] if folder.resolve() == Path.cwd() else [f"cd {folder}"]
    if shutil.which("pytest") is None:
        say(_NO_PYTEST)
        steps.append("pip install -r requirements.txt")
    steps.append("wxemu exec -- pytest")
    say(Message("Next: {command}", "下一步：{command}", command=" && ".join(steps)))
