"""What a face tells the journal about the request that it answers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from flask import g, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException

from wxemu.core import apps, journal, troubles
from wxemu.core.outcome import OK, Outcome, of_status
from wxemu.core.text import is_text

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from wxemu.core.http.layers import Layer
    from wxemu.core.http.plain import Answered, Asked
    from wxemu.core.world import World

RECORDED: Final = "wxemu.recorded"
"""Where a list in the WSGI environment of a request, if there is one, gets the number of the exchange that is kept."""


@runtime_checkable
class HasDocument(Protocol):
    """A parameter that JSON has no form for, such as a file, and that says how it is shown."""

    def document(self) -> Mapping[str, Any]:
        """As JSON."""


def _present_request() -> Asked:
    present: Asked = request_ctx.request  # looked for once: the proxy does it each time
    return present


@dataclass(kw_only=True)
class Entry:
    """An exchange while it lasts: a face fills in what it learns, and keeps it with its answer.

    :param asked: the request, by default Flask's present one.
    :param rid, at, face, name, appid, api, errcode, request_id, token_digest, remark: as of ``journal.Exchange``.
    :param outcome: what the answer says came of it; its HTTP status speaks for itself.
    :param env: names the app where ``appid`` is not known.
    :param given: the openapi's parameters, where the body is not just these, or ``journal.IN_QUERY``.
    :param request_body: what is kept of the body, where it is not to be kept as it came; so ``response_body``.
    :param layers: what the face found inside the bodies, where they are no text.
    """

    face: str
    asked: Asked = field(default_factory=_present_request, repr=False)
    rid: str = ""
    at: float = 0.0
    name: str = ""
    appid: str | None = None
    env: str | None = None
    api: str | None = None
    errcode: int | str | None = None
    request_id: str | None = None
    given: Mapping[str, Any] | str | None = None
    request_body: str | None = None
    response_body: str | None = None
    layers: tuple[Layer, ...] = ()
    token_digest: str | None = None
    remark: str | None = None
    outcome: Outcome = OK
    started: float = field(default_factory=time.perf_counter)
    is_kept: bool = False

    @property
    def client_ip(self) -> str:
        """Where the request comes from."""
        return self.asked.remote_addr or ""

    def fail(self, errcode: int | str) -> None:
        """Note that the request is answered by a failure with this code."""
        self.errcode, self.outcome = errcode, Outcome(str(errcode), is_failure=True)

    def keep(self, world: World, response: Answered) -> None:
        """Put the exchange into the journal, in the transaction that goes on."""
        self.is_kept = True
        asked = self.asked
        outcome = self.outcome if self.outcome.is_failure else of_status(response.status_code)
        outcome = outcome if outcome.is_failure else self.outcome
        response_body = "" if response.is_streamed else response.get_data().decode(errors="backslashreplace")
        app = None if self.appid is not None or self.env is None else apps.find_by_env(world, self.env)
        number = journal.record(
            world,
            journal.Exchange(
                rid=self.rid,
                at=self.at,
                face=self.face,
                name=self.name,
                appid=self.appid if app is None else app.appid,
                method=asked.method,
                url=asked.full_path.rstrip("?"),
                request_body=_body_as_text(asked) if self.request_body is None else self.request_body,
                response_body=response_body if self.response_body is None else self.response_body,
                cost_in_ms=(time.perf_counter() - self.started) * 1000,
                client_ip=self.client_ip,
                user_agent=asked.environ.get("HTTP_USER_AGENT", ""),
                status=response.status_code,
                api=self.api,
                errcode=None if self.errcode is None else str(self.errcode),
                request_id=self.request_id,
                given=_json(self.given) if isinstance(self.given, Mapping) else self.given,
                layers=_json([layer.document() for layer in self.layers]) if self.layers else None,
                token_digest=self.token_digest,
                remark=self.remark,
                outcome=outcome.words,
                is_failure=outcome.is_failure,
            ),
        )
        asked.environ.get(RECORDED, []).append(number)

    def keep_at_last(self, world: World, response: Answered) -> None:
        """The same in a transaction of its own, unless it is kept already."""
        if not self.is_kept:
            try:
                with world.transaction():
                    self.keep(world, response)
            except troubles.TROUBLES as error:  # the answer stands, though the journal lacks it
                troubles.tell(error)


def _body_as_text(asked: Asked) -> str:
    try:
        return asked.get_data().decode(errors="backslashreplace")
    except HTTPException:  # too long, or the client went away: that is why it was refused
        return ""


def _json(value: object) -> str:
    # A parameter may hold a lone surrogate, or a file's bytes.
    text = _ENCODER.encode(value)
    return text if is_text(text) else text.encode(errors="backslashreplace").decode()


def _shown(value: object) -> object:
    return value.document() if isinstance(value, HasDocument) else repr(value)


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, default=_shown)


def entry() -> Entry:
    """The present request's, on a face that keeps its exchanges."""
    present: Entry = g.entry
    return present


def keep_exchanges(
    routes: Blueprint, world: World, *, face: str, is_body_kept: bool = True, is_unnamed_kept: bool = True
) -> None:
    """Have a face number its requests, with a UUID, and record them with their answers.

    :param is_body_kept: false for a face whose bodies are credentials and nothing else.
    :param is_unnamed_kept: false for a face of which only what it names is an exchange.
    """

    @routes.before_request
    def _number() -> None:
        g.entry = present = Entry(face=face)  # now, as a refusal needs it even where the state does not work
        if not is_body_kept:
            present.request_body = ""
        present.rid = world.randomness.uuid()
        present.at = world.clock.now()

    @routes.after_request
    def _record(response: Response) -> Response:
        is_exchange = request.method != "OPTIONS" and (is_unnamed_kept or entry().name)
        if is_exchange:
            entry().keep_at_last(world, response)
        return response
