"""Options that several commands share, and how their answers are shown."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click
from click.core import ParameterSource

from wxemu.cli.wrong_use import CommandError, ValueType
from wxemu.core.messages import Message, spoken
from wxemu.core.text import escape_unseen, show_unseen

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.client.remote import Remote

Command = TypeVar("Command", bound="Callable[..., Any]")
_TOKEN_FORM = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")
_KEPT_TOKEN = "wxemu.token"  # noqa: S105 - where the context keeps what --token says


def project_option(command: Command) -> Command:
    """``--project``: by default the nearest folder with a declaration, so that every command works from below it."""
    return click.option(
        "--project",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=lambda _context, _option, project: nearest_project() if project is None else project,
        help="The folder with cloudbaserc.yaml. [default: the nearest, from this one upwards]",
    )(command)


def nearest_project() -> Path:
    """The folder with a declaration that this one lies in; this one if there is none."""
    from wxemu.scf.project import find_project  # noqa: PLC0415

    return find_project(Path())


def json_option(command: Command) -> Command:
    """``--json``: the same data on one line, for scripts."""
    return click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")(command)


def project_options(command: Command) -> Command:
    """``--project``, and what Tencent's CLI too is told beside it: ``--env-id`` and ``--mode``."""
    command = click.option(
        "--mode", default="", help="Read the variables of .env.MODE too, as tcb --mode does. They win over .env's."
    )(command)
    command = click.option(
        "-e",
        "--env-id",
        default="",
        help="The CloudBase environment, as of tcb -e. [default: envId of the project]",
    )(command)
    return project_option(command)


def quiet_option(command: Command) -> Command:
    """``-q``: for scripts that go on with it."""
    return click.option("-q", "--quiet", "is_quiet", is_flag=True, help="Only its id; of several one a line.")(command)


def url_option(command: Command) -> Command:
    """``--url``: which running emulator is meant; and ``--token``, which ``running`` reads."""
    command = click.option(
        "--token",
        type=Token(),
        envvar="WXEMU_TOKEN",
        show_envvar=True,
        expose_value=False,
        callback=_keep_token,
        help="Its control token, if it asks for one.",
    )(command)
    return click.option(
        "--url",
        envvar="WXEMU_URL",
        default="http://127.0.0.1:8686",
        show_default=True,
        show_envvar=True,
        help="The running emulator.",
    )(command)


def _keep_token(context: click.Context, _param: click.Parameter, token: str | None) -> None:
    context.meta[_KEPT_TOKEN] = token


def connect(url: str) -> Remote:
    """The running emulator that is meant."""
    # Imported when it is used: HTTP takes 60 ms, which `wxemu start` need not pay.
    from wxemu.client.remote import Remote  # noqa: PLC0415

    return Remote(url, token=read_token())


def connect_for_project(url: str) -> Remote:
    """The same for a command about functions: another project's emulator that is not named by a URL is told of.

    :raises RemoteError: it does not answer.
    """
    from wxemu.client.project_of import describe, is_another, project_of  # noqa: PLC0415

    remote = connect(url)
    if is_named_url():
        return remote
    ours, theirs = nearest_project(), project_of(remote)
    if is_another(theirs, ours):
        other = Message(
            "wxemu: the emulator at {url} has {theirs}, not those of {ours}",
            "wxemu：{url} 的模拟器的项目是{theirs}，而不是 {ours}",
            url=url,
            theirs=describe(theirs),
            ours=ours,
        )
        say(other, err=True)
    return remote


def is_named_url() -> bool:
    """Whether somebody has named the emulator, by ``--url`` or its variable."""
    return click.get_current_context().get_parameter_source("url") is not ParameterSource.DEFAULT


def read_token() -> str | None:
    """What ``--token`` says."""
    token: str | None = click.get_current_context().meta.get(_KEPT_TOKEN)
    return token


def first_appid(remote: Remote) -> str:
    """The app that is meant where none is named."""
    from wxemu.control.operations.apps import LIST  # noqa: PLC0415 - as in ``connect``

    apps = remote.call(LIST)["apps"]
    if not apps:
        raise CommandError(
            Message(
                "the emulator has no app; make one with `wxemu app new`, or `wxemu state reset`",
                "模拟器中没有应用；请用 `wxemu app new` 新建，或运行 `wxemu state reset`",
            )
        )
    return apps[0]["appid"]


def say(words: str | Message, *, err: bool = False) -> None:
    """Print what came from outside, or was put together from it: the one way to do so.

    A value that stands within a line goes through ``show_in_line`` first.
    """
    click.echo(show_unseen(words if isinstance(words, str) else spoken(words)), err=err)


def show(answer: Any, *, is_json: bool) -> None:
    """Print a JSON value: indented for people, on one line for scripts."""
    layout: dict[str, Any] = {"separators": (",", ":")} if is_json else {"indent": 2}
    click.echo(escape_unseen(json.dumps(answer, ensure_ascii=False, **layout)))


def time_of(at: float) -> str:
    """A time as commands show it: in UTC, which every log of the emulator has, too."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Duration(ValueType[float]):
    """A time with its unit, as seconds: ``300ms``, ``1.5s``, ``5m``, ``2h``, ``1d``.

    :param takes_seconds: whether a bare number is one of seconds; elsewhere it is refused, since it could be either.
    """

    name = "DURATION"
    _FORM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
    _SECONDS: ClassVar = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}

    def __init__(self, *, takes_seconds: bool = False) -> None:
        self._takes_seconds = takes_seconds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds, or a usage error that says what came."""
        if (found := self._FORM.fullmatch(str(value))) is not None:
            return float(found[1]) * self._SECONDS[found[2]]
        try:
            seconds = float(value)
        except ValueError:
            expected = Message(
                "expected a time such as 300ms, 1.5s, 5m, 2h or 1d, got {value}",
                "应为时间，如 300ms、1.5s、5m、2h 或 1d，实际是 {value}",
                value=repr(value),
            )
            self.refuse(expected, param, ctx)
        if not self._takes_seconds:
            unit = Message(
                "expected a unit: {value}s for seconds, {value}ms for milliseconds; got '{value}'",
                "缺少单位：秒写作 {value}s，毫秒写作 {value}ms；实际是 '{value}'",
                value=value,
            )
            self.refuse(unit, param, ctx)
        return seconds


class Token(ValueType[str]):
    """A secret that fits into a header; what is refused is not repeated."""

    name = "TOKEN"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The token, or a usage error."""
        if not _TOKEN_FORM.fullmatch(value):
            expected = Message(
                "expected 16 or more of the characters A-Z a-z 0-9 . _ ~ + / = -",
                "应为 16 个或更多的字符，只能是 A-Z a-z 0-9 . _ ~ + / = -",
            )
            self.refuse(expected, param, ctx)
        return str(value)


class JsonObject(ValueType[dict[str, Any]]):
    """A JSON object: on the command line, after an ``@`` in the file named there, or for ``-`` on standard input."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """The object, or a usage error that says what came."""
        if isinstance(value, dict):
            return value
        try:
            decoded = json.loads(_text_of(value))
        except OSError as error:
            unread = Message(
                "{file} cannot be read: {reason}",
                "{file} 无法读取：{reason}",
                file=repr(value[1:]),
                reason=error,
            )
            self.refuse(unread, param, ctx)
        except ValueError as error:
            mistake = Message(
                "expected a JSON object, got {value} ({mistake})",
                "应为 JSON 对象，实际是 {value}（{mistake}）",
                value=repr(value),
                mistake=str(error),
            )
            self.refuse(mistake, param, ctx)
        if not isinstance(decoded, dict):
            self.refuse(
                Message("expected a JSON object, got {value}", "应为 JSON 对象，实际是 {value}", value=repr(value)),
                param,
                ctx,
            )
        return decoded


def _text_of(value: str) -> str:
    if value == "-":
        return sys.stdin.read()
    return Path(value[1:]).read_text(encoding="utf-8") if value.startswith("@") else value
