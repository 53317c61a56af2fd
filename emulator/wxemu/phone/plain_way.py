"""What a mini program does on its phone, answered without Flask."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.our_failures import refuse
from wxemu.core.http.plain import PlainResponse
from wxemu.core.http.recording import Entry
from wxemu.core.http.serving import read_sent
from wxemu.core.steps import POSTPONE, Postponed, take_turns
from wxemu.phone.recording import FACE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIEnvironment

    from flask import Flask, Response

    from wxemu.core.http.operations import Operation
    from wxemu.core.http.our_failures import Statuses
    from wxemu.core.http.plain import Answered, Asked
    from wxemu.core.http.plain_way import Answer
    from wxemu.core.lane import Lane
    from wxemu.core.steps import Steps
    from wxemu.core.world import World

    Run = Callable[[Entry, Any], PlainResponse | Steps[PlainResponse]]

_PATH: Final = re.compile(r"(/phone/v1/phones/)([\w-]+)(/\w+)", re.ASCII)

_LATER: Final = PlainResponse(b"", "text/plain")
"""In place of an answer that is postponed; nobody gets it."""


class PlainOperations:
    """The operations that need no Flask, but where a request has a query.

    :param app: words the failures.
    :param operations: what answers each; all have JSON, and the phone's id in the path.
    :param lane: for threads that answer in steps.
    """

    def __init__(
        self,
        world: World,
        app: Flask,
        operations: Mapping[Operation[..., Any, Any], Run],
        statuses: Statuses,
        *,
        lane: Lane,
    ) -> None:
        self._world = world
        self._app = app
        self._by_path = {operation.path: (operation, run) for operation, run in operations.items()}
        self._statuses = statuses
        self._lane = lane

    def find(self, environ: WSGIEnvironment) -> Answer | None:
        """What answers a request, if it is for one of them."""
        path = _PATH.fullmatch(environ["PATH_INFO"])
        known = None if path is None else self._by_path.get(f"{path[1]}{{phoneId}}{path[3]}")
        if path is None or known is None or environ.get("QUERY_STRING"):
            return None
        operation, run = known
        is_asked = environ["REQUEST_METHOD"] == operation.method
        return partial(self._answer, operation, run, path[2]) if is_asked else None

    def _answer(self, operation: Operation[..., Any, Any], run: Run, phone_id: str, asked: Asked) -> Answered:
        try:
            world = self._world
            exchange = Entry(face=FACE, asked=asked, rid=world.randomness.uuid(), at=world.clock.now())
            answered = run(exchange, read_sent(operation, asked.get_data(), {"phoneId": phone_id}))
        except Exception as error:  # noqa: BLE001 - whatever it is, it has an answer
            return self._refuse(asked.environ, error)
        return answered if isinstance(answered, PlainResponse) else self._take(self._answering(asked, answered))

    def _take(self, steps: Steps[Answered]) -> Answered:
        postpone = POSTPONE.get()
        if postpone is None:
            return take_turns(steps, self._lane)
        postpone(Postponed(steps, self._lane))
        return _LATER

    def _answering(self, asked: Asked, steps: Steps[PlainResponse]) -> Steps[Answered]:
        try:
            return (yield from steps)
        except Exception as error:  # noqa: BLE001 - as above
            return self._refuse(asked.environ, error)

    def _refuse(self, environ: WSGIEnvironment, error: Exception) -> Response:
        with self._app.request_context(environ):
            refused = refuse(self._statuses, error)
        refused.vary.add("Origin")
        return refused
