"""The last flow told from the journal: who asked whom for what, in its order, as a sequence diagram draws it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wxemu.core.journal import Exchange

PARTIES: Final = ("phone", "server", "function", "gateway", "wechat")
"""Who takes part, from left to right: a phone, a server or web page of one's own, a function, CloudBase, WeChat."""
MOST_EXCHANGES: Final = 9
SILENCE: Final = 60.0
"""Seconds without any exchange, after which a new flow begins."""
_CALLS: Final = ("wx.cloud.callFunction", "functions.invokeFunction", "Invoke", "InvokeFunction")
_IN_HAND: Final = ("wx.startSoterAuthentication", "wx.checkIsSupportSoterAuthentication")
"""What a phone does by itself."""
_BY_HAND: Final = ("wx.enrol", "wx.override", "wx.cloudID", "wx.promptSoterAuthentication")
"""What is no part of any flow, but arranges one."""


@dataclass(frozen=True)
class Step:
    """One arrow.

    :param source: of ``PARTIES``; the same as ``target`` for what somebody does alone.
    :param words: what it carries.
    :param is_answer: whether it answers an arrow above.
    :param is_ok: of an answer, whether it is a success.
    """

    source: str
    target: str
    words: str
    rid: str
    is_answer: bool = False
    is_ok: bool = True


def of(newest_first: Sequence[Exchange]) -> list[Step]:
    """The steps of the last flow among these exchanges."""
    return [step for exchange, made in _nested(_flow(newest_first)) for step in _told(exchange, made)]


def _flow(newest_first: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges of the last flow, in the order in which they ended."""
    flow: list[Exchange] = []
    for exchange in newest_first:
        if exchange.name in _BY_HAND:
            continue
        if len(flow) == MOST_EXCHANGES or (flow and flow[-1].at - exchange.at > SILENCE):
            break
        flow.append(exchange)
    return flow[::-1]


def _nested(flow: Sequence[Exchange]) -> Iterator[tuple[Exchange, list[Exchange]]]:
    """Each exchange with those that it waited for: a function that was called is told after what it called."""
    before: list[Exchange] = []
    for exchange in flow:
        if exchange.name not in _CALLS:
            before.append(exchange)
            continue
        waited_for = inner(exchange, before)
        yield from ((entry, []) for entry in before if entry not in waited_for)
        yield exchange, waited_for
        before = []
    yield from ((entry, []) for entry in before)


def inner(call: Exchange, ended: Iterable[Exchange]) -> list[Exchange]:
    """Of exchanges that ended before a function's call did, those that the function made."""
    return [entry for entry in ended if _is_within(entry, call)]


def _is_within(entry: Exchange, call: Exchange) -> bool:
    """A cloud call says which invocation makes it; of any other request only the time tells."""
    if entry.request_id is not None:
        return entry.request_id == call.rid
    return entry.face != "phone" and call.at <= entry.at


def _told(exchange: Exchange, made: Sequence[Exchange], caller: str = "server") -> Iterator[Step]:
    path = _path(exchange, caller)
    words = function_of(exchange) or title(exchange)
    for source, target in pairwise(path):
        yield Step(source, target, words, exchange.rid)
    for entry in made:
        yield from _told(entry, (), caller="function")
    is_ok = not exchange.is_failure
    for source, target in pairwise(path[::-1]):
        yield Step(source, target, exchange.outcome, exchange.rid, is_answer=True, is_ok=is_ok)
    if len(path) == 1:
        yield Step(path[0], path[0], f"{words}: {exchange.outcome}", exchange.rid, is_answer=True, is_ok=is_ok)


def _path(exchange: Exchange, caller: str) -> list[str]:
    """Through whose hands the request went."""
    if exchange.face == "phone":
        if exchange.name in _CALLS:
            return ["phone", "function"]
        return ["phone"] if exchange.name in _IN_HAND else ["phone", "wechat"]
    if exchange.face == "wechat":
        return [caller, "wechat"]
    if exchange.name in _CALLS:
        return [caller, "gateway", "function"]
    return [caller, "gateway", "wechat"] if exchange.api else [caller, "gateway"]


def function_of(exchange: Exchange) -> str | None:
    """The function that was called, if it was one."""
    if exchange.name not in _CALLS:
        return None
    given = exchange.parameters
    name = given.get("name") or given.get("function_name") or given.get("FunctionName")
    return name if isinstance(name, str) else None


def title(exchange: Exchange) -> str:
    """What was asked for, in a word."""
    return exchange.api or exchange.name or exchange.url.partition("?")[0]
