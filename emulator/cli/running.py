"""``wxemu invoke``, ``wxemu clock`` and ``wxemu state``: work with a running emulator."""

from __future__ import annotations

import shlex
import sys
from typing import Any

import click

from emulator.cli.options import JsonObject, json_option, show, url_option
from emulator.remote import Remote


@click.command()
@click.argument("name")
@click.option("--data", type=JsonObject(), default="{}", help="The event.")
@click.option("--appid", help="In which app. [default: the first of the seed]")
@url_option
@json_option
def invoke(name: str, data: dict[str, Any], appid: str | None, url: str, *, is_json: bool) -> None:
    """Invoke a function as a server of yours would: without a user. Exit code 1 if the function failed.

    To call it as a user does, use `wxemu phone callFunction`.

    \b
    Examples:
      wxemu invoke checkSession --data '{"openid":"o...","sessionKey":"..."}'
      wxemu invoke verifySignature --data '{"openid":"o...","jsonString":"...","jsonSignature":"..."}' --json
    """
    body = {"event": data} if appid is None else {"event": data, "appid": appid}
    answer = Remote(url).ask("POST", f"/emulator/v1/functions/{name}/invocations", body)
    show(answer, is_json=is_json)
    sys.exit(0 if answer["ok"] else 1)


@click.command()
@click.option("--as", "openid", help="The mini program user on whose behalf the function runs.")
@click.option("--function", help="Whose permissions the cloud calls have. [default: all functions']")
@click.option("--appid", help="In which app. [default: the first of the seed]")
@url_option
@json_option
def env(openid: str | None, function: str | None, appid: str | None, url: str, *, is_json: bool) -> None:
    """Print what SCF would set for one invocation, to run a function in any language by hand.

    \b
    Examples:
      eval "$(wxemu env --as OPENID --function verifySignature)"
      wxemu env --json
    """
    named = {"openid": openid, "function": function, "appid": appid}
    body = {name: value for name, value in named.items() if value is not None}
    answer = Remote(url).ask("POST", "/emulator/v1/environments", body)
    if is_json:
        show(answer, is_json=True)
    else:
        for name, value in answer["env"].items():
            click.echo(f"export {name}={shlex.quote(value)}")


@click.group()
def clock() -> None:
    """Move the emulator's clock: let codes, tokens and sessions grow old at once.

    \b
    Examples:
      wxemu clock freeze
      wxemu clock advance 7200
      wxemu clock release
    """


@clock.command("show")
@url_option
@json_option
def show_clock(url: str, *, is_json: bool) -> None:
    """Where the clock stands."""
    show(Remote(url).ask("GET", "/emulator/v1/clock"), is_json=is_json)


@clock.command()
@click.option("--at", type=float, help="Unix seconds. [default: now]")
@url_option
@json_option
def freeze(at: float | None, url: str, *, is_json: bool) -> None:
    """Stop the clock."""
    body = {} if at is None else {"at": at}
    show(Remote(url).ask("POST", "/emulator/v1/clock/freeze", body), is_json=is_json)


@clock.command()
@click.argument("seconds", type=float)
@url_option
@json_option
def advance(seconds: float, url: str, *, is_json: bool) -> None:
    """Move the clock forward by SECONDS."""
    show(Remote(url).ask("POST", "/emulator/v1/clock/advance", {"seconds": seconds}), is_json=is_json)


@clock.command()
@url_option
@json_option
def release(url: str, *, is_json: bool) -> None:
    """Let the clock run in step with real time again."""
    show(Remote(url).ask("POST", "/emulator/v1/clock/release", {}), is_json=is_json)


@click.group()
def state() -> None:
    """The emulator's state: apps, users, phones, tokens, sessions.

    \b
    Examples:
      wxemu state reset
      wxemu state reset --empty
    """


@state.command()
@click.option("--empty", "target", flag_value="empty", help="To nothing at all, instead of the seed.")
@url_option
@json_option
def reset(target: str | None, url: str, *, is_json: bool) -> None:
    """Go back to the seed."""
    show(Remote(url).ask("POST", "/emulator/v1/state/reset", {"to": target or "seed"}), is_json=is_json)
