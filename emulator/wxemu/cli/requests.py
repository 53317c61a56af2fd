"""``wxemu requests`` and ``wxemu explain``: what was asked and answered, and why."""

from __future__ import annotations

import json
from contextlib import suppress
from textwrap import indent
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.cli.options import connect, json_option, quiet_option, say, show, time_of, url_option
from wxemu.control.operations import exchanges as operations
from wxemu.core import messages
from wxemu.core.messages import Language, Message
from wxemu.core.text import escape_unseen, show_in_line, show_unseen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wxemu.control.operations.exchanges import Choice, DecodedExchange, Explanation
    from wxemu.core.messages import Language

_TO_DO: Final = Message("What to do: ", "建议：")


@click.group(invoke_without_command=True)
@click.option("--api", help="Of this openapi or operation only: soter.verifySignature, wx.login, ...")
@click.option("--appid", help="Of this app only.")
@click.option("--errcode", help="That were answered with it: 87009, -604101, SIGN_PARAM_INVALID, ...")
@click.option("--q", "text", help="In which this text stands: an openid, a rid, a part of a body.")
@click.option("--failed", is_flag=True, help="That failed only.")
@click.option("--limit", type=click.IntRange(0, 1000), default=20, show_default=True, help="Of so many, the latest.")
@click.option("--follow", is_flag=True, help="Go on as they come, until Ctrl-C.")
@url_option
@click.option("--json", "is_json", is_flag=True, help="One line of JSON for each, for scripts.")
@quiet_option
@click.pass_context
def requests(
    context: click.Context,
    api: str | None,
    appid: str | None,
    errcode: str | None,
    text: str | None,
    limit: int,
    url: str,
    *,
    failed: bool,
    follow: bool,
    is_json: bool,
    is_quiet: bool,
) -> None:
    """Print what was asked and answered, a line each, the latest last.

    \b
    Examples:
      wxemu requests
      wxemu requests --failed --follow
      wxemu requests --api soter.verifySignature --q oAlice
      wxemu requests show RID
      wxemu requests replay RID
    """
    if context.invoked_subcommand is not None:
        return
    choice: Choice = {"api": api, "appid": appid, "errcode": errcode, "q": text, "failed": failed, "limit": limit}
    remote = connect(url)
    if follow:
        with suppress(KeyboardInterrupt):  # the way to end it
            _print(remote.follow(operations.FOLLOW, **choice), is_json=is_json, is_quiet=is_quiet)
        return
    exchanges = remote.call(operations.LIST, **choice)["exchanges"]
    _print(reversed(exchanges), is_json=is_json, is_quiet=is_quiet)
    if not exchanges:
        say(Message("wxemu: nothing was asked so far that fits", "wxemu：还没有符合条件的请求"), err=True)


def _print(exchanges: Iterable[Mapping[str, Any]], *, is_json: bool, is_quiet: bool) -> None:
    for exchange in exchanges:
        if is_json:
            show(exchange, is_json=True)
        else:
            say(show_in_line(exchange["rid"]) if is_quiet else _line(exchange))


def _line(exchange: Mapping[str, Any]) -> str:
    at = time_of(exchange["at"])
    name = exchange["name"] if exchange["api"] in (None, exchange["name"]) else f"{exchange['name']} {exchange['api']}"
    asked = name or f"{exchange['method']} {exchange['url']}"
    called = f"{asked} {exchange['function'] or ''}".rstrip()
    what = show_in_line(f"{exchange['face']:<12} {called} {_outcome(exchange)}")
    return f"{at} {exchange['rid']:<36} {what} {exchange['cost_in_ms']:.1f}ms"


def _outcome(exchange: Mapping[str, Any]) -> str:
    """What came of it; the errCode of a function's result before all, as the call itself is ok whatever that is."""
    answer = _members(exchange["response_body"])
    result = answer.get("result", answer)
    if exchange["function"] and isinstance(result, dict) and "errCode" in result:
        return f"errCode {result['errCode']}"
    return str(exchange["errcode"] or exchange["outcome"])


def _members(body: str) -> dict[str, Any]:
    from wxemu.core.journal import json_object  # noqa: PLC0415 - `wxemu --help` need not load it

    return json_object(body)


@requests.command("show")
@click.argument("rid")
@url_option
@json_option
def show_one(rid: str, url: str, *, is_json: bool) -> None:
    """One exchange, decoded on every layer. RID may be an errmsg with a rid in it, or the request id of an answer."""
    exchange = connect(url).call(operations.SHOW, rid=_id_in(rid))
    if is_json:
        show(exchange, is_json=True)
    else:
        say("\n".join(_on_every_layer(exchange)))


def _on_every_layer(exchange: DecodedExchange) -> Iterator[str]:
    yield _line(exchange)
    facts = {name: exchange[name] for name in ("appid", "request_id", "client_ip", "user_agent", "remark")}
    yield from (f"  {name:<10} {show_in_line(value)}" for name, value in facts.items() if value)
    for direction, head, body in (
        ("request", f"{exchange['method']} {exchange['url']}", exchange["request_body"]),
        ("response", f"HTTP {exchange['status']}", exchange["response_body"]),
    ):
        yield f"\n{direction}: {show_in_line(head)}"
        layers = [layer for layer in exchange["layers"] if layer["direction"] == direction]
        for layer in layers:
            where = f" in {layer['place']}" if layer["place"] else ""
            yield f"  {show_in_line(layer['form'] + where)}"
            yield indent(escape_unseen(json.dumps(layer["content"], ensure_ascii=False, indent=2)), "    ")
        if not layers and body:
            yield indent(show_unseen(body), "    ")


@requests.command()
@click.argument("rid")
@url_option
@json_option
def replay(rid: str, url: str, *, is_json: bool) -> None:
    """Send the same request again, with the credentials of now, and show what the answers differ in."""
    answer = connect(url).call(operations.REPLAY, rid=_id_in(rid))
    if is_json:
        show(answer, is_json=True)
        return
    say(_line(answer["exchange"]))
    for change in answer["differences"]:
        changed = Message(
            "  {place}: {before} became {now}",
            "  {place}：{before} 变为 {now}",
            place=show_in_line(change["place"]),
            before=repr(change["before"]),
            now=repr(change["now"]),
        )
        say(changed)
    if not answer["differences"]:
        say(Message("  answered as before", "  应答与之前相同"))


@click.command()
@click.argument("rid")
@url_option
@json_option
def explain(rid: str, url: str, *, is_json: bool) -> None:
    """Tell why a call was answered as it was, and what to do.

    Also what else was tried to find that out. RID may be an errmsg with a rid in it, or the request id of the gateway's
    or of a function's call. The name of a mistake, or a reason that verifySignature gave, is explained without an
    emulator.

    \b
    Examples:
      wxemu explain 6553f100-0a1b2c3d-4e5f6071
      wxemu explain "invalid signature rid: 6553f100-0a1b2c3d-4e5f6071" --json
      wxemu explain challenge_used --lang zh
    """
    language = messages.of_environment()
    from wxemu.explain import MISTAKES  # noqa: PLC0415 - `wxemu --help` need not load it

    if rid in MISTAKES:
        mistake = MISTAKES[rid]
        if is_json:
            show(mistake.document(language), is_json=True)
        else:
            happened, advice = (message.in_language(language) for message in (mistake.happened, mistake.advice))
            say(f"{happened}\n  {_TO_DO.in_language(language)}{advice}")
        return
    answer = connect(url).call(operations.EXPLAIN, rid=_id_in(rid), lang=language)
    if is_json:
        show(answer, is_json=True)
    else:
        say("\n".join(_describe(answer, language)))


def _describe(explanation: Explanation, language: Language) -> Iterable[str]:
    yield show_in_line(explanation["verdict"])
    for finding in explanation["findings"]:
        if finding["is_cause"]:
            yield f"\n  {show_in_line(finding['name'])}: {show_in_line(finding['result'])}"
            yield f"  {_TO_DO.in_language(language)}{show_in_line(finding['advice'])}"
    facts = map(show_in_line, explanation["evidence"])
    yield from [f"\n  {fact}" if at == 0 else f"  {fact}" for at, fact in enumerate(facts)]
    ruled_out = [finding["tried"] for finding in explanation["findings"] if not finding["is_cause"]]
    if ruled_out:
        tried = Message(
            "Tried as well, without result: {tried}.",
            "还尝试过，但没有结果：{tried}。",
            tried=tuple(ruled_out),
        )
        yield f"\n  {tried.in_language(language)}"


def _id_in(text: str) -> str:
    from wxemu.core.journal import ids_in  # noqa: PLC0415 - `wxemu --help` need not load it

    return next(iter(ids_in(text)), text)
