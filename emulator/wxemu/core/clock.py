"""The one clock: every rule reads time here, and a test can move it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.store import Store

_NOTE = "clock"
END: Final = 2**32
"""Unix seconds that the clock does not reach: a rid tells its time in 8 hexadecimal digits."""
FASTEST: Final = 86_400
"""Times as fast as real time: a day in a second."""


class ClockError(Exception):
    """A movement that the clock does not make."""


@dataclass(frozen=True)
class ClockState:
    """How the clock goes: at real time ``since`` it showed ``shown``, and since then it runs ``scale`` times as fast.

    :param since: real Unix seconds.
    :param shown: Unix seconds.
    :param scale: seconds of the clock in a real second; 0 while it stands still.
    """

    since: float = 0.0
    shown: float = 0.0
    scale: float = 1.0

    @property
    def offset(self) -> float:
        """Seconds by which it was ahead of the real world when it was moved last."""
        return self.shown - self.since

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return self.scale == 0

    def at(self, real: float) -> float:
        """What it shows at Unix time ``real`` of the real world; at its end it stops."""
        return min(self.shown + (real - self.since) * self.scale, END - 1)


class Clock:
    """Real time, moved, frozen or faster; how it goes is kept in the store, so every process reads the same."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def state(self) -> ClockState:
        """How the clock goes."""
        kept = self._store.note(_NOTE)
        return ClockState() if kept is None else ClockState(**kept)

    def now(self) -> float:
        """Unix time in seconds."""
        return self.state().at(time.time())

    def agrees(self, at: float, *, within: float) -> bool:
        """Whether somebody's clock that shows ``at`` is at most ``within`` seconds wrong.

        A client's clock keeps real time when this one is moved, and so it may follow either.
        """
        return min(abs(self.now() - at), abs(time.time() - at)) <= within

    def freeze(self, at: float | None = None) -> float:
        """Stand still, now or at Unix time ``at``, which may be a time gone by; the time it stands at.

        :raises ClockError: ``at`` is no time that a rid can tell.
        """
        with self._store.transaction():
            real = time.time()
            shown = _tellable(self.state().at(real) if at is None else float(at))
            return self._keep(ClockState(real, shown, scale=0.0))

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
            return self._keep(replace(state, shown=state.shown + seconds))

    def scale(self, factor: float) -> float:
        """Run ``factor`` times as fast as real time from where it stands, frozen or not; the time it stands at.

        :raises ClockError: ``factor`` is not above 0, or above ``FASTEST``.
        """
        if not 0 < factor <= FASTEST:
            raise ClockError(f"the clock runs over 0 and up to {FASTEST} times as fast, not {factor:g}; or freeze it")
        with self._store.transaction():
            real = time.time()
            return self._keep(ClockState(real, self.state().at(real), float(factor)))

    def release(self) -> float:
        """Run again, in step with real time, which may lie behind; the new time."""
        with self._store.transaction():
            return self._keep(None)

    def _keep(self, state: ClockState | None) -> float:
        self._store.keep_note(_NOTE, None if state is None else asdict(state))
        return self.now()


def _tellable(at: float) -> float:
    if not 0 <= at < END:
        raise ClockError(f"the clock shows Unix seconds from 0 to {END - 1}, not {at}")
    return at
