"""Who goes before whom: a function whose last call ended its instance gives way to all others.

Production has a share of the processors for each instance. Here all share those of one machine, and a function that is
called again as soon as it has used up its time or its memory would take most of them: by what it does, and by its cold
starts, which all wait for one fork server and for the kernel's lock of mounts.
"""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.scf.runtime.instance import Instance
    from wxemu.scf.runtime.revision import Revision

_MOST_BLAMED: Final = 1000


class Precedence:
    """Which functions give way, and the turns in which their instances start. Thread-safe.

    :param turn_seconds: after which the next one may start all the same: a function may call another one while it
        loads.
    """

    def __init__(self, *, turn_seconds: float = 1.0) -> None:
        self._turn_seconds = turn_seconds
        self._blamed: set[tuple[str, ...]] = set()
        self._next_turn_at = 0.0
        self._ended = threading.Condition()

    def judge(self, instance: Instance) -> None:
        """Learn from a call: blame the function if it ended its instance, and forget that it did so once it did not."""
        name = instance.revision.name
        if not instance.has_failed:
            self._blamed.discard(name)
        elif len(self._blamed) < _MOST_BLAMED:
            self._blamed.add(name)

    def is_blamed(self, revision: Revision) -> bool:
        """Whether the function's last call ended its instance."""
        return revision.name in self._blamed

    def begin(self, revision: Revision) -> ExitStack:
        """Wait until an instance may be started; closing what is returned lets the next one start."""
        turn = ExitStack()
        if self.is_blamed(revision):
            turn.enter_context(self._turn())
        return turn

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self._ended:
            while (left := self._next_turn_at - time.monotonic()) > 0:
                self._ended.wait(left)
            self._next_turn_at = mine = time.monotonic() + self._turn_seconds
        try:
            yield
        finally:
            with self._ended:
                if self._next_turn_at == mine:
                    self._next_turn_at = 0.0
                    self._ended.notify()
