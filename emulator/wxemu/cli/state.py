"""``wxemu state``: take the whole state of a running emulator away, bring it back, begin anew."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from wxemu.cli.clock import describe_clock
from wxemu.cli.options import connect, json_option, say, show, url_option
from wxemu.control.operations import clock as clocks
from wxemu.control.operations import state as operations
from wxemu.core.messages import Message, spoken
from wxemu.core.text import show_in_line

_TARGETS = {"seed": Message("that of the seed again", "回到种子"), "empty": Message("empty", "清空")}


@click.group()
def state() -> None:
    """Take the whole state away, bring it back, begin anew.

    That is apps, users, phones, tokens, sessions, functions that were uploaded, and what functions keep.

    \b
    Examples:
      wxemu state export team.json
      wxemu state import team.json
      wxemu state save logged-in
      wxemu state reset --to logged-in
      wxemu state reset --appid wx1234567890abcdef
    """


@state.command("export")
@click.argument("file")
@click.option("--without-journal", is_flag=True, help="Leave out the exchanges and the logs of invocations.")
@url_option
def export_state(file: str, url: str, *, without_journal: bool) -> None:
    """Write all of it to FILE, for its owner's eyes only, or to standard output for -: it holds the toy secrets.

    \b
    Examples:
      wxemu state export team.json
      wxemu state export - --without-journal | diff team.json -
    """
    from wxemu.state.state import text, write_file  # noqa: PLC0415 - of this command only

    document = connect(url).call(operations.EXPORT, withoutJournal=without_journal)
    if file == "-":
        click.echo(text(document), nl=False)
    else:
        write_file(Path(file), document)


@state.command("import")
@click.argument("file")
@url_option
@json_option
def import_state(file: str, url: str, *, is_json: bool) -> None:
    """Replace the whole state by the one in FILE (- for standard input). Snapshots stay.

    \b
    Examples:
      wxemu state import team.json
    """
    from wxemu.state.state import parse, read_file  # noqa: PLC0415 - of this command only

    document = parse(sys.stdin.read()) if file == "-" else read_file(Path(file))
    show(connect(url).call(operations.IMPORT, body=document), is_json=is_json)


@state.command()
@click.argument("name")
@url_option
@json_option
def save(name: str, url: str, *, is_json: bool) -> None:
    """Save all but the journal as the snapshot NAME; a former one of this name is replaced."""
    show(connect(url).call(operations.SAVE, name=name), is_json=is_json)


@state.command("list")
@url_option
@json_option
def list_snapshots(url: str, *, is_json: bool) -> None:
    """The snapshots."""
    show(connect(url).call(operations.LIST), is_json=is_json)


@state.command()
@click.argument("name")
@url_option
@json_option
def delete(name: str, url: str, *, is_json: bool) -> None:
    """Forget the snapshot NAME."""
    show(connect(url).call(operations.DELETE, name=name), is_json=is_json)


@state.command()
@click.option("--to", default="seed", show_default=True, help="seed, empty, or the name of a snapshot.")
@click.option("--appid", help="Only this app, with all that belongs to it. [default: everything]")
@url_option
@json_option
def reset(to: str, appid: str | None, url: str, *, is_json: bool) -> None:
    """Go back to the seed, to nothing, or to a snapshot.

    The clock stays where it is, and so do the snapshots.

    \b
    Examples:
      wxemu state reset
      wxemu state reset --to empty --appid wx1234567890abcdef
    """
    remote = connect(url)
    answer = remote.call(operations.RESET, to=to, appid=appid)
    if is_json:
        show(answer, is_json=True)
        return
    whose = Message("the state of {appid}", "{appid} 的状态", appid=appid)
    snapshot = Message("that of the snapshot {name} again", "还原为快照 {name}", name=to)
    is_again = Message(
        "{whose} is {what}",
        "{whose}现已{what}",
        whose=Message("the state", "状态") if appid is None else whose,
        what=_TARGETS.get(to, snapshot),
    )
    say(show_in_line(spoken(is_again)))
    clock = remote.call(clocks.SHOW)
    if clock["isFrozen"] or clock["scale"] != 1 or clock["offset"]:
        stays = Message(
            "the clock is not: it stays {how} (`wxemu clock release`)",
            "时钟不变：{how}（`wxemu clock release` 可恢复）",
            how=describe_clock(clock),
        )
        say(stays)
