"""The pages of the journal: all requests and answers, and one exchange decoded on every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import request
from werkzeug.exceptions import NotFound

from wxemu.console import story
from wxemu.console.page import chosen_appid, here, show
from wxemu.core import journal
from wxemu.core.function_calls import function_of
from wxemu.core.http import language, layers
from wxemu.core.journal import Choice
from wxemu.core.messages import Message
from wxemu.explain import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Response

    from wxemu.core.journal import Exchange
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

ROWS: Final = 50
_MOST_DIGITS: Final = 15


def page(world: World, _deployment: Deployment) -> Response:
    """The latest exchanges that match, newest first, ``ROWS`` at a time."""
    query = request.args
    before = query.get("before", "")
    choice = Choice(
        appid=chosen_appid(world),
        text=query.get("q") or None,
        face=query.get("face") or None,
        api=query.get("api") or None,
        is_failure=True if query.get("outcome") == "failed" else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS else None,
    )
    with world.transaction():
        one_more = journal.list_latest(world, choice=choice, limit=ROWS + 1)
        apis = journal.apis(world, appid=choice.appid)
    exchanges = world.secret_values.strike_out(one_more[:ROWS])
    return show(
        world,
        "requests.html",
        "requests",
        exchanges=exchanges,
        depths=story.list_depths(exchanges),
        faces=journal.FACES,
        apis=apis,
        query=query,
        is_filtered=any(query.get(name) for name in ("q", "face", "api", "outcome")),
        newest=here(before=None) if choice.before is not None else None,
        older=here(before=exchanges[-1].number) if len(one_more) > ROWS else None,
        url=request.host_url.rstrip("/"),
    )


def one(world: World, _deployment: Deployment, rid: str) -> Response:
    """One exchange with all details.

    :raises NotFound: the journal has none with this rid.
    """
    with world.transaction():
        exchange = _find(world, rid)
        explanation, related = explain(world, exchange, language.of_request()), _related(world, exchange)
        before = journal.find(world, request.args.get("again", ""))
    facts = {"explanation": explanation, "layers": layers.of(exchange), "related": related, "before": before}
    struck = world.secret_values.strike_out({"exchange": exchange, **facts})
    return show(world, "request.html", "requests", **struck)


def replay(world: World, _deployment: Deployment, rid: str, send_again: Callable[[Exchange], Exchange]) -> str:
    """Send a request again, with the current credentials.

    :param send_again: sends the request of an exchange.
    :raises NotFound: the journal has none with this rid; Conflict: it cannot be sent again.
    """
    with world.transaction():
        exchange = _find(world, rid)
    return f"/requests/{quote(send_again(exchange).rid)}?again={quote(exchange.rid)}"


def _find(world: World, rid: str) -> Exchange:
    exchange = journal.look_up(world, rid)
    if exchange is None:
        missing = Message(
            "no exchange has the rid {rid}; the journal keeps the latest {kept}",
            "没有 rid 为 {rid} 的请求；日志只保留最近 {kept} 条",
            rid=repr(rid),
            kept=journal.KEPT_EXCHANGES,
        )
        raise NotFound(language.say(missing))
    return exchange


def _related(world: World, exchange: Exchange) -> list[Exchange]:
    """The other exchanges of the same function call, and the call itself, in the order of their ends."""
    call = journal.find(world, exchange.request_id) if exchange.request_id else exchange
    if call is None or function_of(call) is None:
        return []
    earlier = journal.list_latest(world, choice=Choice(before=call.number, since=call.at), limit=ROWS)
    return [entry for entry in (*story.made_by(call, earlier[::-1]), call) if entry.number != exchange.number]
