"""``wxemu clock``: move the clock of a running emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wxemu.cli.options import Duration, connect, json_option, say, show, time_of, url_option
from wxemu.control.operations import clock as operations
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from wxemu.control.operations.clock import Clock


@click.group()
def clock() -> None:
    """Move the clock, to let codes, tokens and sessions grow old.

    \b
    Examples:
      wxemu clock freeze
      wxemu clock advance 2h
      wxemu clock scale 60         a minute in a second
      wxemu clock release
    """


@clock.command("show")
@url_option
@json_option
def show_clock(url: str, *, is_json: bool) -> None:
    """Where the clock stands."""
    _show(connect(url).call(operations.SHOW), is_json=is_json)


@clock.command()
@click.option("--at", type=float, help="Unix seconds. [default: now]")
@url_option
@json_option
def freeze(at: float | None, url: str, *, is_json: bool) -> None:
    """Stop the clock."""
    _show(connect(url).call(operations.FREEZE, **({} if at is None else {"at": at})), is_json=is_json)


@clock.command(context_settings={"ignore_unknown_options": True})  # -5 is a number, if one that is refused
@click.argument("seconds", metavar="DURATION", type=Duration(takes_seconds=True))
@url_option
@json_option
def advance(seconds: float, url: str, *, is_json: bool) -> None:
    """Move the clock forward by DURATION: seconds, or a time such as 5m, 2h or 1d."""
    _show(connect(url).call(operations.ADVANCE, seconds=seconds), is_json=is_json)


@clock.command()
@click.argument("factor", type=float)
@url_option
@json_option
def scale(factor: float, url: str, *, is_json: bool) -> None:
    """Let the clock run FACTOR times as fast as real time, from where it stands; 1 lets a stopped one run on."""
    _show(connect(url).call(operations.SCALE, factor=factor), is_json=is_json)


@clock.command()
@url_option
@json_option
def release(url: str, *, is_json: bool) -> None:
    """Let the clock run in step with real time again."""
    _show(connect(url).call(operations.RELEASE), is_json=is_json)


def _show(state: Clock, *, is_json: bool) -> None:
    if is_json:
        show(state, is_json=True)
    else:
        say(Message("{now}, {how}", "{now}，{how}", now=time_of(state["now"]), how=describe_clock(state)))


def describe_clock(state: Clock) -> Message:
    """How it runs, beside real time."""
    if state["isFrozen"]:
        return Message("frozen", "已冻结")
    if state["scale"] != 1:
        return Message(
            "{factor} times as fast as real time", "以真实时间的 {factor} 倍运行", factor=f"{state['scale']:g}"
        )
    ahead = state["offset"]
    if not ahead:
        return Message("in step with real time", "与真实时间一致")
    seconds = f"{abs(ahead):.0f}"
    if ahead > 0:
        return Message("{seconds} seconds ahead of real time", "比真实时间快 {seconds} 秒", seconds=seconds)
    return Message("{seconds} seconds behind real time", "比真实时间慢 {seconds} 秒", seconds=seconds)
