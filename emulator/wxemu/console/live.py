"""``/live``: server-sent events that name what has changed, so that pages can refresh it; and log lines."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from flask import Response, request

from wxemu.console.page import chosen_app
from wxemu.core import faults, journal
from wxemu.core.http import body
from wxemu.scf import invocation_records
from wxemu.scf.invocation_records import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wxemu.core.apps import App
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
    "faults": lambda world, _: faults.list_faults(world),
    "clock": lambda world, _: world.clock.state(),
    "seconds": lambda world, _: int(world.clock.now()),
    "state": lambda world, _: world.store.writes(),
}
"""Topics that a page can follow, each with a value that differs after a change; ``state`` is any change at all."""
POLL_SECONDS: Final = 0.25
"""How often changes are looked for: all changes in between are one event."""
_COMMENT: Final = ":\n\n"


def follow(world: World, deployment: Deployment, streams: Streams) -> Response:
    """Send events for the topics in ``?on=``, separated by commas, until the page is closed.

    With ``?log=`` also the log lines of that function, as they come.

    :raises InputError: an unknown topic.
    :raises TooManyRequests: too many streams are open.
    """
    topics = [body.member(topic, TOPICS) for topic in request.args.get("on", "").split(",")]
    function, app = request.args.get("log"), chosen_app(world)
    listener = None if function is None or app is None else listen(deployment, app, function)
    return streams.open(
        _news(world, deployment, topics, listener),
        content_type="text/event-stream",
        heartbeat=_COMMENT,
        wait=lambda _: time.sleep(POLL_SECONDS) if listener is None else listener.wait(POLL_SECONDS),
    )


def _news(
    world: World, deployment: Deployment, topics: Sequence[str], listener: Listener | None
) -> Iterator[list[str]]:
    """Yield the events since the last item; the first one says that the stream has begun."""
    before = {topic: TOPICS[topic](world, deployment) for topic in topics}
    yield [_event("following", topics)]
    while True:
        now = {topic: TOPICS[topic](world, deployment) for topic in topics}
        changed = [topic for topic in topics if now[topic] != before[topic]]
        before = now
        lines = [] if listener is None else listener.take()
        log = (
            [_event("log", [classify_line(world.secret_values.strike_out(line.text)) for line in lines])]
            if lines
            else []
        )
        yield [*log, _event("changed", changed)] if changed else log


def _event(name: str, content: object) -> str:
    return f"event: {name}\ndata: {json.dumps(content)}\n\n"


def listen(deployment: Deployment, app: App, function: str) -> Listener:
    """Listen to the log lines of a function from now on."""
    return deployment.feed.listener(Choice(env=app.env, function=function))


def classify_line(line: str) -> tuple[str, str]:
    """A line of a log and its kind: ``frame`` (from the platform), ``failure``, or ``output`` (from the function)."""
    if line.startswith("ERROR RequestId: "):
        return line, "failure"
    is_frame = line.startswith(
        ("START RequestId: ", "END RequestId: ", "Report RequestId: ", "Init Report RequestId: ")
    )
    return line, "frame" if is_frame or line.startswith("Response RequestId:") else "output"
