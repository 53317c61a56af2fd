"""Streams that clients follow: answers whose text goes on until the client leaves."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from flask import Response, current_app
from werkzeug.exceptions import TooManyRequests

from wxemu.core.http.language import say
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

JSON_LINES: Final = "application/x-ndjson"
EMPTY_LINE: Final = "\n"
MOST_FOLLOWERS: Final = 50
"""Open streams of one kind: each holds a thread of the server until its client leaves."""
POLL_SECONDS: Final = 0.1
"""How often the store is asked for news, which may come from any process."""
HEARTBEAT_SECONDS: Final = 1.0
"""How often something is written at least: only a write shows the server that a client has left."""


class Streams:
    """The open streams of one kind.

    :param kind: what clients follow, for the text of a refusal.
    """

    def __init__(self, kind: Message) -> None:
        self._kind = kind
        self._open: WeakSet[Iterator[str]] = WeakSet()  # a stream without a reader disappears from it
        self._opening = threading.Lock()

    def open(
        self,
        news: Iterator[Iterable[str]],
        *,
        content_type: str = JSON_LINES,
        heartbeat: str = EMPTY_LINE,
        wait: Callable[[float], object] | None = None,
    ) -> Response:
        """Answer with the news until the client leaves.

        :param news: yields what is new since its last item, and holds no lock in between.
        :param heartbeat: is written first, and after a second without news.
        :param wait: waits for a number of seconds, or until there may be news.
        :raises TooManyRequests: ``MOST_FOLLOWERS`` streams are open.
        """
        with self._opening:
            if len(self._open) >= MOST_FOLLOWERS:
                too_many = Message(
                    "{most} clients follow {kind} already; end one of them",
                    "已有 {most} 个客户端在接收 {kind}；请先结束其中一个",
                    most=MOST_FOLLOWERS,
                    kind=self._kind,
                )
                raise TooManyRequests(say(too_many))
            stream = _stream(news, heartbeat, wait or time.sleep)
            self._open.add(stream)
        return Response(stream, content_type=content_type)


def json_lines(news: Iterator[Iterable[Mapping[str, Any]]]) -> Iterator[Iterable[str]]:
    """Objects as lines of JSON. Call it within a request."""
    json = current_app.json
    return ([f"{json.dumps(document)}\n" for document in documents] for documents in news)


def _stream(news: Iterator[Iterable[str]], heartbeat: str, wait: Callable[[float], object]) -> Iterator[str]:
    silent_since = -math.inf
    for texts in news:
        for text in texts:
            silent_since = time.monotonic()
            yield text
        if time.monotonic() - silent_since >= HEARTBEAT_SECONDS:
            silent_since = time.monotonic()
            yield heartbeat
        wait(POLL_SECONDS)
