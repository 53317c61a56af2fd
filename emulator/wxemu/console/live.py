"""``/live``: server-sent events that name what has changed, so that a page shows it without being asked."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from flask import Response, request

from wxemu.console import log
from wxemu.console.page import chosen_app
from wxemu.core import faults, journal
from wxemu.core.http import body
from wxemu.scf import invocation_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wxemu.core.http.streams import Streams
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.feed import Listener

TOPICS: Final[Mapping[str, Callable[[World, Deployment], object]]] = {
    "requests": lambda world, _: journal.last_number(world),
    "invocations": lambda world, _: invocation_records.find_last_number(world),
    "instances": lambda _, deployment: [
        (running.process, running.is_busy, running.invocations) for running in deployment.instances()
    ],
    "faults": lambda world, _: faults.waiting(world),
    "clock": lambda world, _: world.clock.state(),
    "seconds": lambda world, _: int(world.clock.now()),
    "state": lambda world, _: world.store.writes(),
}
"""What a page may follow, each with a value that differs once something has changed; ``state`` is anything at all."""
POLL_SECONDS: Final = 0.25
"""Between two looks; however much has changed in between, a page hears of it once."""
_COMMENT: Final = ":\n\n"


def followed(world: World, deployment: Deployment, streams: Streams) -> Response:
    """Events of the topics in ``?on=``, separated by commas, until the page is left.

    With ``?log=`` the lines that a function says besides, each as it comes.

    :raises BodyError: an unknown topic.
    :raises TooManyRequests: as many pages as may be are followed already.
    """
    topics = [body.member(topic, TOPICS) for topic in request.args.get("on", "").split(",")]
    function, app = request.args.get("log"), chosen_app(world)
    listener = None if function is None or app is None else log.listener(deployment, app, function)
    return streams.open(
        _news(world, deployment, topics, listener),
        content_type="text/event-stream",
        heartbeat=_COMMENT,
        wait=lambda _: time.sleep(POLL_SECONDS) if listener is None else listener.wait(POLL_SECONDS),
    )


def _news(
    world: World, deployment: Deployment, topics: Sequence[str], listener: Listener | None
) -> Iterator[list[str]]:
    """What to tell, each time one asks: at first that the page is followed from now on."""
    seen = {topic: TOPICS[topic](world, deployment) for topic in topics}
    yield [_event("following", topics)]
    while True:
        now = {topic: TOPICS[topic](world, deployment) for topic in topics}
        changed = [topic for topic in topics if now[topic] != seen[topic]]
        seen = now
        lines = [] if listener is None else listener.take()
        said = [_event("said", [log.shown(line.text) for line in lines])] if lines else []
        yield [*said, _event("changed", changed)] if changed else said


def _event(name: str, told: object) -> str:
    return f"event: {name}\ndata: {json.dumps(told)}\n\n"
