"""Where the outcome of a question is in its answer: one word or a few, by which answers are compared.

``errcode``           WeChat's errcode, the gateway's or Tencent Cloud's code; ``ok`` without one
``refusal``           the same with its text, without the rid
``suffix``            what follows the text: `` rid: *``, ``, rid: *``, `` hint: [*]``; ``none``
``rid-time``          ``now`` if the rid begins with the Unix time
``content-type``      the label
``members PLACE``     the names of the members at a place, sorted; of the whole answer without one
``member PLACE``      the value at a place; ``absent``, or ``empty`` for an empty text or list
``form PLACE REGEX``  ``as expected`` if the text at a place has this form
``same PLACE NAME``   ``the same`` if the value at a place is this ingredient, else ``another``
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 200
"""Characters of an outcome; what is longer is cut."""
_RID: Final = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"
_ERRMSG: Final = re.compile(rf"(.*?)((?:,? hints?: \[[^\]]*\])?(?:,? rid: {_RID})?)", re.DOTALL)
_HINT: Final = re.compile(r"\[ ?(req_id: )?[^\]]*?( ?)\]")
_SHOWN: Final = ("errcode", "errmsg", "errCode", "errMsg", "message", "Code", "Message")
_NEAR_SECONDS: Final = 600


@dataclass(frozen=True)
class Answer:
    """What came: HTTP 200 and a JSON object, whatever its label."""

    members: Mapping[str, Any]
    content_type: str = ""


def outcome(look: str, answer: Answer, ingredients: Mapping[str, str]) -> str:
    """The outcome at the place that ``look`` names."""
    kind, _, place = look.partition(" ")
    place, _, argument = place.partition(" ")
    found = find(answer.members, place) if place else answer.members
    match kind:
        case "refusal":
            code, text = code_of(answer.members), text_of(answer.members)[0]
            word = f"{code} {text}".strip()
        case "suffix":
            word = text_of(answer.members)[1] or "none"
        case "rid-time":
            word = _rid_time(answer.members)
        case "content-type":
            word = answer.content_type or "none"
        case "members":
            word = ",".join(sorted(found)) if isinstance(found, dict) else describe(found)
        case "member":
            word = describe(found)
        case "form":
            word = "as expected" if isinstance(found, str) and re.fullmatch(argument, found) else "another form"
        case "same":
            word = "the same" if found == ingredients.get(argument) else "another"
        case _:
            word = code_of(answer.members)
    return word if len(word) <= LONGEST else f"{word[:LONGEST]}..."


def find(members: object, place: str) -> Any:
    """The value at a place such as ``Response.Result.RetMsg.wxKeys``; JSON inside a text is read on the way."""
    value = members
    for name in place.split("."):
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                return None
        value = value.get(name) if isinstance(value, dict) else None
    return value


def describe(value: object) -> str:
    """A value as an outcome."""
    if value is None:
        return "absent"
    if value in ("", []):
        return "empty"
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shape(value: object, name: str = "") -> object:
    """An answer without its values but for those that tell of a refusal: what may stand in a report."""
    if isinstance(value, dict):
        return {member: shape(item, member) for member, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value[:1]]
    return value if name in _SHOWN or value is None or isinstance(value, bool) else type(value).__name__


def code_of(members: Mapping[str, Any]) -> str:
    """The code of a refusal, or ``ok``."""
    for place in ("code", "Response.Error.Code", "data.responseData.errcode", "errcode"):
        if (code := find(members, place)) not in (None, 0, "", "SUCCESS"):
            return str(code)
    return "ok"


def text_of(members: Mapping[str, Any]) -> tuple[str, str]:
    """The text of a refusal, and the suffix behind it with its own values as ``*``."""
    for place in ("message", "Response.Error.Message", "data.responseData.errmsg", "errmsg"):
        if isinstance(text := find(members, place), str):
            found = _ERRMSG.fullmatch(text)
            words, suffix = (text, "") if found is None else found.groups()
            return words, re.sub(_RID, "*", _HINT.sub(_star, suffix))
    return "", ""


def _star(found: re.Match[str]) -> str:
    return f"[ {found[1]}*{found[2]}]" if found[1] else "[*]"


def rid_of(members: Mapping[str, Any]) -> str | None:
    """The rid in an errmsg."""
    found = re.search(rf"rid: ({_RID})", str(members.get("errmsg", "")))
    return found[1] if found else None


def _rid_time(members: Mapping[str, Any]) -> str:
    rid = rid_of(members)
    if rid is None:
        return "no rid"
    return "now" if abs(int(rid[:8], 16) - time.time()) < _NEAR_SECONDS else "another time"
