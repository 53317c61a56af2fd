"""``/emulator/v1/logs``: the logs of invocations, those that were kept and those to come."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from flask import Response, current_app, jsonify, request

from emulator.control import codec
from emulator.control.errors import failure
from emulator.world import invocations
from emulator.world.invocations import Choice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.json.provider import JSONProvider

    from emulator.world.invocations import Record
    from emulator.world.world import World

DEFAULT_LIMIT: Final = 20
MOST_FOLLOWERS: Final = 50
"""Streams at one time: each holds a thread of the server as long as its client stays."""
POLL_SECONDS: Final = 0.1
"""Between two looks at what has ended: whichever process ran the function, it is in the store."""
HEARTBEAT_SECONDS: Final = 1.0
"""An empty line at least so often: only by writing does the server notice that a client has gone."""


def listed(world: World) -> Response:
    """What was kept, newest first."""
    kept = invocations.latest(world, _choice(world), limit=codec.limit(DEFAULT_LIMIT))
    return jsonify({"logs": [codec.log(record) for record in kept]})


class Streams:
    """The streams of logs that clients follow now."""

    def __init__(self) -> None:
        self._open: WeakSet[Iterator[str]] = WeakSet()  # one that nobody reads any more is gone from it
        self._opening = threading.Lock()

    def opened(self, world: World) -> Response:
        """The latest logs in the order in which they ended, then each as it ends, until the client goes: NDJSON."""
        choice = _choice(world)
        number = invocations.last_number(world)  # before what was kept is read: nothing that ends meanwhile is lost
        kept = invocations.latest(world, choice, limit=codec.limit(0))[::-1]
        number = kept[-1].number if kept else number
        with self._opening:
            if len(self._open) >= MOST_FOLLOWERS:
                return failure(429, f"{MOST_FOLLOWERS} clients follow the logs already; end one of them")
            stream = _stream(world, choice, current_app.json, kept, number)
            self._open.add(stream)
        return Response(stream, content_type="application/x-ndjson")


def _stream(world: World, choice: Choice, json: JSONProvider, ended: Sequence[Record], number: int) -> Iterator[str]:
    """Lines of JSON, and empty ones in between, the first at once; while it waits it holds no lock."""
    silent_since = -math.inf
    while True:
        for record in ended:
            number = record.number
            yield f"{json.dumps(codec.log(record))}\n"
        now = time.monotonic()
        if ended:
            silent_since = now
        elif now - silent_since >= HEARTBEAT_SECONDS:
            silent_since = now
            yield "\n"
        time.sleep(POLL_SECONDS)
        ended = invocations.after(world, number, choice)


def _choice(world: World) -> Choice:
    appid = request.args.get("appid")
    return Choice(
        env=None if appid is None else codec.app(world, appid).env,
        function=request.args.get("function"),
        request_id=request.args.get("requestId"),
    )
