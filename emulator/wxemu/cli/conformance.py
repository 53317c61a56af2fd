"""``wxemu conformance``: the same questions to the emulator and to the live WeChat."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.cli.options import connect, json_option, say, show, url_option
from wxemu.cli.wrong_use import CommandError
from wxemu.conformance.question import GROUPS, ON_REQUEST
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.conformance.report import Finding, Report

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_PRESENT: Final = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


@click.command()
@click.option("--against", type=click.Choice(["emulator", "live"]), default="emulator", show_default=True)
@click.option("--env-file", type=_FILE, default=".env", show_default=True, help="The credentials for the live servers.")
@click.option("--only", multiple=True, type=click.Choice(GROUPS), help="This group of questions. Repeatable.")
@click.option("--allow", multiple=True, type=click.Choice(ON_REQUEST), help="What is not done unasked. Repeatable.")
@click.option("--most-calls", type=click.IntRange(1), default=200, show_default=True, help="Requests of one run.")
@click.option("--plan", "is_plan", is_flag=True, help="List every request, and send none.")
@click.option(
    "--phone", type=click.Path(file_okay=False, path_type=Path), help="Write the mini program to this folder."
)
@click.option("--phone-text", type=_PRESENT, help="What the mini program gave; - waits for it on standard input.")
@click.option("--report", "file", type=_FILE, help="Write the report to this file too.")
@click.option("--apply", "applied", type=_PRESENT, help="Have the emulator answer as this report says.")
@url_option
@json_option
def conformance(
    against: str,
    env_file: Path,
    only: tuple[str, ...],
    allow: tuple[str, ...],
    most_calls: int,
    phone: Path | None,
    phone_text: Path | None,
    file: Path | None,
    applied: Path | None,
    url: str,
    *,
    is_plan: bool,
    is_json: bool,
) -> None:
    """Ask the emulator, or the live WeChat, what docs/fidelity.md says; compare.

    The live servers are asked read-only questions and such as are refused, each once. --allow adds `token` (fetches one
    by GET /cgi-bin/token), `storage` (writes to the tester's own cloud storage), `probe` (deploys a function, and takes
    it away). Exit code 1 if something differs.

    \b
    Examples:
      wxemu conformance
      wxemu conformance --against live --plan
      wxemu conformance --phone miniprogram
      wxemu conformance --against live --allow probe --phone-text - --report seen.json
      wxemu conformance --apply seen.json
    """
    from wxemu.conformance import engine, parties, report  # noqa: PLC0415 - `wxemu --help` need not load them

    if applied is not None:
        _apply(report.read(applied), url, is_json=is_json)
        return
    is_live = against == "live"
    variables = _variables(env_file) if is_live or phone is not None else {}
    if phone is not None:
        _make_mini_program(phone, variables)
        return
    allowed = allow if is_live else ON_REQUEST
    if is_plan:
        _list_requests(variables if is_live else None, url, only, allowed, is_json=is_json)
        return
    party = nullcontext(parties.live(variables, _phone_text(phone_text))) if is_live else parties.emulator(connect(url))
    with party as (target, ingredients):
        tell = _stay_silent if is_json else _say_line
        made = engine.run(target, ingredients, groups=only, allowed=allowed, most_calls=most_calls, tell=tell)
    _hand_over(made, file, is_json=is_json)
    sys.exit(1 if made.count("differs") else 0)


def _say_line(finding: Finding) -> None:
    say(finding.line())


def _stay_silent(_finding: Finding) -> None:
    pass


def _hand_over(made: Report, file: Path | None, *, is_json: bool) -> None:
    if file is not None:
        file.write_text(json.dumps(made.document(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    if is_json:
        show(made.document(), is_json=True)
    else:
        say(made.summary)


def _variables(env_file: Path) -> Mapping[str, str]:
    from wxemu.scf.project.templates import read_dotenv  # noqa: PLC0415

    return {**read_dotenv(env_file), **os.environ}


def _phone_text(file: Path | None) -> Callable[[], Mapping[str, Any] | None]:
    """What gives the phone's text: a file's is read now, as a wrong one would come to light in the middle of a run."""
    from wxemu.conformance.phone import read_text  # noqa: PLC0415

    if file is None:
        return lambda: None
    if str(file) == "-":
        return _wait_for_phone_text
    told = read_text(file.read_text(encoding="utf-8"))
    return lambda: told


def _wait_for_phone_text() -> Mapping[str, Any] | None:
    from wxemu.conformance.phone import PhoneTextError, read_text  # noqa: PLC0415

    ask = Message(
        "Press Ask in the mini program, touch the sensor, and paste its text here (one line):",
        "请在小程序中按 Ask，触摸传感器，然后把它的文本粘贴到这里（一行）：",
    )
    say(ask, err=True)
    for line in iter(sys.stdin.readline, ""):
        try:
            return read_text(line)
        except PhoneTextError as error:
            say(Message("{error}; paste it again", "{error}；请重新粘贴", error=error), err=True)
    return None


def _list_requests(
    variables: Mapping[str, str] | None, url: str, only: tuple[str, ...], allowed: tuple[str, ...], *, is_json: bool
) -> None:
    from wxemu.conformance import parties  # noqa: PLC0415
    from wxemu.conformance.planning import planned  # noqa: PLC0415
    from wxemu.conformance.question import choose  # noqa: PLC0415

    target = parties.emulator_target(url) if variables is None else parties.live(variables, lambda: None)[0]
    steps = list(planned(choose(only), target, allowed=allowed))
    if is_json:
        show({"requests": [step.document() for step in steps]}, is_json=True)
        return
    for step in steps:
        say(step.line())
    count = sum(not step.is_left_out for step in steps)
    say(Message("{count} requests at most, each once.", "最多 {count} 个请求，每个一次。", count=count))


def _make_mini_program(folder: Path, variables: Mapping[str, str]) -> None:
    from wxemu.conformance.phone import make_mini_program  # noqa: PLC0415

    if missing := [name for name in ("WX_APPID", "TCB_ENV") if not variables.get(name)]:
        raise CommandError(
            Message(
                "the mini program needs {names}; set it in the env file",
                "小程序需要 {names}；请在 env 文件中设置",
                names=missing,
            )
        )
    make_mini_program(folder, appid=variables["WX_APPID"], env=variables["TCB_ENV"])
    made = Message(
        "{folder} is a mini program. Next:\n"
        "  1. Open it in WeChat's DevTools, and have it on a phone by Preview: DevTools has no SOTER.\n"
        "  2. wxemu conformance --against live --allow probe --phone-text - --report seen.json\n"
        "  3. When that asks for it: press Ask, touch the sensor, paste the text.",
        "{folder} 是一个小程序。下一步：\n"
        "  1. 用微信开发者工具打开它，并通过“预览”在手机上运行：开发者工具没有 SOTER。\n"
        "  2. wxemu conformance --against live --allow probe --phone-text - --report seen.json\n"
        "  3. 当它询问时：按 Ask，触摸传感器，粘贴文本。",
        folder=folder,
    )
    say(made)


def _apply(seen: Report, url: str, *, is_json: bool) -> None:
    from wxemu.conformance import applying  # noqa: PLC0415

    done = applying.apply(seen, connect(url))
    if is_json:
        show(done.document(), is_json=True)
    else:
        say("\n".join(done.lines()))
    sys.exit(1 if done.left else 0)
