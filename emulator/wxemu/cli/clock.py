"""``wxemu clock``: move the clock of a running emulator."""

from __future__ import annotations

import click

from wxemu.cli.options import connect, json_option, show, url_option
from wxemu.control.operations import clock as operations


@click.group()
def clock() -> None:
    """Move the clock, to let codes, tokens and sessions grow old.

    \b
    Examples:
      wxemu clock freeze
      wxemu clock advance 7200
      wxemu clock scale 60         a minute in a second
      wxemu clock release
    """


@clock.command("show")
@url_option
@json_option
def show_clock(url: str, *, is_json: bool) -> None:
    """Where the clock stands."""
    show(connect(url).call(operations.SHOW), is_json=is_json)


@clock.command()
@click.option("--at", type=float, help="Unix seconds. [default: now]")
@url_option
@json_option
def freeze(at: float | None, url: str, *, is_json: bool) -> None:
    """Stop the clock."""
    show(connect(url).call(operations.FREEZE, **({} if at is None else {"at": at})), is_json=is_json)


@clock.command(context_settings={"ignore_unknown_options": True})  # -5 is a number, if one that is refused
@click.argument("seconds", type=float)
@url_option
@json_option
def advance(seconds: float, url: str, *, is_json: bool) -> None:
    """Move the clock forward by SECONDS."""
    show(connect(url).call(operations.ADVANCE, seconds=seconds), is_json=is_json)


@clock.command()
@click.argument("factor", type=float)
@url_option
@json_option
def scale(factor: float, url: str, *, is_json: bool) -> None:
    """Let the clock run FACTOR times as fast as real time, from where it stands; 1 lets a stopped one run on."""
    show(connect(url).call(operations.SCALE, factor=factor), is_json=is_json)


@clock.command()
@url_option
@json_option
def release(url: str, *, is_json: bool) -> None:
    """Let the clock run in step with real time again."""
    show(connect(url).call(operations.RELEASE), is_json=is_json)
