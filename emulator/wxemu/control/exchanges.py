"""``/emulator/v1/exchanges``: what was asked and answered, decoded, explained, and as it comes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request
from werkzeug.exceptions import NotFound

from wxemu.control import codec
from wxemu.core import journal
from wxemu.core.http import layers
from wxemu.core.http.body import BodyError
from wxemu.core.http.streams import json_lines
from wxemu.core.journal import Choice
from wxemu.explain import explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.http.streams import Streams
    from wxemu.core.journal import Exchange
    from wxemu.core.world import World
    from wxemu.explain import Explanation

DEFAULT_LIMIT: Final = 50
_MOST_DIGITS: Final = 15


def document(exchange: Exchange) -> dict[str, Any]:
    """An exchange as our interface shows it."""
    shown = asdict(exchange)
    for name in ("layers", "token_digest"):
        del shown[name]
    return {**shown, "given": exchange.parameters if exchange.api else None}


def explanation_document(explained: Explanation) -> dict[str, Any]:
    """An explanation as our interface shows it."""
    return {**asdict(explained), "causes": list(explained.causes)}


def find(world: World, rid: str) -> Exchange:
    """The exchange that a path names.

    :raises NotFound: there is none.
    """
    with world.transaction():
        found = journal.look_up(world, rid)
    if found is None:
        raise NotFound(f"no exchange has the rid {rid!r}")
    return found


def listed(world: World) -> Response:
    """The latest of a choice, newest first."""
    choice, limit = _choice(), codec.limit(DEFAULT_LIMIT)
    with world.transaction():
        found = journal.recent(world, choice=choice, limit=limit)
    return jsonify({"exchanges": [document(exchange) for exchange in found]})


def shown(world: World, rid: str) -> Response:
    """One, with its layers."""
    exchange = find(world, rid)
    return jsonify({**document(exchange), "layers": [layer.document() for layer in layers.of(exchange)]})


def explained(world: World, rid: str) -> Response:
    """Why one was answered as it was."""
    return jsonify(explanation_document(explain(world, find(world, rid))))


def followed(world: World, streams: Streams) -> Response:
    """The latest of a choice in their order, then each as it comes: NDJSON.

    :raises BodyError: what cannot be asked for.
    """
    choice, limit = _choice(), codec.limit(0)
    with world.transaction():
        number = journal.last_number(world)
        kept = journal.recent(world, choice=choice, limit=limit)[::-1]
    return streams.open(json_lines(_news(world, choice, kept, number)))


def _news(world: World, choice: Choice, kept: list[Exchange], number: int) -> Iterator[list[dict[str, Any]]]:
    while True:
        yield [document(exchange) for exchange in kept]
        number = kept[-1].number if kept else number
        kept = journal.after(world, number, choice)


def _choice() -> Choice:
    asked = request.args
    return Choice(
        appid=asked.get("appid"),
        api=asked.get("api"),
        face=asked.get("face"),
        errcode=asked.get("errcode"),
        request_id=asked.get("request_id"),
        text=asked.get("q") or None,
        is_failure=True if codec.flag("failed") else None,
        since=_number("since"),
        before=_number("before"),
    )


def _number(name: str) -> int | None:
    """A whole number of the query, or ``None`` without it.

    :raises BodyError: anything else.
    """
    text = request.args.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS:
        raise BodyError(f"{name}: expected a whole number, got {text!r}")
    return int(text)
