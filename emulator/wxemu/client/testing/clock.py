"""The emulator's clock, in a test's hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wxemu.client.testing.emulator import Emulator


@dataclass(frozen=True)
class Clock:
    """The one clock that every rule reads: codes, tokens, sessions, quotas, lockouts; of all apps of the emulator."""

    emulator: Emulator = field(repr=False)

    @property
    def now(self) -> float:
        """What it shows, in Unix seconds."""
        return float(self.emulator.ask("GET", "/emulator/v1/clock")["now"])

    def freeze(self, at: float | datetime | None = None) -> float:
        """Stand still, now or at a time; the time it stands at.

        :param at: Unix seconds, or a datetime; one without a zone is local time.
        """
        __tracebackhide__ = True
        seconds = at.timestamp() if isinstance(at, datetime) else at
        return self._move("freeze", **({} if seconds is None else {"at": seconds}))

    def advance(self, by: float | timedelta) -> float:
        """Move forward, frozen or not; the new time.

        :param by: seconds, or a timedelta.
        :raises RemoteError: backwards.
        """
        __tracebackhide__ = True
        return self._move("advance", seconds=by.total_seconds() if isinstance(by, timedelta) else by)

    def scale(self, factor: float) -> float:
        """Run so many times as fast as real time, from where it stands; the present time."""
        __tracebackhide__ = True
        return self._move("scale", factor=factor)

    def release(self) -> float:
        """Return to real time."""
        __tracebackhide__ = True
        return self._move("release")

    def _move(self, motion: str, **body: Any) -> float:
        __tracebackhide__ = True
        return float(self.emulator.ask("POST", f"/emulator/v1/clock/{motion}", body)["now"])
