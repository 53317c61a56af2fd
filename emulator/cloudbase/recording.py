"""Exchanges of the faces for web apps, kept in the journal like WeChat's."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from emulator.world import apps, journal

if TYPE_CHECKING:
    from flask import Blueprint

    from emulator.world.world import World


def keep_exchanges(routes: Blueprint, world: World, *, is_body_kept: bool = True) -> None:
    """Have a face number its requests and record them.

    The face tells what it learns of a request in ``flask.g``: ``operation``, ``env``, ``request_id``.

    :param is_body_kept: false for a face whose bodies are credentials and nothing else.
    """

    @routes.before_request
    def _number() -> None:
        g.started = time.perf_counter()
        g.operation, g.env, g.request_id = "", None, world.randomness.uuid()

    @routes.after_request
    def _record(response: Response) -> Response:
        if request.method != "OPTIONS":
            _keep(world, response, _body() if is_body_kept else b"")
        return response


def _body() -> bytes:
    try:
        return request.get_data(cache=True, parse_form_data=False)
    except HTTPException:  # too long, or the client went away: that is why it was refused
        return b""


def _keep(world: World, response: Response, body: bytes) -> None:
    with world.deciding():
        app = None if g.env is None else apps.find_by_env(world, g.env)
        journal.record(
            world,
            journal.Exchange(
                rid=g.request_id,
                at=world.clock.now(),
                face="cloudbase",
                name=g.operation,
                appid=None if app is None else app.appid,
                method=request.method,
                url=request.full_path.rstrip("?"),
                request_body=body.decode(errors="backslashreplace"),
                response_body=response.get_data(as_text=True),
                cost_in_ms=(time.perf_counter() - g.started) * 1000,
                client_ip=request.remote_addr or "",
            ),
        )
