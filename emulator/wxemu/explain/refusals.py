"""Why a confirmation does not count: the reason that verifySignature gave, and what this world knows about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.core.messages import Message
from wxemu.explain import texts
from wxemu.explain.case import format_time, it_is, quote
from wxemu.explain.refusal_mistakes import REFUSALS
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
    refused = (found for found in objects_in(exchange.answer) if found.get("isOk") is False)
    return next((found["reason"] for found in refused if found.get("reason") in REASONS), None)


def look(case: Case, reason: str) -> None:
    """Note the reason, with what shows it."""
    event = next((found for found in objects_in(case.exchange.parameters) if "jsonString" in found), {})
    members = texts.members(event.get("jsonString"))
    case.look(reason, _tell(case, reason, event, members))


def _tell(case: Case, reason: str, event: Mapping[str, Any], members: Mapping[str, Any]) -> Message:
    raw = members.get("raw")
    if reason == SIGNATURE_INVALID:
        return Message("soter.verifySignature answered is_ok false", "soter.verifySignature 返回 is_ok false")
    if reason == "counter_replayed":
        return it_is(members.get("counter"))
    if not isinstance(raw, str):
        return Message("the text has no raw", "文本中没有 raw")
    if reason == "challenge_used":
        return Message("raw is {raw}{before}", "raw 是 {raw}{before}", raw=quote(raw), before=_used_before(case, raw))
    signed = signed_texts.find(case.world, str(event.get("jsonSignature")))
    was = texts.members(signed.text).get("raw") if signed else raw
    changed = Message(" and was signed as {was}", "，签名时是 {was}", was=quote(was)) if was != raw else ""
    return Message(
        "raw is {raw}{changed}{issued}",
        "raw 是 {raw}{changed}{issued}",
        raw=quote(raw),
        changed=changed,
        issued=_issued(case, raw),
    )


def _used_before(case: Case, raw: str) -> Message | str:
    for call in _calls_with(case, raw):
        if any(found.get("isOk") is True for found in objects_in(call.answer)) or reason_of(call) == SIGNATURE_INVALID:
            return Message(
                ", and came at {at} (rid {rid})", "，已于 {at} 来过（rid {rid}）", at=format_time(call.at), rid=call.rid
            )
    return ""


def _issued(case: Case, raw: str) -> Message | str:
    for call in _calls_with(case, raw):
        if any(found.get("challenge") == raw for found in objects_in(call.answer)):
            purpose = next((found["purpose"] for found in objects_in(call.parameters) if "purpose" in found), None)
            return Message(
                ", issued at {at} for {purpose} (rid {rid})",
                "，于 {at} 为 {purpose} 发放（rid {rid}）",
                at=format_time(call.at),
                purpose=quote(purpose),
                rid=call.rid,
            )
    return ""


def _calls_with(case: Case, raw: str) -> Iterator[Exchange]:
    """The earlier calls of functions that name a challenge, newest first."""
    exchange = case.exchange
    choice = Choice(appid=exchange.appid, text=raw, before=exchange.number)
    for call in journal.list_latest(case.world, choice=choice, limit=MOST_CALLS):
        if call.name == exchange.name:
            yield call


def objects_in(value: Any, most: int = MOST_LAYERS) -> Iterator[Mapping[str, Any]]:
    """The objects in a JSON value, and in its texts that are JSON; outer ones first."""
    if isinstance(value, str) and value.lstrip()[:1] == "{":
        value = journal.json_value(value)
    if isinstance(value, dict):
        yield value
        for member in value.values() if most else ():
            yield from objects_in(member, most - 1)
