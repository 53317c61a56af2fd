"""The emulator's clock, in a test's hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wxemu.control.operations import clock as operations

if TYPE_CHECKING:
    from wxemu.client.testing.connection import Connection


@dataclass(frozen=True)
class Clock:
    """The one clock that every rule reads: codes, tokens, sessions, quotas, lockouts; of all apps of the emulator."""

    emulator: Connection = field(repr=False)

    @property
    def now(self) -> float:
        """What it shows, in Unix seconds."""
        return self.emulator.call(operations.SHOW)["now"]

    def freeze(self, at: float | datetime | None = None) -> float:
        """Stand still, now or at a time; the time it stands at.

        :param at: Unix seconds, or a datetime; one without a zone is local time.
        """
        __tracebackhide__ = True
        seconds = at.timestamp() if isinstance(at, datetime) else at
        at_seconds: operations.Freeze = {} if seconds is None else {"at": seconds}
        return self.emulator.call(operations.FREEZE, **at_seconds)["now"]

    def advance(self, by: float | timedelta) -> float:
        """Move forward, frozen or not; the new time.

        :param by: seconds, or a timedelta.
        :raises RemoteError: backwards.
        """
        __tracebackhide__ = True
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return self.emulator.call(operations.ADVANCE, seconds=seconds)["now"]

    def scale(self, factor: float) -> float:
        """Run so many times as fast as real time, from where it stands; the present time."""
        __tracebackhide__ = True
        return self.emulator.call(operations.SCALE, factor=factor)["now"]

    def release(self) -> float:
        """Return to real time."""
        __tracebackhide__ = True
        return self.emulator.call(operations.RELEASE)["now"]
