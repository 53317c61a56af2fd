"""The outcome of a request: the code that answers it sets it, and the journal keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FIRST_FAILURE: Final = 400
"""Of HTTP's statuses."""
NOT_GENUINE: Final = "is_ok false"
"""What the words of an outcome begin with where a signature was not genuine."""
_NAME: Final = re.compile(r"[a-z_]{1,40}")
"""Of a reason, such as challenge_used."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request, set by the code that answers it.

    :param words: an errcode, whether a signature was genuine (and the reason why not), or just ``ok``.
    """

    words: str = "ok"
    is_failure: bool = False


OK: Final = Outcome()


def of_members(members: object) -> Outcome:
    """What the members of an answer say of it, be it WeChat's, a phone's, or the result of a function."""
    if not isinstance(members, Mapping):
        return OK
    code = members.get("errcode", members.get("errCode"))
    if isinstance(code, int | str) and not isinstance(code, bool) and code not in (0, "0", ""):
        return Outcome(str(code), is_failure=True)
    is_ok = members.get("is_ok", members.get("isOk"))
    if not isinstance(is_ok, bool):
        return OK
    reason = members.get("reason")
    named = f", {reason}" if isinstance(reason, str) and _NAME.fullmatch(reason) else ""
    return Outcome("is_ok true") if is_ok else Outcome(f"{NOT_GENUINE}{named}", is_failure=True)


def of_status(status: int) -> Outcome:
    """What an answer's HTTP status says of it; 0 stands for a connection that was cut."""
    if status == 0:
        return Outcome("no answer", is_failure=True)
    return Outcome(f"HTTP {status}", is_failure=True) if status >= FIRST_FAILURE else OK
