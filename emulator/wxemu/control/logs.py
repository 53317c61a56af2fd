"""``/emulator/v1/logs``: the logs of invocations, those that were kept and those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify, request

from wxemu.control import codec
from wxemu.core.http.streams import json_lines
from wxemu.scf import invocation_records
from wxemu.scf.invocation_records import Choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.http.streams import Streams
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.feed import Listener
    from wxemu.scf.invocation_records import Record

DEFAULT_LIMIT: Final = 20


def listed(world: World) -> Response:
    """What was kept, newest first."""
    kept = invocation_records.list_latest(world, _choice(world), limit=codec.limit(DEFAULT_LIMIT))
    return jsonify({"logs": [codec.log(record) for record in kept]})


def followed(world: World, deployment: Deployment, streams: Streams) -> Response:
    """The latest logs in the order of their ends, then each as it ends; with ``lines``, each line as it comes, too.

    :raises BodyError: what cannot be asked for.
    """
    choice, is_by_line = _choice(world), codec.flag("lines")
    listener = deployment.feed.listener(choice) if is_by_line else None
    number = invocation_records.find_last_number(
        world
    )  # before what was kept is read: nothing that ends meanwhile is lost
    kept = invocation_records.list_latest(world, choice, limit=codec.limit(0))[::-1]
    number = kept[-1].number if kept else number
    news = json_lines(_news(world, choice, kept, number, listener))
    return streams.open(news, wait=None if listener is None else listener.wait)


def _news(
    world: World, choice: Choice, ended: list[Record], number: int, listener: Listener | None
) -> Iterator[list[dict[str, Any]]]:
    """What there is to tell, each time one asks."""
    while True:
        # Taken after one has looked for ends: a log that has ended by then had said its last line before.
        lines = [] if listener is None else listener.take()
        yield [*map(codec.line, lines), *map(codec.log, ended)]
        number = ended[-1].number if ended else number
        ended = invocation_records.list_after(world, number, choice)


def _choice(world: World) -> Choice:
    appid = request.args.get("appid")
    return Choice(
        env=None if appid is None else codec.app(world, appid).env,
        function=request.args.get("function"),
        request_id=request.args.get("requestId"),
    )
