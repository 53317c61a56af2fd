"""``wxemu invoke``, ``wxemu logs`` and ``wxemu env``: work with the functions of a running emulator."""

from __future__ import annotations

import json
import shlex
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import click

from emulator.cli.options import JsonObject, json_option, running, show, url_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@click.command()
@click.argument("name")
@click.option("--data", type=JsonObject(), help="The event: JSON, @FILE, or - for standard input. [default: {}]")
@click.option("--as", "openid", help="On behalf of this user of the mini program, as wx.cloud.callFunction does.")
@click.option("--anonymous", is_flag=True, help="On behalf of a visitor of a web app, who has no openid.")
@click.option("--timer", is_flag=True, help="As a timer trigger, with its own event.")
@click.option("--appid", help="In which app. [default: the first of the seed]")
@url_option
@json_option
def invoke(
    name: str,
    data: dict[str, Any] | None,
    openid: str | None,
    appid: str | None,
    url: str,
    *,
    anonymous: bool,
    timer: bool,
    is_json: bool,
) -> None:
    """Invoke a function: as a server of yours would, without a user, unless an option names another caller.

    The result goes to standard output, the log to standard error; with --json both are in one line, in the form of
    the CLI's and SCF's Result. Exit code 1 if the function failed.

    \b
    Examples:
      wxemu invoke checkSession --data '{"openid":"o...","sessionKey":"..."}'
      wxemu invoke login --as OPENID --data @event.json
      wxemu invoke verifySignature --timer --json
    """
    named = {"event": data, "as": openid, "appid": appid, "anonymous": anonymous or None, "timer": timer or None}
    body = {member: value for member, value in named.items() if value is not None}
    answer = running(url).ask("POST", f"/emulator/v1/functions/{quote(name, safe='')}/invocations", body)
    if is_json:
        show(answer["scfResult"], is_json=True)
    else:
        click.echo(answer["scfResult"]["Log"], err=True)
        if answer["ok"]:
            click.echo(json.dumps(answer["result"], ensure_ascii=False, indent=2))
        else:
            click.echo(answer["error"].get("stackTrace") or answer["error"]["errorMessage"], err=True)
    sys.exit(0 if answer["ok"] else 1)


@click.command()
@click.argument("name", required=False)
@click.option("--request-id", help="Of this one invocation.")
@click.option("--limit", type=click.IntRange(0, 1000), default=20, show_default=True, help="Of so many, the latest.")
@click.option("--follow", is_flag=True, help="Go on as invocations end, until Ctrl-C.")
@click.option("--appid", help="Of this app's functions only.")
@url_option
@click.option("--json", "is_json", is_flag=True, help="One line of JSON for each invocation, for scripts.")
def logs(
    name: str | None,
    request_id: str | None,
    limit: int,
    appid: str | None,
    url: str,
    *,
    follow: bool,
    is_json: bool,
) -> None:
    """Print the logs of invocations, in the order in which these ended; of the function NAME, or of all.

    \b
    Examples:
      wxemu logs
      wxemu logs checkSession --follow
      wxemu logs --request-id 5f1d9f0e-... --json
    """
    chosen = {"function": name, "requestId": request_id, "appid": appid, "limit": str(limit)}
    query = urlencode({key: value for key, value in chosen.items() if value is not None})
    remote = running(url)
    if follow:
        with suppress(KeyboardInterrupt):  # the way to end it
            _print(remote.follow(f"/emulator/v1/logs/stream?{query}"), is_json=is_json)
        return
    kept = remote.ask("GET", f"/emulator/v1/logs?{query}")["logs"]
    if request_id is not None and not kept:
        raise click.ClickException(f"no invocation that was kept has the request id {request_id!r}")
    _print(reversed(kept), is_json=is_json)


def _print(ended: Iterable[Mapping[str, Any]], *, is_json: bool) -> None:
    for invocation in ended:
        if is_json:
            show(invocation, is_json=True)
        else:
            began = datetime.fromtimestamp(invocation["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            click.echo(f"{began} {invocation['function']}\n{invocation['log']}\n")


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
    answer = running(url).ask("POST", "/emulator/v1/environments", body)
    if is_json:
        show(answer, is_json=True)
    else:
        for name, value in answer["env"].items():
            click.echo(f"export {name}={shlex.quote(value)}")
