"""Answers of the phone, kept in the journal like WeChat's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from wxemu.core import journal
from wxemu.core.http.recording import entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

FAILED: Final = "fail"
RID_HEADER: Final = "X-Wxemu-Rid"
"""Where the phone page finds what to link to; the body is what a mini program gets, and nothing else."""


def answered(world: World, name: str, appid: str, answer: Mapping[str, Any]) -> Response:
    """The JSON answer of operation ``name``; the rid of the exchange, which for a function's is its request id, stands
    in a header.
    """
    present = entry()
    present.name, present.appid, present.errcode = name, appid, _errcode(answer)
    present.rid = answer.get("requestID") or journal.new_rid(world)
    response = jsonify(answer)
    response.headers[RID_HEADER] = present.rid
    return response


def _errcode(answer: Mapping[str, Any]) -> int | str | None:
    """What the answer says failed; wx.checkSession and its like have no number for it, only the word in errMsg."""
    code: int | str | None = answer.get("errCode")
    return FAILED if code is None and ":fail" in answer.get("errMsg", "") else code
