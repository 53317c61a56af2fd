"""Answers on what was asked and answered, decoded, explained, and as it comes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, cast

from werkzeug.exceptions import NotFound

from wxemu.control.operations import exchanges as operations
from wxemu.control.operations.limit import MOST
from wxemu.core import journal
from wxemu.core.function_calls import function_of
from wxemu.core.http import layers
from wxemu.core.http.language import say
from wxemu.core.http.serving import answers
from wxemu.core.http.streams import json_lines
from wxemu.core.messages import Message
from wxemu.explain import explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask import Response

    from wxemu.control.operations.exchanges import (
        Choice,
        DecodedExchange,
        Exchange,
        Exchanges,
        ExplainedExchange,
        Explanation,
        NamedExchange,
    )
    from wxemu.control.platform import Platform
    from wxemu.core.world import World

DEFAULT_LIMIT: Final = 50


def document(world: World, exchange: journal.Exchange) -> Exchange:
    """An exchange as our interface shows it."""
    members = asdict(exchange)
    for name in ("layers", "token_digest"):
        del members[name]
    function, given = function_of(exchange), exchange.parameters if exchange.api else None
    shown = {**members, "function": function, "given": given}
    return cast("Exchange", world.secret_values.strike_out(shown))


def require_exchange(world: World, rid: str) -> journal.Exchange:
    """The exchange that a path names.

    :raises NotFound: there is none.
    """
    with world.transaction():
        exchange = journal.look_up(world, rid)
    if exchange is None:
        nobody = Message(
            "no exchange has the rid {rid}; `wxemu requests` shows the latest",
            "没有 rid 为 {rid} 的请求；可用 `wxemu requests` 查看最近的请求",
            rid=repr(rid),
        )
        raise NotFound(say(nobody))
    return exchange


@answers(operations.LIST)
def list_exchanges(platform: Platform, given: Choice) -> Exchanges:
    """The latest of a choice, newest first."""
    with platform.world.transaction():
        latest = journal.list_latest(platform.world, choice=_choice(given), limit=_limit(given, DEFAULT_LIMIT))
    return {"exchanges": [document(platform.world, exchange) for exchange in latest]}


@answers(operations.SHOW)
def show_exchange(platform: Platform, given: NamedExchange) -> DecodedExchange:
    """One, with its layers."""
    world = platform.world
    exchange = require_exchange(world, given["rid"])
    found = world.secret_values.strike_out([layer.document() for layer in layers.of(exchange)])
    return cast("DecodedExchange", {**document(world, exchange), "layers": found})


@answers(operations.EXPLAIN)
def explain_exchange(platform: Platform, given: ExplainedExchange) -> Explanation:
    """Why one was answered as it was."""
    exchange = require_exchange(platform.world, given["rid"])
    explained = explain(platform.world, exchange, given.get("lang", "en"))
    explanation = platform.world.secret_values.strike_out(explained)
    return cast("Explanation", {**asdict(explanation), "causes": list(explanation.causes)})


@answers(operations.FOLLOW)
def follow_exchanges(platform: Platform, given: Choice) -> Response:
    """The latest of a choice in their order, then each as it comes."""
    world, choice, limit = platform.world, _choice(given), _limit(given, 0)
    with world.transaction():
        number = journal.last_number(world)
        kept = journal.list_latest(world, choice=choice, limit=limit)[::-1]
    return platform.exchanges.open(json_lines(_news(world, choice, kept, number)))


def _news(
    world: World, choice: journal.Choice, kept: list[journal.Exchange], number: int
) -> Iterator[list[Mapping[str, Any]]]:
    while True:
        yield [document(world, exchange) for exchange in kept]
        number = kept[-1].number if kept else number
        kept = journal.after(world, number, choice)


def _choice(given: Choice) -> journal.Choice:
    return journal.Choice(
        appid=given.get("appid"),
        api=given.get("api"),
        face=given.get("face"),
        errcode=given.get("errcode"),
        request_id=given.get("request_id"),
        text=given.get("q") or None,
        is_failure=True if given.get("failed") else None,
        since=given.get("since"),
        before=given.get("before"),
    )


def _limit(given: Choice, default: int) -> int:
    return min(given.get("limit", default), MOST)
