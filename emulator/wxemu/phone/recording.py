"""Keep the phone's answers in the journal, like WeChat's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal, outcome
from wxemu.core.http.plain import PlainResponse
from wxemu.core.text import compact_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.http.recording import Entry
    from wxemu.core.world import World

FACE: Final = "phone"
FAILED: Final = "fail"
RID_HEADER: Final = "X-Wxemu-Rid"
"""Tells the phone page the exchange to link to; the body is exactly what a mini program gets."""


def record_answer(world: World, exchange: Entry, name: str, appid: str, answer: Mapping[str, Any]) -> PlainResponse:
    """Make the JSON answer of operation ``name``, and record it in the transaction that goes on.

    A header holds the rid of the exchange, which is the request id for a function call.
    """
    exchange.name, exchange.appid, exchange.errcode = name, appid, answer.get("errCode")
    exchange.outcome = outcome.of_members(answer)
    if exchange.errcode is None and ":fail" in answer.get("errMsg", ""):
        exchange.fail(FAILED)  # of wx.checkSession and its like, which have no number for it
    elif not exchange.outcome.is_failure and "result" in answer:
        exchange.outcome = outcome.of_members(answer["result"])  # of the function that was called
    exchange.rid = answer.get("requestID") or journal.new_rid(world, world.clock.now())
    headers = ((RID_HEADER, exchange.rid), ("Vary", "Origin"))
    response = PlainResponse(f"{compact_json(answer)}\n".encode(), "application/json", headers)
    exchange.keep(world, response)
    return response
