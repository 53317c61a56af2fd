"""Keep the phone's answers in the journal, like WeChat's."""

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
"""Tells the phone page the exchange to link to; the body is exactly what a mini program gets."""


def record_answer(world: World, name: str, appid: str, answer: Mapping[str, Any]) -> Response:
    """Make the JSON answer of operation ``name``, and record it.

    A header holds the rid of the exchange, which is the request id for a function call.
    """
    exchange = entry()
    exchange.name, exchange.appid, exchange.errcode = name, appid, _errcode(answer)
    exchange.rid = answer.get("requestID") or journal.new_rid(world)
    response = jsonify(answer)
    response.headers[RID_HEADER] = exchange.rid
    return response


def _errcode(answer: Mapping[str, Any]) -> int | str | None:
    """The code of a failure; wx.checkSession and others have no number for it, only the word in errMsg."""
    code: int | str | None = answer.get("errCode")
    return FAILED if code is None and ":fail" in answer.get("errMsg", "") else code
