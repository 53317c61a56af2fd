"""Rows of text in columns, for a terminal."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from wxemu.core.text import show_in_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

_WIDE: Final = frozenset("WF")
_GAP: Final = "  "


def in_columns(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Collection[str] = ()) -> str:
    """A table with its header; the columns named in `right` are aligned there, as numbers are.

    A cell stays within its line, whatever is in it.
    """
    lines = [tuple(header), *(tuple("" if cell is None else show_in_line(str(cell)) for cell in row) for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        _GAP.join(
            _pad(cell, width, is_right=name in right) for name, cell, width in zip(header, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _width(text: str) -> int:
    """Chinese characters take two places of a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in _WIDE else 1 for character in text)


def _pad(text: str, width: int, *, is_right: bool) -> str:
    room = " " * (width - _width(text))
    return room + text if is_right else text + room
