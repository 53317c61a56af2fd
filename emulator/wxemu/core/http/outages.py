"""What a fault does to an answer on its way: it comes late, is cut off, or a proxy in between answers instead.

OutageError
    Neither WeChat nor the gateway has answered; ``fault`` tells what happened instead.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIEnvironment

    from wxemu.core.faults import Fault

MOST_LATE: Final = 400
"""Answers that are late at one time: each holds a thread of the server, and further ones come at once, so that there
is one left to take the fault away."""
_LATE: Final = threading.BoundedSemaphore(MOST_LATE)
PAGE_TYPE: Final = "text/html"
"""Of what a proxy answers, which is never the JSON that a client waits for."""
_PAGE: Final = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"


class OutageError(Exception):
    """Neither WeChat nor the gateway has answered."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.remark)


class CutConnection(Response):
    """No answer: the connection ends without a byte."""

    default_status = 0

    def __call__(self, _environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Give a head that cannot be sent: granian then drops the connection, before anything went out [run]."""
        start_response("200 OK", [("Content-Length", "none")])
        return _nothing()


def _nothing() -> Iterator[bytes]:
    """A body that no length is known of, as the head above must not have; whoever reads it finds no answer either."""
    raise ConnectionAbortedError("the connection was cut, as a fault wants it")
    yield b""


def passed(answer: Response, fault: Fault | None) -> Response:
    """What becomes of ``answer`` under ``fault``, but for the time that it takes: see ``wait``."""
    if fault is None:
        return answer
    if fault.is_abort:
        return CutConnection()
    if fault.status is not None:
        page = Response(status=fault.status, content_type=PAGE_TYPE)
        page.set_data(_PAGE.format(status=page.status) if fault.body is None else fault.body)
        return page
    return answer


def wait(fault: Fault | None) -> None:
    """Let the fault's latency pass, in real time; not within a decision, which nobody else could make meanwhile."""
    if fault is not None and fault.latency_ms and _LATE.acquire(blocking=False):
        try:
            time.sleep(fault.latency_ms / 1000)
        finally:
            _LATE.release()
