"""``wxemu requests`` and ``wxemu explain``: what was asked and answered, and why."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.cli.options import connect, json_option, say, show, url_option
from wxemu.control.operations import exchanges as operations
from wxemu.core import messages
from wxemu.core.messages import LANGUAGES, Message
from wxemu.core.text import show_in_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wxemu.control.operations.exchanges import Choice, Explanation
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
            _print(remote.follow(operations.FOLLOW, **choice), is_json=is_json)
        return
    exchanges = remote.call(operations.LIST, **choice)["exchanges"]
    _print(reversed(exchanges), is_json=is_json)
    if not exchanges:
        click.echo("wxemu: nothing was asked so far that fits", err=True)


def _print(exchanges: Iterable[Mapping[str, Any]], *, is_json: bool) -> None:
    for exchange in exchanges:
        if is_json:
            show(exchange, is_json=True)
        else:
            say(_line(exchange))


def _line(exchange: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(exchange["at"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = exchange["name"] if exchange["api"] in (None, exchange["name"]) else f"{exchange['name']} {exchange['api']}"
    asked = name or f"{exchange['method']} {exchange['url']}"
    outcome = exchange["errcode"] or (exchange["outcome"] if exchange["is_failure"] else exchange["status"])
    what = show_in_line(f"{exchange['face']:<12} {asked} {outcome}")
    return f"{at} {exchange['rid']:<36} {what} {exchange['cost_in_ms']:.1f}ms"


@requests.command("show")
@click.argument("rid")
@url_option
@json_option
def show_one(rid: str, url: str, *, is_json: bool) -> None:
    """One exchange, decoded on every layer. RID may be an errmsg with a rid in it, or the request id of an answer."""
    show(connect(url).call(operations.SHOW, rid=_id_in(rid)), is_json=is_json)


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
        say(f"  {show_in_line(change['place'])}: {change['before']!r} became {change['now']!r}")
    if not answer["differences"]:
        click.echo("  answered as before")


@click.command()
@click.argument("rid")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Of the explanation; else as WXEMU_LANG or LANG says.")
@url_option
@json_option
def explain(rid: str, lang: Language | None, url: str, *, is_json: bool) -> None:
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
    language = lang or messages.of_environment()
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
