"""What a timer trigger hands to a function."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.scf.runtime.invocation import JSONValue

TRIGGER_NAME: Final = "timer"
"""Of a trigger that was pulled by hand; the platform's have the names that they are declared with."""


def timer_event(at: float) -> dict[str, JSONValue]:
    """Return the event of a timer that fires at Unix time `at` [doc]."""
    time = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"Type": "Timer", "TriggerName": TRIGGER_NAME, "Time": time, "Message": ""}
