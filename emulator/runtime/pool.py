"""The running instances: who may use which, how many there are, and the end of all of them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from emulator.runtime.errors import InterpreterError, RuntimeClosedError
from emulator.runtime.instance import Instance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from emulator.runtime.forkserver import ForkServer
    from emulator.runtime.revision import Revision

# Warm processes of all functions and tenants together; the longest unused goes first.
MAX_IDLE: Final = 32
_BIRTHS: Final = 3  # a fork server that dies may take two instances along before that is seen and it is replaced


class Pool:
    """Instances by revision: one caller at a time each, reused while nothing changed, at most so many for a function.

    One that was idle for `idle_seconds`, by the `clock`, is not used again. Which instances there are is decided under
    the pool's lock; whoever takes one out of it waits for its end outside.
    """

    def __init__(self, *, max_instances: int, idle_seconds: float, clock: Callable[[], float]) -> None:
        self._max_instances = max_instances
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._idle: list[Instance] = []  # the longest unused first
        self._leased: list[Instance] = []
        self._ending: list[Instance] = []
        self._is_closed = False

    @contextmanager
    def lease(self, revision: Revision, server: ForkServer) -> Iterator[Instance]:
        """Lend an instance of `revision`, a warm one if there is; wait while the function has all it may have.

        Raises RuntimeClosedError, and InterpreterError if `server` brings forth no instance.
        """
        for _ in range(_BIRTHS):
            with self._lent(revision, server) as instance:
                if not instance.is_cold or instance.is_born():
                    yield instance
                    return
                instance.is_reusable = False
        raise InterpreterError(f"no instance of {revision.spec.name} can be started")

    def close(self) -> None:
        """End all processes; who waits for one is told RuntimeClosedError. May be called again."""
        with self._changed:
            self._is_closed = True
            for instance in self._leased:
                instance.hang_up()  # its caller, reading from it, finds it gone and gives it back
            self._changed.wait_for(lambda: not self._leased and not self._ending)
            idle, self._idle = self._idle, []
        for instance in idle:
            instance.stop()

    @contextmanager
    def _lent(self, revision: Revision, server: ForkServer) -> Iterator[Instance]:
        instance = self._take(revision, server)
        try:
            yield instance
        except BaseException:
            instance.is_reusable = False
            raise
        finally:
            self._give_back(instance)

    def _take(self, revision: Revision, server: ForkServer) -> Instance:
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(revision))
            if self._is_closed:
                raise RuntimeClosedError("the runtime has been closed")
            useless = [instance for instance in self._idle if self._is_useless(instance, revision)]
            self._retire(useless)
            warm = next((instance for instance in reversed(self._idle) if instance.revision == revision), None)
            if warm is not None:
                self._idle.remove(warm)
            instance = warm or Instance(revision, server)
            self._leased.append(instance)
        self._end(useless)
        return instance

    def _has_room(self, revision: Revision) -> bool:
        return sum(instance.revision.name == revision.name for instance in self._leased) < self._max_instances

    def _is_useless(self, instance: Instance, revision: Revision) -> bool:
        if self._clock() - instance.idle_since >= self._idle_seconds:
            return True
        is_outdated = instance.revision.name == revision.name and instance.revision != revision
        return is_outdated or instance.has_ended()

    def _give_back(self, instance: Instance) -> None:
        with self._changed:
            self._leased.remove(instance)
            instance.idle_since = self._clock()
            self._idle.append(instance)
            surplus = self._idle[:-MAX_IDLE] if instance.is_reusable else [instance]
            self._retire(surplus)
            self._changed.notify_all()
        self._end(surplus)

    def _retire(self, instances: Iterable[Instance]) -> None:
        for instance in instances:
            self._idle.remove(instance)
            self._ending.append(instance)

    def _end(self, instances: Iterable[Instance]) -> None:
        for instance in instances:
            instance.stop()
            with self._changed:
                self._ending.remove(instance)
                self._changed.notify_all()
