"""Invocations that no request to a party began, kept beside those that one did: what they called is found there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.core import journal
from wxemu.core.outcome import Outcome, of_members
from wxemu.core.text import compact_json, escape_lone_surrogates

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.scf.runtime import Identity, Invocation, JSONValue


def record(
    world: World, done: Invocation, event: JSONValue, caller: Identity, *, name: str, place: str, at: float
) -> None:
    """Put one into the journal.

    :param name: of what began it: see ``core.function_calls``.
    :param place: the function's name first.
    :param at: Unix seconds at which it began.
    """
    result = done.result if done.ok else done.error
    outcome = of_members(result) if done.failure is None else Outcome(str(done.failure.status_code), is_failure=True)
    exchange = journal.Exchange(
        rid=done.request_id,
        at=at,
        face="tencentcloud",
        name=name,
        appid=caller.appid,
        method=name.upper(),
        url=f"/{place}",
        request_body=compact_json(event),
        response_body=escape_lone_surrogates(done.ret_msg),
        cost_in_ms=done.duration_ms,
        client_ip="",
        outcome=outcome.words,
        is_failure=outcome.is_failure,
    )
    with world.transaction():
        journal.record(world, exchange)
