"""How many entries an answer lists at most, which several operations take."""

from __future__ import annotations

from typing import Annotated, Final

from wxemu.core.http.inputs import Takes
from wxemu.core.messages import Message

MOST: Final = 1000
"""Entries in one answer."""
_MOST_WITH_FOUR_DIGITS: Final = 9999
"""What is asked for beyond ``MOST`` gets that many."""

Limit = Annotated[
    int,
    Takes(
        "So many, the latest",
        minimum=0,
        maximum=_MOST_WITH_FOUR_DIGITS,
        expected=Message("a number from 0 to {most}", "0 到 {most} 的数字", most=MOST),
    ),
]
