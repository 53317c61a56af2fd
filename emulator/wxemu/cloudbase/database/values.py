"""BSON's values as Python has them, and when two of them are equal.

A 32-bit integer is an ``int``, a double a ``float``, a date a ``datetime`` of UTC without a zone; a document is a
``dict``, an array a ``list``. What Python has no type for stands here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Self

FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
"""MongoDB's options of a regular expression; others, such as JavaScript's g, change nothing there."""


class Int64(int):
    """A 64-bit integer, which stays one however small it is."""


class Binary(bytes):
    """Bytes with BSON's subtype, in two hexadecimal digits."""

    subtype = "00"

    def __new__(cls, content: bytes, subtype: str = "00") -> Self:
        """Bytes that are equal to these, whatever their subtype."""
        made = super().__new__(cls, content)
        made.subtype = subtype
        return made


@dataclass(frozen=True, order=True)
class ObjectId:
    """An ObjectId by its 24 hexadecimal digits."""

    digits: str


@dataclass(frozen=True)
class Regex:
    """A regular expression; ``options`` as MongoDB has them."""

    pattern: str
    options: str = ""

    @property
    def flags(self) -> int:
        """The options as Python's ``re`` has them."""
        return int(sum(flag for option, flag in FLAGS.items() if option in self.options))

    def try_compile(self) -> re.Pattern[str]:
        """As Python's own.

        :raises re.error: Python cannot read it.
        """
        return re.compile(self.pattern, self.flags)


def has_bits(number: int, count: int) -> bool:
    """Whether an integer fits into so many bits, its sign included."""
    return -(1 << count - 1) <= number < 1 << count - 1


def is_number(value: object) -> bool:
    """Whether it is a number; to Python a bool is one, to BSON none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_equal(one: Any, other: Any) -> bool:
    """As MongoDB compares: numbers by their value, documents by the order of their members too."""
    if is_number(one) and is_number(other):
        return bool(one == other or (one != one and other != other))  # noqa: PLR0124 - NaN is equal to NaN there
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        pairs = zip(one.items(), other.items(), strict=False)
        return len(one) == len(other) and all(mine[0] == its[0] and is_equal(mine[1], its[1]) for mine, its in pairs)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_equal, one, other))
    return bool(one == other)
