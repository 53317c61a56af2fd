"""A recording as an animated SVG: a terminal that fills in real time, and is then scrolled through for a reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from recording import Burst

TERMINAL: Final = Path(__file__).with_name("terminal.svg")
COLUMNS: Final = 108
ROWS: Final = 25
ROW: Final = 18
"""Height of one, as ``LEFT`` and ``TOP`` in pixels."""
LEFT: Final = 16
TOP: Final = 44
WIDTH: Final = 830
HEIGHT: Final = TOP + ROWS * ROW + 14
REST_SECONDS: Final = 3.0
"""That the last lines, and then the first ones, are left alone."""
READ_SECONDS: Final = 0.35
"""For a row, while somebody reads."""
_CODE: Final = re.compile(r"\x1b\[([\d;]*)m")
_PIECE: Final = re.compile(r"\x1b\[[\d;]*m|.")
_CLASSES: Final = {"1": "b", "31": "r", "32": "g"}
"""What the terminal's codes mean: bold, red, green."""


@dataclass(frozen=True)
class Moment:
    """Where the terminal stands from a moment on.

    :param at: seconds since the beginning.
    :param written: rows so far.
    :param top: the uppermost row in sight.
    :param glides: whether it moves evenly to the next moment, rather than at once.
    """

    at: float
    written: int
    top: int
    glides: bool = False


def svg(bursts: Sequence[Burst], command: str) -> str:
    """The picture of a terminal in which the command runs.

    Rows longer than the terminal is wide end in an ellipsis. Where somebody wants no motion, the end is shown.
    """
    text = f"\x1b[1m$ {command}\x1b[0m\n" + "".join(burst.text for burst in bursts)
    rows = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    moments = _moments(bursts, len(rows))
    return Template(TERMINAL.read_text(encoding="utf-8")).substitute(
        command=escape(command),
        width=WIDTH,
        height=HEIGHT,
        top=TOP,
        screen=ROWS * ROW,
        seconds=f"{moments[-1].at:.2f}",
        written=len(rows) * ROW,
        end=-moments[-1].top * ROW,
        scrolling="\n".join(_scroll_keyframes(moments)),
        writing="\n".join(_write_keyframes(moments)),
        rows="\n".join(_draw_row(number, row) for number, row in enumerate(rows) if row),
    )


def _moments(bursts: Sequence[Burst], rows: int) -> list[Moment]:
    """The real run, a rest at its end, a slow reading from the first row to the last, and a rest again."""
    moments = [Moment(0, 1, 0)]
    for burst in bursts:
        written = min(moments[-1].written + burst.text.count("\n"), rows)
        moments.append(Moment(burst.at, written, max(0, written - ROWS)))
    end = max(0, rows - ROWS)
    at = bursts[-1].at + REST_SECONDS
    read = at + REST_SECONDS
    moments += [Moment(at, rows, 0), Moment(read, rows, 0, glides=True)]
    at = read + end * READ_SECONDS
    return [*moments, Moment(at, rows, end), Moment(at + REST_SECONDS, rows, end)]


def _scroll_keyframes(moments: Sequence[Moment]) -> Iterator[str]:
    for moment in moments:
        pace = "linear" if moment.glides else "step-end"
        shift = f"transform: translateY({-moment.top * ROW}px); animation-timing-function: {pace};"
        yield f"{_percent(moment, moments)} {{ {shift} }}"


def _write_keyframes(moments: Sequence[Moment]) -> Iterator[str]:
    for moment in moments:
        yield f"{_percent(moment, moments)} {{ transform: translateY({moment.written * ROW}px); }}"


def _percent(moment: Moment, moments: Sequence[Moment]) -> str:
    return f"{100 * moment.at / moments[-1].at:.3f}%"


def _draw_row(number: int, row: str) -> str:
    return f'<text x="{LEFT}" y="{TOP + number * ROW + 13}">{"".join(_spans(_fit(row)))}</text>'


def _fit(row: str) -> str:
    """The row as far as the terminal is wide, and an ellipsis for what is cut off."""
    fitted, room = "", COLUMNS - 1
    for piece in _PIECE.findall(row):
        room -= 0 if _CODE.fullmatch(piece) else 2 if east_asian_width(piece) in "WF" else 1
        if room < 0:
            return fitted + "…"
        fitted += piece
    return fitted


def _spans(row: str) -> Iterator[str]:
    """The stretches of a row that look alike."""
    look = set[str]()
    for index, part in enumerate(_CODE.split(row)):
        if index % 2:
            look = set() if part == "0" else look | {_CLASSES[code] for code in part.split(";") if code in _CLASSES}
        elif look:
            yield f'<tspan class="{" ".join(sorted(look))}">{escape(part)}</tspan>'
        else:
            yield escape(part)
