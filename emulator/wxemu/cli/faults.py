"""``wxemu fault`` and ``wxemu quotas``: what goes wrong on a running emulator, on purpose and by overuse."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click

from wxemu.cli.options import (
    Duration,
    JsonObject,
    connect,
    json_option,
    quiet_option,
    say,
    show,
    time_of,
    url_option,
)
from wxemu.cli.wrong_use import UsageError
from wxemu.control.operations import faults as operations
from wxemu.control.operations import functions
from wxemu.core.columns import in_columns
from wxemu.core.faults import FaultRequest
from wxemu.core.http.inputs import members
from wxemu.core.messages import Message, spoken
from wxemu.wechat import programmed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wxemu.client.remote import Remote
    from wxemu.core.http.inputs import Member

Command = TypeVar("Command", bound="Callable[..., Any]")

_FILE: Final = "The reply is this picture or file."
_NEITHER: Final = Message("neither", "都没有")
_BOTH: Final = Message("both", "两个都有")
_HEADER: Final = (
    Message("api", "接口"),
    Message("of", "对象"),
    Message("calls", "次数"),
    Message("limit", "额度"),
    Message("in a", "周期"),
    Message("begins anew", "重新计数"),
    Message("app", "应用"),
)


_OF_FAULTS: Final = (
    Message("id", "编号"),
    Message("meets", "作用于"),
    Message("what happens", "效果"),
    Message("calls left", "剩余次数"),
    Message("met", "已触发"),
    Message("app", "应用"),
)
_NOT_ITS_EFFECT: Final = ("id", "api", "function", "appid", "times", "probability", "hits")


@click.group()
def fault() -> None:
    """Let calls fail on purpose, answer late, or give the answer that you choose.

    A fault applies from the next call on, whoever calls and on whatever way.

    \b
    Examples:
      wxemu fault add --api soter.verifySignature --errcode -1 --times 2
      wxemu fault add --api '*' --latency 300ms --probability 0.1
      wxemu fault add --function verifySignature --fail timeout
      wxemu fault list
      wxemu fault remove --all
    """


class _Milliseconds(Duration):
    """The same as milliseconds, which the operation takes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        return super().convert(value, param, ctx) * 1000


def _fault_options(command: Command) -> Command:
    """An option for each member of a fault, as the table of operations has them."""
    for member in reversed(list(members(FaultRequest).values())):
        command = _option(member)(command)
    return command


def _option(member: Member) -> Callable[[Command], Command]:
    name, words = member.name, member.takes.words
    if name == "latencyMs":
        return click.option("--latency", name, type=_Milliseconds(), help=words)
    if member.kind is bool:
        return click.option(f"--{name}", name, is_flag=True, help=words)
    kinds: dict[Any, Any] = {int: int, float: float, Any: JsonObject()}
    return click.option(f"--{name}", name, type=kinds.get(member.kind, str), help=words)


@fault.command()
@_fault_options
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=_FILE)
@url_option
@json_option
@quiet_option
def add(file: Path | None, url: str, *, is_json: bool, is_quiet: bool, **given: Any) -> None:
    """Add a fault; the oldest that fits a call is the one that it meets.

    In the texts of a reply, ${touser} is a parameter of the request.

    \b
    Examples:
      wxemu fault add --api auth.code2Session --errcode 45011 --times 1
      wxemu fault add --api soter.verifySignature --reply '{"is_ok": false}' --times 1
      wxemu fault add --api subscribeMessage.addTemplate --reply '{"errcode": 0, "priTmplId": "new-${tid}"}'
      wxemu fault add --api wxacode.getUnlimited --file code.png
      wxemu fault add --api auth.getStableAccessToken --status 502 --appid wx1234567890abcdef
      wxemu fault add --api soter.verifySignature --abort --latency 2s --times 3
    """
    if (given["api"] is None) == (given["function"] is None):
        raise UsageError(
            Message(
                "expected --api or --function, got {got}",
                "应有 --api 或 --function 之一，实际{got}",
                got=_NEITHER if given["api"] is None else _BOTH,
            )
        )
    if file is not None:
        if given["reply"] is not None:
            raise UsageError(
                Message("expected --reply or --file, got {got}", "应有 --reply 或 --file 之一，实际{got}", got=_BOTH)
            )
        content_type = mimetypes.guess_type(file)[0] or "application/octet-stream"
        given["reply"] = programmed.reply_of(content_type, file.read_bytes())
    asked = {name: value for name, value in given.items() if value is not None}
    remote = connect(url)
    added = remote.call(operations.ADD, **cast("FaultRequest", asked))
    say(str(added["id"])) if is_quiet else _show(added, [added], is_json=is_json)
    if given["function"] is not None:
        _warn_of_nobody(remote, given["function"])


def _warn_of_nobody(remote: Remote, function: str) -> None:
    """A fault may wait for a function that comes later; mostly its name is misspelt."""
    names = [found["name"] for found in remote.call(functions.LIST)["functions"]]
    if function != "*" and function not in names:
        here = Message("the functions here are {names}", "这里的云函数有 {names}", names=names)
        nobody = Message(
            "wxemu: there is no function {name}, so nothing meets this fault yet; {here}",
            "wxemu：没有云函数 {name}，因此这个故障暂时不会触发；{here}",
            name=repr(function),
            here=here if names else Message("there are no functions here", "这里没有云函数"),
        )
        say(nobody, err=True)


@fault.command("list")
@click.option("--appid", help="Of this app only. [default: all]")
@url_option
@json_option
def list_faults(appid: str | None, url: str, *, is_json: bool) -> None:
    """The faults that wait, oldest first, and how often each was met."""
    answer = connect(url).call(operations.LIST, appid=appid)
    _show(answer, answer["faults"], is_json=is_json)


def _show(answer: Any, faults: Sequence[Mapping[str, Any]], *, is_json: bool) -> None:
    if is_json:
        show(answer, is_json=True)
        return
    header = tuple(map(spoken, _OF_FAULTS))
    say(in_columns(header, [_row(fault) for fault in faults], right=(header[0], header[3], header[4])))


def _row(fault: Mapping[str, Any]) -> tuple[Any, ...]:
    effect = [f"{name} {_brief(value)}" for name, value in fault.items() if name not in _NOT_ITS_EFFECT]
    if fault["probability"] != 1:
        effect.append(f"probability {fault['probability']:g}")
    left = "" if fault["times"] is None else fault["times"]
    subject = fault.get("api") or spoken(Message("function {name}", "云函数 {name}", name=fault["function"]))
    return (fault["id"], subject, ", ".join(effect), left, fault["hits"], fault.get("appid", ""))


def _brief(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@fault.command()
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--all", "is_all", is_flag=True, help="All of them.")
@click.option("--appid", help="With --all: those of this app only.")
@url_option
@json_option
def remove(number: int | None, appid: str | None, url: str, *, is_all: bool, is_json: bool) -> None:
    """Take away the fault ID, or all."""
    if (number is None) != is_all:
        raise UsageError(
            Message(
                "expected the ID of a fault or --all, got {got}",
                "应有故障的 ID 或 --all 之一，实际{got}",
                got=_BOTH if is_all else _NEITHER,
            )
        )
    if appid is not None and not is_all:
        raise UsageError(
            Message(
                "--appid goes with --all; leave it out for one fault",
                "--appid 要与 --all 一起使用；移除一个故障时请省略",
            )
        )
    remote = connect(url)
    answer = (
        remote.call(operations.REMOVE_ALL, appid=appid) if number is None else remote.call(operations.REMOVE, id=number)
    )
    if is_json:
        show(answer, is_json=True)
        return
    say(Message("{count} removed.", "已移除 {count} 个。", count=answer["removed"]))


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
    answer = connect(url).call(operations.LIST_QUOTAS, appid=appid)
    if is_json:
        show(answer, is_json=True)
        return
    header = tuple(map(spoken, _HEADER))
    rows = [
        (
            quota["api"],
            quota["subject"],
            quota["calls"],
            quota["limit"],
            quota["period"],
            time_of(quota["resetsAt"]),
            quota["appid"],
        )
        for quota in answer["quotas"]
    ]
    say(in_columns(header, rows, right=(header[2], header[3])))
