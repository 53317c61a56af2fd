"""A sequence diagram's places: what a template needs to draw the steps of a story."""

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
"""How far the arrow of somebody who acts alone swings out."""


@dataclass(frozen=True)
class Life:
    """The line of one party."""

    party: str
    x: float


@dataclass(frozen=True)
class Arrow:
    """One step in its place: from ``start`` to ``end`` at ``y``; its words are in the middle, at ``x``."""

    step: Step
    start: float
    end: float
    x: float
    y: float

    @property
    def head(self) -> str:
        """The points of its head."""
        back = -7 if self.end > self.start else 7
        return f"{self.end + back},{self.y - 4} {self.end},{self.y} {self.end + back},{self.y + 4}"


@dataclass(frozen=True)
class Diagram:
    """All of it, in units of the drawing."""

    lives: tuple[Life, ...]
    arrows: tuple[Arrow, ...]
    height: int
    width: int = WIDTH


def of(steps: Sequence[Step]) -> Diagram:
    """The steps drawn, with a line for each party that takes part."""
    present = [party for party in PARTIES if any(party in (step.source, step.target) for step in steps)]
    gap = (WIDTH - 2 * _MARGIN) / max(len(present) - 1, 1)
    places = {party: round(_MARGIN + gap * number, 1) for number, party in enumerate(present)}
    arrows = [
        _arrow(step, places[step.source], places[step.target], _HEAD + _ROW * (number + 1))
        for number, step in enumerate(steps)
    ]
    lives = tuple(Life(party, x) for party, x in places.items())
    return Diagram(lives, tuple(arrows), _HEAD + _ROW * (len(steps) + 1))


def _arrow(step: Step, start: float, end: float, y: float) -> Arrow:
    if start == end:
        return Arrow(step, start, start + _LOOP, start + _LOOP, y)
    return Arrow(step, start, end, (start + end) / 2, y)
