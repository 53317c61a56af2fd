"""The one clock: every rule reads time here, and a test can move it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from emulator.world.store import Store

_NOTE = "clock"
_END: Final = 2**32
"""Unix seconds that the clock does not reach: a rid tells its time in 8 hexadecimal digits."""


class ClockError(Exception):
    """A movement that the clock does not make."""


@dataclass(frozen=True)
class ClockState:
    """Where the clock stands.

    :param offset: seconds ahead of real time, while it runs.
    :param frozen_at: Unix seconds at which it stands still, or ``None`` while it runs.
    """

    offset: float = 0.0
    frozen_at: float | None = None


class Clock:
    """Real time, moved or frozen; where it stands is kept in the store, so every process reads the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self) -> ClockState:
        """Where the clock stands."""
        kept = self._store.note(_NOTE)
        return ClockState() if kept is None else ClockState(**kept)

    def now(self) -> float:
        """Unix time in seconds."""
        state = self.state()
        return time.time() + state.offset if state.frozen_at is None else state.frozen_at

    def agrees(self, at: float, *, within: float) -> bool:
        """Whether somebody's clock that shows ``at`` is at most ``within`` seconds wrong.

        A client's clock keeps real time when this one is moved, and so it may follow either.
        """
        return min(abs(self.now() - at), abs(time.time() - at)) <= within

    def freeze(self, at: float | None = None) -> float:
        """Stand still, now or at Unix time ``at``; the time it stands at.

        :raises ClockError: ``at`` is no time that a rid can tell.
        """
        with self._store.transaction():
            frozen_at = _tellable(self.now() if at is None else float(at))
            self._keep(ClockState(frozen_at - time.time(), frozen_at))
            return frozen_at

    def advance(self, seconds: float) -> float:
        """Move forward, frozen or not; the new time.

        :raises ClockError: ``seconds`` is negative: rules about "latest" assume that time never goes back;
            or it leads to no time that a rid can tell.
        """
        if not seconds >= 0:
            raise ClockError(f"the clock only moves forward: expected seconds >= 0, got {seconds}")
        with self._store.transaction():
            _tellable(self.now() + seconds)
            state = self.state()
            frozen_at = None if state.frozen_at is None else state.frozen_at + seconds
            self._keep(ClockState(state.offset + seconds, frozen_at))
            return self.now()

    def release(self) -> float:
        """Run again, in step with real time; the new time."""
        with self._store.transaction():
            self._store.keep_note(_NOTE, None)
            return self.now()

    def _keep(self, state: ClockState) -> None:
        self._store.keep_note(_NOTE, {"offset": state.offset, "frozen_at": state.frozen_at})


def _tellable(at: float) -> float:
    if not 0 <= at < _END:
        raise ClockError(f"the clock shows Unix seconds from 0 to {_END - 1}, not {at}")
    return at
