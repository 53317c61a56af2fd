"""The running instances: who may use which, how many there are, and the end of all of them.

RuntimeClosedError
    An invocation came after, or waited during, the end.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from emulator.runtime.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from emulator.runtime.revision import Revision

# Warm processes of all functions and tenants together; the longest unused goes first.
MAX_IDLE: Final = 32


class RuntimeClosedError(RuntimeError):
    """The runtime has been closed."""


class Pool:
    """Instances by revision: one caller at a time each, reused while nothing changed, at most so many for a function.

    `command` tells for a runtime such as Python3.11 by which interpreter, with which options, an instance is run.

    Processes are started and ended under the pool's lock, a few milliseconds each, so that there is never one that
    nobody accounts for; they are talked to outside it.
    """

    def __init__(self, command: Callable[[str], Sequence[str]], *, max_instances: int) -> None:
        self._command = command
        self._max_instances = max_instances
        self._changed = threading.Condition()
        self._idle: list[Instance] = []  # the longest unused first
        self._leased: list[Instance] = []
        self._is_closed = False

    @contextmanager
    def lease(self, revision: Revision) -> Iterator[Instance]:
        """Lend an instance of `revision`, a warm one if there is; wait while the function has all it may have.

        Raises RuntimeClosedError.
        """
        instance = self._take(revision)
        try:
            yield instance
        except BaseException:
            instance.is_reusable = False
            raise
        finally:
            self._give_back(instance)

    def close(self) -> None:
        """End all processes; who waits for one is told RuntimeClosedError. May be called again."""
        with self._changed:
            self._is_closed = True
            for instance in self._leased:
                instance.kill()  # its caller, reading from it, finds it gone and gives it back
            self._changed.wait_for(lambda: not self._leased)
            while self._idle:
                self._idle.pop().stop()

    def _take(self, revision: Revision) -> Instance:
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(revision))
            if self._is_closed:
                raise RuntimeClosedError("the runtime has been closed")
            self._retire_outdated(revision)
            warm = next((instance for instance in reversed(self._idle) if instance.revision == revision), None)
            if warm is not None:
                self._idle.remove(warm)
            instance = warm or Instance(revision, self._command(revision.spec.runtime))
            self._leased.append(instance)
            return instance

    def _has_room(self, revision: Revision) -> bool:
        return sum(instance.revision.name == revision.name for instance in self._leased) < self._max_instances

    def _retire_outdated(self, revision: Revision) -> None:
        for instance in [instance for instance in self._idle if instance.revision.name == revision.name]:
            if instance.revision != revision or instance.has_exited():
                self._idle.remove(instance)
                instance.stop()

    def _give_back(self, instance: Instance) -> None:
        with self._changed:
            self._leased.remove(instance)
            if instance.is_reusable:
                self._idle.append(instance)
            else:
                instance.stop()
            if len(self._idle) > MAX_IDLE:
                self._idle.pop(0).stop()
            self._changed.notify_all()
