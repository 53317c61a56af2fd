"""Work that waits in between, written once: for a thread, which may wait, and for the event loop, which must not.

Such work is a generator. It yields what is to be decided and what has to be waited for, and is sent what came of it.
What it does in between is quick.

    Decision    in a transaction of its own, kept before the work goes on
    Wait        on whatever thread it is; from then on the work stays there
    Ready       for a file descriptor, which the event loop can wait for as well
    Turn        for one's turn, likewise
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

if TYPE_CHECKING:
    from selectors import DefaultSelector

    from wxemu.core.lane import Lane

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided at once.

    :param decide: does so, in a transaction. It is run again if what it has written could not be kept.
    """

    decide: Callable[[], Any]

    def __call__(self) -> Any:
        """Decide."""
        return self.decide()


@dataclass(frozen=True, slots=True)
class Wait:
    """What may take long.

    :param wait: does it, and returns what is to be sent.
    """

    wait: Callable[[], Any]

    def __call__(self) -> Any:
        """Wait."""
        return self.wait()


LARGE_BYTES: Final = 64 * 1024
"""What is larger takes long to be read or written as JSON."""
ELSEWHERE: Final = Wait(bool)
"""What follows may take long."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What of a selector is ready, by file descriptor; nothing of it once the time has come.

    :param until: by the monotonic clock.
    """

    selector: DefaultSelector
    until: float

    def fileno(self) -> int:
        """What is ready to be read once there is something."""
        return self.selector.fileno()

    def __call__(self) -> set[int]:
        """Wait for it."""
        return self.look(max(0.0, self.until - time.monotonic()))

    def look(self, seconds: float = 0.0) -> set[int]:
        """What is ready now, or within this time."""
        return {key.fd for key, _ in self.selector.select(seconds)}


class Turns:
    """So many at one time; who comes when there are that many waits, and goes on in turn. Thread-safe."""

    def __init__(self, places: int) -> None:
        self.lock = threading.Lock()
        self.free = places
        self.waiting: deque[Turn] = deque()


class Turn:
    """A place among others, which is asked for now, and which is to be ended in any case."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.listener: Callable[[], object] | None = None
        with turns.lock:
            self.has_come = turns.free > 0
            if self.has_come:
                turns.free -= 1
            else:
                turns.waiting.append(self)

    def __call__(self) -> None:
        """Wait for it."""
        come = threading.Event()
        self.tell(come.set)
        come.wait()

    def tell(self, listener: Callable[[], object]) -> None:
        """Have `listener` called once it has come, by whoever ends a turn."""
        with self._turns.lock:
            if not self.has_come:
                self.listener = listener
                return
        listener()

    def end(self) -> None:
        """Let the next one go on, or wait no more."""
        with self._turns.lock:
            if not self.has_come:
                self._turns.waiting.remove(self)
                return
            if not self._turns.waiting:
                self._turns.free += 1
                return
            following = self._turns.waiting.popleft()
            following.has_come = True
        if following.listener is not None:
            following.listener()


Wanted: TypeAlias = "Decision | Wait | Ready | Turn"
Steps: TypeAlias = Generator[Wanted, Any, Result]


def run_through(steps: Steps[Result], *, lane: Lane | None = None, wanted: Wanted | None = None) -> Result:
    """Take all steps on this thread, and return the result.

    :param lane: is left while there is something to be waited for.
    :param wanted: by steps that were begun elsewhere.
    """
    try:
        if wanted is None:
            wanted = next(steps)
        while True:
            try:
                if lane is None or isinstance(wanted, Decision):
                    came = wanted()
                else:
                    with lane.left():
                        came = wanted()
            except BaseException as error:  # noqa: BLE001 - it is for the steps to judge
                wanted = steps.throw(error)
            else:
                wanted = steps.send(came)
    except StopIteration as done:
        result: Result = done.value
        return result


def take_turns(steps: Steps[Result], lane: Lane, wanted: Wanted | None = None) -> Result:
    """The same on a lane, for a thread that is not on it yet."""
    with lane:
        return run_through(steps, lane=lane, wanted=wanted)


@dataclass(frozen=True)
class Postponed:
    """An answer that is made in steps.

    :param steps: make it.
    :param lane: for a thread that goes on with them.
    """

    steps: Steps[Any]
    lane: Lane


POSTPONE: Final[ContextVar[Callable[[Postponed], None] | None]] = ContextVar("POSTPONE", default=None)
"""What takes the answer to the present request in steps, on the event loop; without it they are taken at once."""
