"""The last flow in the journal as steps of a sequence diagram: who asked whom for what, in order."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from wxemu.core.function_calls import CALLS, function_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wxemu.core.journal import Exchange

PARTIES: Final = ("phone", "server", "function", "gateway", "wechat")
"""The parties from left to right: a phone, the user's server or web page, a function, CloudBase, WeChat."""
MOST_EXCHANGES: Final = 9
SILENCE: Final = 60.0
"""Seconds without an exchange, after which a new flow begins."""
_LOCAL: Final = ("wx.startSoterAuthentication", "wx.checkIsSupportSoterAuthentication")
"""Operations of a phone that need no other party."""
_PREPARATIONS: Final = ("wx.enrol", "wx.override", "wx.cloudID", "wx.promptSoterAuthentication")
"""Operations that are not part of a flow."""


@dataclass(frozen=True)
class Step:
    """One arrow.

    :param source: one of ``PARTIES``; the same as ``target`` for a local operation.
    :param words: the arrow's text.
    :param is_answer: whether it answers an arrow above it.
    :param is_ok: whether an answer is a success.
    """

    source: str
    target: str
    words: str
    rid: str
    is_answer: bool = False
    is_ok: bool = True


def list_steps(newest_first: Sequence[Exchange]) -> list[Step]:
    """The steps of the last flow in these exchanges."""
    return [step for exchange, made in _group(_flow(newest_first)) for step in _steps(exchange, made)]


def _flow(newest_first: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges of the last flow, in the order in which they ended."""
    flow: list[Exchange] = []
    for exchange in newest_first:
        if exchange.name in _PREPARATIONS or _is_bookkeeping(exchange):
            continue
        if len(flow) == MOST_EXCHANGES or (flow and flow[-1].at - exchange.at > SILENCE):
            break
        flow.append(exchange)
    return flow[::-1]


def _is_bookkeeping(exchange: Exchange) -> bool:
    """Whether a function keeps or looks up a document: a payment has six of these, which would hide all else."""
    return exchange.request_id is not None and exchange.name.startswith("database.")


def _group(flow: Sequence[Exchange]) -> Iterator[tuple[Exchange, list[Exchange]]]:
    """Each exchange with those that its function made, which the journal has before it."""
    before: list[Exchange] = []
    for exchange in flow:
        if exchange.name not in CALLS:
            before.append(exchange)
            continue
        made = made_by(exchange, before)
        yield from ((entry, []) for entry in before if entry not in made)
        yield exchange, made
        before = []
    yield from ((entry, []) for entry in before)


def made_by(call: Exchange, earlier: Iterable[Exchange]) -> list[Exchange]:
    """The exchanges that a function made during a call, out of those that ended earlier than the call."""
    return [entry for entry in earlier if _is_within(entry, call)]


def list_depths(newest_first: Sequence[Exchange]) -> dict[int, int]:
    """How many calls of functions each exchange is part of, by its number; only calls in the list count."""
    depths = {exchange.number: 0 for exchange in newest_first}
    for place, call in enumerate(newest_first):
        if call.name not in CALLS:
            continue
        for entry in made_by(call, newest_first[place + 1 :]):
            depths[entry.number] = depths[call.number] + 1
    return depths


def _is_within(entry: Exchange, call: Exchange) -> bool:
    """A cloud call names its invocation; for any other request only the time is known."""
    if entry.request_id is not None:
        return entry.request_id == call.rid
    return entry.face != "phone" and call.at <= entry.at


def _steps(exchange: Exchange, made: Sequence[Exchange], caller: str = "server") -> Iterator[Step]:
    path = _path(exchange, caller)
    words = function_of(exchange) or title(exchange)
    for source, target in pairwise(path):
        yield Step(source, target, words, exchange.rid)
    for entry in made:
        yield from _steps(entry, (), caller="function")
    is_ok = not exchange.is_failure
    for source, target in pairwise(path[::-1]):
        yield Step(source, target, exchange.outcome, exchange.rid, is_answer=True, is_ok=is_ok)
    if len(path) == 1:
        yield Step(path[0], path[0], f"{words}: {exchange.outcome}", exchange.rid, is_answer=True, is_ok=is_ok)


def _path(exchange: Exchange, caller: str) -> list[str]:
    """The parties that the request passed, from the caller on."""
    if exchange.face == "phone":
        if exchange.name in CALLS:
            return ["phone", "function"]
        return ["phone"] if exchange.name in _LOCAL else ["phone", "wechat"]
    if exchange.face == "wechat":
        return [caller, "wechat"]
    if exchange.name in CALLS:
        return [caller, "gateway", "function"]
    return [caller, "gateway", "wechat"] if exchange.api else [caller, "gateway"]


def title(exchange: Exchange) -> str:
    """A short name for an exchange."""
    return exchange.api or exchange.name or exchange.url.partition("?")[0]
