"""``wxemu doctor``: what is wrong with a set-up."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from wxemu.cli.options import connect, json_option, project_options, say, show, url_option
from wxemu.core.messages import Message, spoken

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = {
    "ok": Message("ok     ", "正常   "),
    "hint": Message("hint   ", "提示   "),
    "broken": Message("BROKEN ", "错误   "),
}


@click.command()
@project_options
@url_option
@json_option
def doctor(project: Path, env_id: str, mode: str, url: str, *, is_json: bool) -> None:
    """Look for what is wrong with a set-up, and say what to do.

    It looks at the project, at the emulator, and at what leads this shell's clients to it. Each line is one thing that
    was looked at, with what to do about it. Exit code 1 if something is broken; a hint is none. It changes nothing.

    \b
    Examples:
      wxemu doctor
      wxemu exec -- wxemu doctor     with the variables that a command gets
      wxemu doctor --json
    """
    from wxemu.client.doctor import examine  # noqa: PLC0415
    from wxemu.scf.project import CliOptions  # noqa: PLC0415

    findings = list(examine(connect(url), project.resolve(), os.environ, CliOptions(env_id, mode)))
    is_sound = not any(finding.is_broken for finding in findings)
    if is_json:
        show({"ok": is_sound, "findings": [finding.document() for finding in findings]}, is_json=True)
    for finding in () if is_json else findings:
        line = Message(
            "{mark} {name}: {found}",
            "{mark} {name}：{found}",
            mark=_MARKS[finding.level],
            name=finding.name,
            found=finding.found,
        )
        say(line)
        if advice := spoken(finding.advice):
            say(f"        {advice}")
    sys.exit(0 if is_sound else 1)
