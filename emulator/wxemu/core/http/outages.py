"""What a fault does to an answer on its way: the connection is cut, or a proxy in between answers instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from wxemu.core.faults import Fault

PAGE_TYPE: Final = "text/html"
"""Of what a proxy answers, which is never the JSON that a client waits for."""
_PAGE: Final = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\n"


class CutConnection(Response):
    """No answer: the connection ends without a byte, which the edge sees to."""

    default_status = 0

    def __call__(self, _environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
        """:raises ConnectionAbortedError: always."""
        raise ConnectionAbortedError("a fault cuts the connection")


def response(fault: Fault) -> Response:
    """What the client gets in place of an answer.

    :param fault: one that ``is_outage``.
    """
    if fault.is_abort:
        return CutConnection()
    page = Response(status=fault.status, content_type=PAGE_TYPE)
    page.set_data(_PAGE.format(status=page.status) if fault.body is None else fault.body)
    return page
