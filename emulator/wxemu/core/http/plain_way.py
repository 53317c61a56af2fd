"""The way past Flask, whose contexts and routing take as long as a decision: for every request but the unusual ones.

A party says what it answers so; both ways must give the same answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from wxemu.core.http.application import LARGEST_BODY
from wxemu.core.http.plain import PlainRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.http.plain import Answered, Asked, PlainResponse

    Answer = Callable[[Asked], Answered]
    Find = Callable[[WSGIEnvironment], Answer | None]


class PlainWay:
    """The WSGI application before Flask's, which has the requests of web pages, too long ones, and all not found here.

    :param find: what answers a request, whatever goes wrong; ``None`` if that needs Flask.
    """

    def __init__(self, access: Access, find: Find, otherwise: WSGIApplication) -> None:
        self._access = access
        self._find = find
        self._otherwise = otherwise

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""
        answer = self._find(environ)
        if answer is None or not self._is_plain(environ):
            return self._otherwise(environ, start_response)
        return answer(PlainRequest(environ))(environ, start_response)

    def takes(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is answered without Flask."""
        return self._is_plain(environ) and self._find(environ) is not None

    def _is_plain(self, environ: WSGIEnvironment) -> bool:
        return (
            self._access.is_plain(environ)
            and environ.get("QUERY_STRING", "").isascii()
            and int(environ.get("CONTENT_LENGTH") or 0) <= LARGEST_BODY
        )


def open_plain_way(app: Flask, access: Access, find: Find) -> None:
    """Have ``app`` asked only what ``find`` does not find, or what is out of the ordinary."""
    app.wsgi_app = PlainWay(access, find, app.wsgi_app)  # type: ignore[method-assign]  # as Flask has one do


def as_flasks(answer: PlainResponse | Response) -> Response:
    """The same answer on Flask's way."""
    if isinstance(answer, Response):
        return answer
    return Response(answer.data, content_type=answer.content_type, headers=answer.headers)
