"""``wxemu invoke`` and ``wxemu logs``: work with the functions of a running emulator."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from wxemu.cli.options import JsonObject, connect_for_project, json_option, say, show, url_option
from wxemu.cli.wrong_use import CommandError
from wxemu.control.operations import functions as operations
from wxemu.core.messages import Message, spoken
from wxemu.core.text import show_in_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wxemu.control.operations.functions import Invoke, LogsChoice


@click.command()
@click.argument("name")
@click.option("--data", type=JsonObject(), help="The event: JSON, @FILE, or - for standard input. [default: {}]")
@click.option("--as", "openid", help="On behalf of this user of the mini program, as wx.cloud.callFunction does.")
@click.option("--anonymous", is_flag=True, help="On behalf of a visitor of a web app, who has no openid.")
@click.option("--timer", is_flag=True, help="As a timer trigger, with its own event.")
@click.option("--debug", is_flag=True, help="Have it wait for a debugger before any of its code runs; no time limit.")
@click.option(
    "--debug-port",
    type=click.IntRange(0, 65535),
    default=5678,
    show_default=True,
    help="Where it waits with --debug; 0 for any port that is free.",
)
@click.option("--appid", help="In which app. [default: the first of the seed]")
@url_option
@json_option
def invoke(
    name: str,
    data: dict[str, Any] | None,
    openid: str | None,
    debug_port: int,
    appid: str | None,
    url: str,
    *,
    anonymous: bool,
    timer: bool,
    debug: bool,
    is_json: bool,
) -> None:
    """Invoke a function, as a server of yours would.

    It has no user then; an option names another caller. The result goes to standard output, the log, as it comes, to
    standard error; with --json there is only one line, in the form of the CLI's and SCF's Result. Exit code 1 if the
    function failed.

    \b
    Examples:
      wxemu invoke checkSession --data '{"openid":"o...","sessionKey":"..."}'
      wxemu invoke login --as OPENID --data @event.json
      wxemu invoke verifySignature --timer --json
      wxemu invoke checkSession --debug      attach your editor to it, see what it prints
    """
    asked: Invoke = {"name": name, "stream": True, "appid": appid, "as": openid, "anonymous": anonymous, "timer": timer}
    if data is not None:
        asked["event"] = data
    if debug:
        asked["debugPort"] = debug_port
    answer = _outcome(connect_for_project(url).follow(operations.INVOKE, **asked), name, shows_log=not is_json)
    if is_json:
        show(answer["scfResult"], is_json=True)
    elif answer["ok"]:
        show(answer["result"], is_json=False)
    else:
        say(answer["error"].get("stackTrace") or answer["error"]["errorMessage"], err=True)
    sys.exit(0 if answer["ok"] else 1)


def _outcome(documents: Iterator[Mapping[str, Any]], name: str, *, shows_log: bool) -> Mapping[str, Any]:
    """What comes of an invocation; what it says meanwhile goes to standard error."""
    while "ok" not in (document := next(documents)):
        if "debugger" in document:
            say(_attach_hint(name, document["debugger"]), err=True)
        elif shows_log:
            say(document["line"], err=True)
    return document


def _attach_hint(name: str, debugger: Mapping[str, Any]) -> str:
    where = debugger["connect"]
    launch = {"name": f"{name} in wxemu", "type": "debugpy", "request": "attach", **debugger}
    waits = Message(
        "wxemu: {name} waits for a debugger on {place}. For .vscode/launch.json:",
        "wxemu：{name} 正在 {place} 等待调试器。请写入 .vscode/launch.json：",
        name=name,
        place=f"{where['host']}:{where['port']}",
    )
    return f"{spoken(waits)}\n{json.dumps(launch, ensure_ascii=False)}"


@click.command()
@click.argument("name", required=False)
@click.option("--request-id", help="Of this one invocation.")
@click.option("--limit", type=click.IntRange(0, 1000), default=20, show_default=True, help="Of so many, the latest.")
@click.option("--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
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
    """Print the logs of invocations, the latest last.

    Of the function NAME, or of all. With --follow each line is printed as it comes, after the function's name and the
    beginning of the request id; with --json as well each invocation as it ends.

    \b
    Examples:
      wxemu logs
      wxemu logs checkSession --follow
      wxemu logs --request-id 5f1d9f0e-... --json
    """
    choice: LogsChoice = {"function": name, "requestId": request_id, "appid": appid, "limit": limit}
    remote = connect_for_project(url)
    if follow:
        with suppress(KeyboardInterrupt):  # the way to end it
            if is_json:
                _print(remote.follow(operations.FOLLOW_LOGS, **choice), is_json=True)
            else:
                _print_as_they_come(remote.follow(operations.FOLLOW_LOGS, **choice, lines=True))
        return
    kept = remote.call(operations.LIST_LOGS, **choice)["logs"]
    if request_id is not None and not kept:
        raise CommandError(
            Message(
                "no invocation that was kept has the request id {request_id}; `wxemu logs` shows the latest",
                "保留的调用中没有 request id 为 {request_id} 的；`wxemu logs` 显示最近的调用",
                request_id=repr(request_id),
            )
        )
    _print(reversed(kept), is_json=is_json)
    if not kept:
        say(Message("wxemu: no invocation so far that fits", "wxemu：还没有符合条件的调用"), err=True)


def _print(ended: Iterable[Mapping[str, Any]], *, is_json: bool) -> None:
    for invocation in ended:
        if is_json:
            show(invocation, is_json=True)
        else:
            began = datetime.fromtimestamp(invocation["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            say(f"{began} {show_in_line(invocation['function'])}\n{invocation['log']}\n")


def _print_as_they_come(documents: Iterable[Mapping[str, Any]]) -> None:
    """Lines; and whole logs of what had ended before, or was run by another process."""
    from wxemu.scf.terminal import in_terminal  # noqa: PLC0415 - `wxemu --help` need not load it

    begun = set()
    for document in documents:
        request_id = document["requestId"]
        if "line" in document:
            begun.add(request_id)
            say(in_terminal(document["function"], request_id, document["line"]))
        elif request_id in begun:
            begun.remove(request_id)
        else:
            _print([document], is_json=False)
