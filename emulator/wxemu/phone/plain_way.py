"""What a mini program does on its phone, answered without Flask, whose contexts and routing take as long as a login."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.application import LARGEST_BODY
from wxemu.core.http.our_failures import refuse
from wxemu.core.http.plain import PlainRequest
from wxemu.core.http.recording import Entry
from wxemu.core.http.serving import read_sent
from wxemu.phone.recording import FACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask, Response

    from wxemu.core.http.access import Access
    from wxemu.core.http.operations import Operation
    from wxemu.core.http.our_failures import Statuses
    from wxemu.core.http.plain import Answered, PlainResponse
    from wxemu.core.world import World

    Run = Callable[[Entry, Any], PlainResponse]

_PATH: Final = re.compile(r"(/phone/v1/phones/)([\w-]+)(/\w+)", re.ASCII)


class PlainWay:
    """The WSGI application before Flask's, which has the requests that are out of the ordinary: pages', with a token.

    :param app: answers every request that is none of the operations', or is no plain one.
    :param operations: what answers each; all have JSON, and the phone's id in the path.
    """

    def __init__(
        self,
        world: World,
        access: Access,
        app: Flask,
        operations: Mapping[Operation[..., Any, Any], Run],
        statuses: Statuses,
    ) -> None:
        self._world = world
        self._access = access
        self._app = app
        self._otherwise = app.wsgi_app
        self._by_path = {operation.path: (operation, run) for operation, run in operations.items()}
        self._statuses = statuses

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, as WSGI wants it."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        known = None if path is None else self._by_path.get(f"{path[1]}{{phoneId}}{path[3]}")
        if path is None or known is None or not self._is_plain(environ, known[0]):
            return self._otherwise(environ, start_response)
        operation, run = known
        answer: Answered
        try:
            asked, world = PlainRequest(environ), self._world
            exchange = Entry(face=FACE, asked=asked, rid=world.randomness.uuid(), at=world.clock.now())
            answer = run(exchange, read_sent(operation, asked.get_data(), {"phoneId": path[2]}))
        except Exception as error:  # noqa: BLE001 - whatever it is, it has an answer
            answer = self._refuse(environ, error)
        return answer(environ, start_response)

    def _is_plain(self, environ: WSGIEnvironment, operation: Operation[..., Any, Any]) -> bool:
        return (
            environ["REQUEST_METHOD"] == operation.method
            and not environ.get("QUERY_STRING")
            and self._access.control_token is None
            and self._access.is_plain(environ)
            and int(environ.get("CONTENT_LENGTH") or 0) <= LARGEST_BODY
        )

    def _refuse(self, environ: WSGIEnvironment, error: Exception) -> Response:
        with self._app.request_context(environ):
            refused = refuse(self._statuses, error)
        refused.vary.add("Origin")
        return refused
