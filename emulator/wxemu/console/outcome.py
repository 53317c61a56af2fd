"""What came of an exchange, in a word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange

FIRST_FAILURE: Final = 400
"""Of HTTP's statuses."""
# WeChat's answers and functions' results, which may stand in JSON inside JSON, its quotes escaped.
_IS_GENUINE: Final = re.compile(r'is_?[oO]k\\*":\s*(true|false)')
_CODE_OF_FUNCTION: Final = re.compile(r'"errCode":\s*(-?[1-9]\d*)')


@dataclass(frozen=True)
class Outcome:
    """An errcode, whether a signature was genuine, or just ``ok``."""

    words: str
    is_ok: bool


def of(exchange: Exchange) -> Outcome:
    """What the answer says, be it WeChat's, CloudBase's, a phone's, or that of a function that was called."""
    if exchange.errcode not in (None, "0"):
        return Outcome(str(exchange.errcode), is_ok=False)
    if exchange.status >= FIRST_FAILURE:
        return Outcome(f"HTTP {exchange.status}", is_ok=False)
    return in_text(exchange.response_body)


def in_text(body: str) -> Outcome:
    """What the body of an answer says, or the result of a function."""
    code = _CODE_OF_FUNCTION.search(body)
    if code is not None:
        return Outcome(code[1], is_ok=False)
    genuine = _IS_GENUINE.search(body)
    if genuine is not None:
        return Outcome(f"is_ok {genuine[1]}", is_ok=genuine[1] == "true")
    return Outcome("ok", is_ok=True)
