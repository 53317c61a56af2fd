"""``wxemu env``: the variables that lead clients and functions to a running emulator."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wxemu.cli.options import connect, read_token, say, show, url_option
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Command = TypeVar("Command", bound="Callable[..., Any]")
_PLAIN = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


def invocation_options(command: Command) -> Command:
    """``--as``, ``--function`` and ``--appid``: of which invocation the variables are."""
    for option in (
        click.option("--appid", help="In which app. [default: the first of the seed]"),
        click.option("--function", help="Whose permissions the cloud calls have. [default: all functions']"),
        click.option("--as", "openid", help="The mini program user on whose behalf a function runs."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--shell", "form", flag_value="shell", default=True, help="Lines that a shell evaluates; the default.")
@click.option("--dotenv", "form", flag_value="dotenv", help="Lines of a .env file.")
@click.option("--json", "form", flag_value="json", help="One line of JSON, for scripts.")
@invocation_options
@url_option
def env(form: str, openid: str | None, function: str | None, appid: str | None, url: str) -> None:
    """Print the variables that lead any client to the emulator.

    They are a proxy and a CA for clients of the real names, and what SCF would set for one invocation.

    Clients in Python, Node.js, Java, Go and curl read them and need no change. `wxemu exec` runs a command with them.

    \b
    Examples:
      eval "$(wxemu env)"                          then start your server, or its tests
      eval "$(wxemu env --as OPENID --function verifySignature)"
      wxemu env --dotenv >wechat.env
      wxemu env --json
    """
    from wxemu.client.environment import NoInterceptionError, of_invocation, of_real_names  # noqa: PLC0415

    remote = connect(url)
    variables = of_invocation(remote, openid=openid, function=function, appid=appid)
    try:
        variables |= of_real_names(remote, os.environ, read_token())
    except NoInterceptionError as error:  # what is left is what functions read, which go without it
        say(Message("wxemu: {error}", "wxemu：{error}", error=error), err=True)
    if form == "json":
        show({"env": variables}, is_json=True)
    else:
        click.echo((_for_shells if form == "shell" else _for_dotenv)(variables))


def _for_shells(variables: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _for_dotenv(variables: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={_quoted(value)}" for name, value in variables.items())


def _quoted(value: str) -> str:
    """As all readers of .env files take it: nothing is replaced within single quotes.

    They differ about a double quote in a value that these cannot hold. It stands as Tencent's CLI reads it, unescaped.
    """
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\n" not in value:
        return f"'{value}'"
    in_one_line = value.replace("\n", r"\n")
    return f'"{in_one_line}"'
