"""The layout of a sequence diagram: positions for the steps of a flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.console.story import PARTIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wxemu.console.story import Step

WIDTH: Final = 900
_MARGIN: Final = 80
_HEAD: Final = 44
_ROW: Final = 30
_LOOP: Final = 46
"""The width of an arrow from a party to itself."""


@dataclass(frozen=True)
class Lifeline:
    """The vertical line of one party."""

    party: str
    x: float


@dataclass(frozen=True)
class Arrow:
    """One step: an arrow from ``start`` to ``end`` at ``y``, with its text at ``x``."""

    step: Step
    start: float
    end: float
    x: float
    y: float

    @property
    def head(self) -> str:
        """The points of the arrow head."""
        back = -7 if self.end > self.start else 7
        return f"{self.end + back},{self.y - 4} {self.end},{self.y} {self.end + back},{self.y + 4}"


@dataclass(frozen=True)
class Diagram:
    """The whole diagram, in units of the drawing."""

    lifelines: tuple[Lifeline, ...]
    arrows: tuple[Arrow, ...]
    height: int
    width: int = WIDTH


def lay_out(steps: Sequence[Step]) -> Diagram:
    """Lay out the steps, with a lifeline for each party in them."""
    present = [party for party in PARTIES if any(party in (step.source, step.target) for step in steps)]
    gap = (WIDTH - 2 * _MARGIN) / max(len(present) - 1, 1)
    places = {party: round(_MARGIN + gap * number, 1) for number, party in enumerate(present)}
    arrows = [
        _arrow(step, places[step.source], places[step.target], _HEAD + _ROW * (number + 1))
        for number, step in enumerate(steps)
    ]
    lifelines = tuple(Lifeline(party, x) for party, x in places.items())
    return Diagram(lifelines, tuple(arrows), _HEAD + _ROW * (len(steps) + 1))


def _arrow(step: Step, start: float, end: float, y: float) -> Arrow:
    if start == end:
        return Arrow(step, start, start + _LOOP, start + _LOOP, y)
    return Arrow(step, start, end, (start + end) / 2, y)
