"""The pages of the journal: what was asked and answered, and one exchange decoded on every layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import request
from werkzeug.exceptions import NotFound

from wxemu.console import story
from wxemu.console.page import chosen_appid, here, show
from wxemu.core import journal
from wxemu.core.http import layers
from wxemu.core.journal import Choice
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
    """The latest exchanges of a choice, newest first, ``ROWS`` at a time."""
    asked = request.args
    before = asked.get("before", "")
    choice = Choice(
        appid=chosen_appid(world),
        text=asked.get("q") or None,
        face=asked.get("face") or None,
        is_failure=True if asked.get("outcome") == "failed" else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) <= _MOST_DIGITS else None,
    )
    with world.transaction():
        found = journal.recent(world, choice=choice, limit=ROWS + 1)
    exchanges = found[:ROWS]
    return show(
        world,
        "requests.html",
        "requests",
        exchanges=exchanges,
        faces=journal.FACES,
        asked=asked,
        is_chosen=any(asked.get(name) for name in ("q", "face", "outcome")),
        newest=here(before=None) if choice.before is not None else None,
        older=here(before=exchanges[-1].number) if len(found) > ROWS else None,
        url=request.host_url.rstrip("/"),
    )


def one(world: World, _deployment: Deployment, rid: str) -> Response:
    """One exchange, wholly.

    :raises NotFound: the journal has none with this rid.
    """
    with world.transaction():
        found = _find(world, rid)
        explanation, related = explain(world, found), _related(world, found)
        before = journal.find(world, request.args.get("again", ""))
    return show(
        world,
        "request.html",
        "requests",
        exchange=found,
        explanation=explanation,
        layers=layers.of(found),
        related=related,
        before=before,
    )


def replay(world: World, _deployment: Deployment, rid: str, replayed: Callable[[Exchange], Exchange]) -> str:
    """Send one again, with the credentials of now.

    :param replayed: does so.
    :raises NotFound: the journal has none with this rid; Conflict: it cannot be sent again.
    """
    with world.transaction():
        found = _find(world, rid)
    return f"/requests/{quote(replayed(found).rid)}?again={quote(found.rid)}"


def _find(world: World, rid: str) -> Exchange:
    found = journal.look_up(world, rid)
    if found is None:
        raise NotFound(f"no exchange has the rid {rid!r}; the journal keeps the latest {journal.KEPT_EXCHANGES}")
    return found


def _related(world: World, exchange: Exchange) -> list[Exchange]:
    """What the same call of a function led to, and the call; in the order of their ends, ``exchange`` left out."""
    call = journal.find(world, exchange.request_id) if exchange.request_id else exchange
    if call is None or story.function_of(call) is None:
        return []
    meanwhile = journal.recent(world, choice=Choice(before=call.number, since=call.at), limit=ROWS)
    return [entry for entry in (*story.inner(call, meanwhile[::-1]), call) if entry.number != exchange.number]
