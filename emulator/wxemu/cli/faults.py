"""``wxemu fault`` and ``wxemu quotas``: what goes wrong on a running emulator, on purpose and by overuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import click

from wxemu.cli.options import JsonObject, json_option, running, show, url_option

if TYPE_CHECKING:
    from collections.abc import Mapping

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")


class Duration(click.ParamType[float]):
    """A time in milliseconds or seconds, ``300ms`` or ``1.5s``, as milliseconds."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The milliseconds, or a usage error that says what came."""
        found = _DURATION.fullmatch(str(value))
        if found is None:
            self.fail(f"expected 300ms or 1.5s, got {value!r}", param, ctx)
        return float(found[1]) * (1000 if found[2] == "s" else 1)


@click.group()
def fault() -> None:
    """Let calls fail on purpose, come late, or get your answer.

    A fault counts from the next call on: for the openapis however they are called, for functions whoever calls.

    \b
    Examples:
      wxemu fault add --api soter.verifySignature --errcode -1 --times 2
      wxemu fault add --api '*' --latency 300ms --probability 0.1
      wxemu fault add --function verifySignature --fail timeout
      wxemu fault list
      wxemu fault remove --all
    """


@fault.command()
@click.option("--api", help="The openapi: soter.verifySignature, auth.code2Session, ...; * is all of them.")
@click.option("--function", help="The function, instead of an openapi; * is all of them.")
@click.option("--appid", help="Calls of this app only. [default: of every app]")
@click.option("--errcode", type=int, help="WeChat's refusal; for cloud calls also the gateway's: -604101, -501003, ...")
@click.option("--errmsg", help="The text to it. [default: WeChat's]")
@click.option("--reply", type=JsonObject(), help="JSON or @FILE: the members of the reply, or the function's result.")
@click.option("--status", type=int, help="HTTP status of a proxy that answers instead of WeChat, as 502.")
@click.option("--body", help="What the proxy answers. [default: a small HTML page]")
@click.option("--fail", help="How the function fails: timeout, memory, error or exit.")
@click.option("--latency", type=Duration(), help="How late the answer comes: 300ms, 1.5s; alone or besides.")
@click.option("--abort", is_flag=True, help="Cut the connection without an answer.")
@click.option("--times", type=click.IntRange(1), help="For so many calls, then it is gone. [default: until removed]")
@click.option("--probability", type=float, help="Of each call that fits. [default: 1]")
@url_option
@json_option
def add(url: str, *, latency: float | None, abort: bool, is_json: bool, **members: Any) -> None:
    """Add a fault; the oldest that fits a call is the one that it meets.

    \b
    Examples:
      wxemu fault add --api auth.code2Session --errcode 45011 --times 1
      wxemu fault add --api soter.verifySignature --reply '{"is_ok": false}' --times 1
      wxemu fault add --api auth.getStableAccessToken --status 502 --appid wx1234567890abcdef
      wxemu fault add --api soter.verifySignature --abort --latency 2s --times 3
    """
    if (members["api"] is None) == (members["function"] is None):
        got = "neither" if members["api"] is None else "both"
        raise click.UsageError(f"expected --api or --function, got {got}")
    named = {**members, "latencyMs": latency, "abort": abort or None}
    body = {name: value for name, value in named.items() if value is not None}
    show(running(url).ask("POST", "/emulator/v1/faults", body), is_json=is_json)


@fault.command("list")
@click.option("--appid", help="Of this app only. [default: all]")
@url_option
@json_option
def list_faults(appid: str | None, url: str, *, is_json: bool) -> None:
    """The faults that wait, oldest first, and how often each was met."""
    show(running(url).ask("GET", f"/emulator/v1/faults{_query(appid=appid)}"), is_json=is_json)


@fault.command()
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--all", "is_all", is_flag=True, help="All of them.")
@click.option("--appid", help="With --all: those of this app only.")
@url_option
@json_option
def remove(number: int | None, appid: str | None, url: str, *, is_all: bool, is_json: bool) -> None:
    """Take away the fault ID, or all."""
    if (number is None) != is_all:
        raise click.UsageError(f"expected the ID of a fault or --all, got {'both' if is_all else 'neither'}")
    if appid is not None and not is_all:
        raise click.UsageError("--appid goes with --all")
    path = f"/emulator/v1/faults{_query(appid=appid) if is_all else f'/{number}'}"
    show(running(url).ask("DELETE", path), is_json=is_json)


@click.command()
@click.option("--appid", help="Of this app only. [default: all]")
@url_option
@json_option
def quotas(appid: str | None, url: str, *, is_json: bool) -> None:
    """Show how often each openapi was called, and may be.

    And when the count begins anew. What may be called as often as you like is not shown.

    \b
    Examples:
      wxemu quotas
      wxemu quotas --appid wx1234567890abcdef --json
    """
    show(running(url).ask("GET", f"/emulator/v1/quotas{_query(appid=appid)}"), is_json=is_json)


def _query(**named: str | None) -> str:
    given: Mapping[str, str] = {name: value for name, value in named.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""
