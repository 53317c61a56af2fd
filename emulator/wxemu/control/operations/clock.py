"""Where the clock stands, and moving it."""

from __future__ import annotations

from typing import Final, TypedDict

from wxemu.core.http.operations import Nothing, Operation


class Freeze(TypedDict, total=False):
    at: float


class Advance(TypedDict):
    seconds: float


class Scale(TypedDict):
    factor: float


class Clock(TypedDict):
    now: float
    isFrozen: bool
    offset: float
    scale: float


_CLOCK: Final = "/emulator/v1/clock"

SHOW: Final = Operation("clock.show", "GET", _CLOCK, Nothing, Clock, "Where the clock stands")
FREEZE: Final = Operation("clock.freeze", "POST", f"{_CLOCK}/freeze", Freeze, Clock, "Stop the clock, now or at a time")
ADVANCE: Final = Operation("clock.advance", "POST", f"{_CLOCK}/advance", Advance, Clock, "Move the clock forward")
SCALE: Final = Operation(
    "clock.scale", "POST", f"{_CLOCK}/scale", Scale, Clock, "Let the clock run so many times as fast as real time"
)
RELEASE: Final = Operation("clock.release", "POST", f"{_CLOCK}/release", Nothing, Clock, "Back to real time")
