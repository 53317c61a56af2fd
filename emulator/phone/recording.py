"""Answers of the phone, kept in the journal like WeChat's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from emulator.recording import entry
from emulator.world import journal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.world import World

RID_HEADER: Final = "X-Wxemu-Rid"
"""Where the phone page finds what to link to; the body is what a mini program gets, and nothing else."""


def answered(world: World, name: str, appid: str, answer: Mapping[str, Any]) -> Response:
    """The JSON answer of operation ``name``; the rid of the exchange, which for a function's is its request id, stands
    in a header.
    """
    present = entry()
    present.name, present.appid, present.errcode = name, appid, answer.get("errCode")
    present.rid = answer.get("requestID") or journal.new_rid(world)
    response = jsonify(answer)
    response.headers[RID_HEADER] = present.rid
    return response
