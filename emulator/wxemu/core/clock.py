"""The clock of the emulator: every rule reads the time here, and a test can move it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.store import Store

_NOTE = "clock"
END: Final = 2**32
"""The clock stays below this Unix time: a rid has 8 hexadecimal digits for it."""
FASTEST: Final = 86_400
"""The largest factor: a day in a second."""


class ClockError(MessageError):
    """The clock cannot be moved like that."""


@dataclass(frozen=True)
class ClockState:
    """How the clock runs: at real time ``since`` it showed ``shown``, and since then it runs ``scale`` times as fast.

    :param since: real Unix seconds.
    :param shown: Unix seconds.
    :param scale: seconds of the clock in a real second; 0 while it is frozen.
    """

    since: float = 0.0
    shown: float = 0.0
    scale: float = 1.0

    @property
    def offset(self) -> float:
        """Seconds by which it was ahead of real time when it was moved last."""
        return self.shown - self.since

    @property
    def is_frozen(self) -> bool:
        """Whether it is frozen."""
        return self.scale == 0

    def at(self, real: float) -> float:
        """What it shows at the real Unix time ``real``; at its end it stops."""
        return min(self.shown + (real - self.since) * self.scale, END - 1)


def _state_of(kept: Mapping[str, float] | None) -> ClockState:
    return ClockState() if kept is None else ClockState(**kept)


class Clock:
    """Real time, moved, frozen or faster. Its state is in the store, so every process reads the same time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each move, in the thread of who moves the clock."""
        self._listeners.append(listener)

    def state(self) -> ClockState:
        """How the clock runs."""
        return self._store.note_as(_NOTE, _state_of)

    def now(self) -> float:
        """Unix time in seconds."""
        return self.state().at(time.time())

    def agrees(self, at: float, *, within: float) -> bool:
        """Whether a client's clock that shows ``at`` is at most ``within`` seconds wrong.

        A client's clock may follow this one, or real time.
        """
        return min(abs(self.now() - at), abs(time.time() - at)) <= within

    def freeze(self, at: float | None = None) -> float:
        """Freeze the clock, now or at Unix time ``at``, which may be in the past; return the time.

        :raises ClockError: ``at`` is out of range.
        """
        with self._store.transaction():
            real = time.time()
            shown = _in_range(self.state().at(real) if at is None else float(at))
            moved = self._keep(ClockState(real, shown, scale=0.0))
        return self._tell(moved)

    def advance(self, seconds: float) -> float:
        """Move the clock forward, frozen or not; return the new time.

        :raises ClockError: ``seconds`` is negative (rules about "latest" assume that time never goes back), or the new
            time is out of range.
        """
        if not seconds >= 0:
            raise ClockError(
                Message(
                    "the clock only moves forward: expected seconds >= 0, got {seconds}",
                    "时钟只能前进：秒数应不小于 0，得到的是 {seconds}",
                    seconds=seconds,
                )
            )
        with self._store.transaction():
            _in_range(self.now() + seconds)
            state = self.state()
            moved = self._keep(replace(state, shown=state.shown + seconds))
        return self._tell(moved)

    def scale(self, factor: float) -> float:
        """Run ``factor`` times as fast as real time from now on, frozen or not; return the time.

        :raises ClockError: ``factor`` is 0, negative, or above ``FASTEST``.
        """
        if not 0 < factor <= FASTEST:
            raise ClockError(
                Message(
                    "the clock runs over 0 and up to {fastest} times as fast, not {factor}; or freeze it",
                    "时钟的倍速应大于 0 且不超过 {fastest}，不能是 {factor}；也可以冻结时钟",
                    fastest=FASTEST,
                    factor=f"{factor:g}",
                )
            )
        with self._store.transaction():
            real = time.time()
            moved = self._keep(ClockState(real, self.state().at(real), float(factor)))
        return self._tell(moved)

    def release(self) -> float:
        """Follow real time again, also if that is earlier; return the new time."""
        with self._store.transaction():
            moved = self._keep(None)
        return self._tell(moved)

    def _tell(self, moved: float) -> float:
        for listener in self._listeners:
            listener()
        return moved

    def _keep(self, state: ClockState | None) -> float:
        self._store.keep_note(_NOTE, None if state is None else asdict(state))
        return self.now()


def _in_range(at: float) -> float:
    if not 0 <= at < END:
        raise ClockError(
            Message(
                "the clock shows Unix seconds from 0 to {last}, not {at}",
                "时钟的 Unix 秒数应为 0 到 {last}，不能是 {at}",
                last=END - 1,
                at=at,
            )
        )
    return at
