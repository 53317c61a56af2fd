"""Answers of the phone, kept in the journal like WeChat's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

from emulator.world import journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.world import World


def answered_and_recorded(world: World, name: str, appid: str, answer: Mapping[str, Any]) -> Response:
    """The JSON answer of operation ``name``, after recording the exchange."""
    response = jsonify(answer)
    journal.record(
        world,
        journal.Exchange(
            rid=journal.new_rid(world),
            at=world.clock.now(),
            face="phone",
            name=name,
            appid=appid,
            method=request.method,
            url=request.full_path.rstrip("?"),
            request_body=request.get_data(cache=True).decode(errors="backslashreplace"),
            response_body=response.get_data(as_text=True),
            cost_in_ms=0.0,
            client_ip=request.remote_addr or "",
        ),
    )
    return response
