"""Why a confirmation does not count: the reason that verifySignature gave, and what this world knows about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.explain import texts
from wxemu.explain.case import format_time, quote
from wxemu.explain.signature_mistakes import REFUSALS
from wxemu.phone import signed_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.core.journal import Exchange
    from wxemu.explain.case import Case

REASONS: Final = tuple(refusal.name for refusal in REFUSALS)
SIGNATURE_INVALID: Final = "signature_invalid"
"""The one reason that is WeChat's: what is wrong with the signature is known from the function's call."""
MOST_CALLS: Final = 100
"""Of those that name a challenge, which are looked at."""
MOST_LAYERS: Final = 8
"""Of an answer: the members, and the JSON in a text, in which each door wraps a function's result."""


def reason_of(exchange: Exchange) -> str | None:
    """The reason for which a function refused a confirmation, if it did."""
    refused = (found for found in _objects(exchange.answer) if found.get("isOk") is False)
    return next((found["reason"] for found in refused if found.get("reason") in REASONS), None)


def look(case: Case, reason: str) -> None:
    """Note the reason, with what shows it."""
    event = next((found for found in _objects(case.exchange.parameters) if "jsonString" in found), {})
    members = texts.members(event.get("jsonString"))
    case.look(reason, _tell(case, reason, event, members))


def _tell(case: Case, reason: str, event: Mapping[str, Any], members: Mapping[str, Any]) -> str:
    raw = members.get("raw")
    if reason == SIGNATURE_INVALID:
        return "soter.verifySignature answered is_ok false"
    if reason == "counter_replayed":
        return f"it is {members.get('counter')}"
    if not isinstance(raw, str):
        return "the text has no raw"
    if reason == "challenge_used":
        return f"raw is {quote(raw)}{_used_before(case, raw)}"
    signed = signed_texts.find(case.world, str(event.get("jsonSignature")))
    was = texts.members(signed.text).get("raw") if signed else raw
    changed = f" and was signed as {quote(was)}" if was != raw else ""
    return f"raw is {quote(raw)}{changed}{_issued(case, raw)}"


def _used_before(case: Case, raw: str) -> str:
    for call in _calls_with(case, raw):
        if any(found.get("isOk") is True for found in _objects(call.answer)) or reason_of(call) == SIGNATURE_INVALID:
            return f", and came at {format_time(call.at)} (rid {call.rid})"
    return ""


def _issued(case: Case, raw: str) -> str:
    for call in _calls_with(case, raw):
        if any(found.get("challenge") == raw for found in _objects(call.answer)):
            purpose = next((found["purpose"] for found in _objects(call.parameters) if "purpose" in found), None)
            return f", issued at {format_time(call.at)} for {quote(purpose)} (rid {call.rid})"
    return ""


def _calls_with(case: Case, raw: str) -> Iterator[Exchange]:
    """The earlier calls of functions that name a challenge, newest first."""
    exchange = case.exchange
    choice = Choice(appid=exchange.appid, text=raw, before=exchange.number)
    for call in journal.list_latest(case.world, choice=choice, limit=MOST_CALLS):
        if call.name == exchange.name:
            yield call


def _objects(value: Any, most: int = MOST_LAYERS) -> Iterator[Mapping[str, Any]]:
    """The objects in a JSON value, and in its texts that are JSON; outer ones first."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = journal.json_value(value)
    if isinstance(value, dict):
        yield value
        for member in value.values() if most else ():
            yield from _objects(member, most - 1)
