"""Streams that clients follow: text that comes for as long as somebody reads it."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from flask import Response, current_app
from werkzeug.exceptions import TooManyRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

JSON_LINES: Final = "application/x-ndjson"
EMPTY_LINE: Final = "\n"
MOST_FOLLOWERS: Final = 50
"""Streams of a kind at one time: each holds a thread of the server as long as its client stays."""
POLL_SECONDS: Final = 0.1
"""Between two looks at what is new: whichever process it came from, it is in the store."""
HEARTBEAT_SECONDS: Final = 1.0
"""Something is written at least so often: only by writing does the server notice that a client has gone."""


class Streams:
    """The streams of one kind that clients follow now.

    :param kind: what they follow, for a refusal: ``the logs``.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self._open: WeakSet[Iterator[str]] = WeakSet()  # one that nobody reads any more is gone from it
        self._opening = threading.Lock()

    def opened(
        self,
        news: Iterator[Iterable[str]],
        *,
        content_type: str = JSON_LINES,
        heartbeat: str = EMPTY_LINE,
        wait: Callable[[float], object] | None = None,
    ) -> Response:
        """What is new, until the client goes.

        :param news: tells it each time it is asked, and holds no lock in between.
        :param heartbeat: what is written where there is nothing new for long, and first of all.
        :param wait: waits for so many seconds, or until there may be something new.
        :raises TooManyRequests: as many as may be are followed already.
        """
        with self._opening:
            if len(self._open) >= MOST_FOLLOWERS:
                raise TooManyRequests(f"{MOST_FOLLOWERS} clients follow {self._kind} already; end one of them")
            stream = _stream(news, heartbeat, wait or time.sleep)
            self._open.add(stream)
        return Response(stream, content_type=content_type)


def json_lines(news: Iterator[Iterable[Mapping[str, Any]]]) -> Iterator[Iterable[str]]:
    """Objects as lines of JSON; to be called while there is a request."""
    json = current_app.json
    return ([f"{json.dumps(document)}\n" for document in found] for found in news)


def _stream(news: Iterator[Iterable[str]], heartbeat: str, wait: Callable[[float], object]) -> Iterator[str]:
    silent_since = -math.inf
    for found in news:
        for text in found:
            silent_since = time.monotonic()
            yield text
        if time.monotonic() - silent_since >= HEARTBEAT_SECONDS:
            silent_since = time.monotonic()
            yield heartbeat
        wait(POLL_SECONDS)
