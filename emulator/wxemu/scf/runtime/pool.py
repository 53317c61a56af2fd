"""The running instances: who may use which, how many there are, and the end of all of them."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from wxemu.core.messages import Message, spoken
from wxemu.core.steps import Turn, Turns
from wxemu.scf.runtime.instance import Instance
from wxemu.scf.runtime.invocation import InterpreterError, RuntimeClosedError
from wxemu.scf.runtime.precedence import Precedence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager, ExitStack
    from pathlib import Path

    from wxemu.scf.runtime.forkserver import ForkServer
    from wxemu.scf.runtime.revision import Revision

# Warm processes of all functions and tenants together; the one that was unused longest is ended first.
MAX_IDLE: Final = 32
_BIRTHS: Final = 3  # a fork server that dies may end two instances before it is replaced
_LONGEST_SWEEP_SECONDS: Final = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InstanceState:
    """One running instance.

    `is_busy` whether an invocation runs in it, for `since_seconds` in this state; `invocations` counts all until now,
    `memory_bytes` is what it holds now, `init_ms` what its cold start took; 0 while that lasts.
    """

    function: str
    appid: str
    env: str
    process: int | None
    is_busy: bool
    since_seconds: float
    invocations: int
    memory_bytes: int
    init_ms: float


class Pool:
    """Instances by revision: one caller at a time each, reused while nothing changed, at most so many for a function.

    One that was idle for `idle_seconds`, by the `clock`, is not used again; `sweep` ends it, which a thread of the pool
    calls every now and then. Which instances there are is decided under the pool's lock; whoever takes one out of it
    waits for its end outside.
    """

    def __init__(self, *, max_instances: int, idle_seconds: float, clock: Callable[[], float]) -> None:
        self._max_instances = max_instances
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._idle: list[Instance] = []  # the longest unused first
        self._leased: list[Instance] = []
        self._ending: list[Instance] = []
        self._turns: WeakValueDictionary[tuple[str, ...], Turns] = WeakValueDictionary()
        self._precedence = Precedence()
        self._is_closed = threading.Event()
        self._sweeper: threading.Thread | None = None

    @contextmanager
    def lease(self, revision: Revision, server: ForkServer, *, is_fresh: bool = False) -> Iterator[Instance]:
        """Lend an instance of `revision`, a warm one if there is, to who has a turn.

        With `is_fresh` it is a new one to be debugged, that is ended afterwards. Raises RuntimeClosedError, and
        InterpreterError if `server` brings forth no instance.
        """
        for _ in range(_BIRTHS):
            with (
                self._precedence.begin(revision) as start,
                self._lend(self._take(revision, server, start, is_fresh=is_fresh)) as instance,
            ):
                if not instance.is_cold or instance.is_born():
                    yield instance
                    return
                instance.is_reusable = False
        raise InterpreterError(
            Message(
                "no instance of {name} can be started; the log says why",
                "云函数 {name} 的实例无法启动；原因见日志",
                name=revision.spec.name,
            )
        )

    def turn(self, revision: Revision) -> Turn:
        """A turn among the callers of a function, who may be as many as it has instances."""
        with self._changed:
            turns = self._turns.get(revision.name)
            if turns is None:
                turns = self._turns[revision.name] = Turns(self._max_instances)
        return Turn(turns)

    def lend_warm(self, revision: Revision) -> AbstractContextManager[Instance] | None:
        """What `lease` lends, if that takes no time."""
        with self._changed:
            is_simple = not (
                self._is_closed.is_set()
                or self._precedence.is_blamed(revision)
                or any(self._is_useless(instance, revision) for instance in self._idle)
            )
            ended, warm = self._find_warm(revision) if is_simple else ([], None)
            if warm is None or ended:
                return None
            self._idle.remove(warm)
            self._begin_lease(warm, revision)
        return self._lend(warm)

    def takes_time_to_end(self, instance: Instance) -> bool:
        """Whether the end of its lease is that of an instance too."""
        return not instance.is_reusable or len(self._idle) >= MAX_IDLE

    def states(self) -> list[InstanceState]:
        """Return what there is, the longest idle first, then those that are busy."""
        with self._changed:
            now = self._clock()
            idle = [_state(instance, now, is_busy=False) for instance in self._idle]
            return idle + [_state(instance, now, is_busy=True) for instance in self._leased]

    def folders(self) -> set[Path]:
        """Return the folders of all instances' code."""
        with self._changed:
            instances = (*self._idle, *self._leased, *self._ending)
            return {instance.revision.spec.directory for instance in instances}

    @property
    def is_idle(self) -> bool:
        """Whether nobody has an instance now."""
        return not self._leased

    def sweep(self) -> None:
        """End the instances that have been idle for too long, and release those that have ended by themselves."""
        with self._changed:
            useless = [instance for instance in self._idle if self._is_forgotten(instance)]
            self._retire(useless)
            ended = [instance for instance in self._idle if instance.has_ended()]
            self._retire(ended)
        _tell_of(ended)
        self._end((*useless, *ended))

    def close(self) -> None:
        """End all processes; whoever waits for one gets RuntimeClosedError. May be called again."""
        with self._changed:
            self._is_closed.set()
            for instance in self._leased:
                instance.hang_up()  # its caller, reading from it, finds it gone and gives it back
            self._changed.wait_for(lambda: not self._leased and not self._ending)
            idle, self._idle = self._idle, []
        for instance in idle:
            instance.stop()
        if self._sweeper is not None:
            self._sweeper.join()

    @contextmanager
    def _lend(self, instance: Instance) -> Iterator[Instance]:
        try:
            yield instance
        except BaseException:
            instance.is_reusable = False
            raise
        finally:
            self._give_back(instance)

    def _take(self, revision: Revision, server: ForkServer, start: ExitStack, *, is_fresh: bool) -> Instance:
        with self._changed:
            if self._is_closed.is_set():
                raise RuntimeClosedError(Message("the runtime has been closed", "运行环境已关闭"))
            self._have_sweeper()
            useless = [instance for instance in self._idle if self._is_useless(instance, revision)]
            self._retire(useless)
            ended, warm = self._find_warm(revision)
            self._retire(ended)
            if is_fresh or warm is None:
                instance = Instance(revision, server, start, is_debugged=is_fresh)
                instance.is_reusable = not is_fresh
            else:
                instance = warm
                self._idle.remove(warm)
                start.close()
            self._begin_lease(instance, revision)
        _tell_of(ended)
        self._end((*useless, *ended))
        return instance

    def _begin_lease(self, instance: Instance, revision: Revision) -> None:
        instance.since = self._clock()
        instance.invocations += 1
        instance.is_blamed = self._precedence.is_blamed(revision)
        self._leased.append(instance)

    def _find_warm(self, revision: Revision) -> tuple[list[Instance], Instance | None]:
        """Return the instance of a revision that was used last, and those that would be it, had they not ended."""
        ended: list[Instance] = []
        for instance in reversed(self._idle):
            if instance.revision == revision:
                if not instance.has_ended():
                    return ended, instance
                ended.append(instance)
        return ended, None

    def _is_useless(self, instance: Instance, revision: Revision) -> bool:
        if self._is_forgotten(instance):
            return True
        return instance.revision.name == revision.name and instance.revision != revision

    def _is_forgotten(self, instance: Instance) -> bool:
        return self._clock() - instance.since >= self._idle_seconds

    def _give_back(self, instance: Instance) -> None:
        with self._changed:
            self._leased.remove(instance)
            instance.since = self._clock()
            self._precedence.judge(instance)
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

    def _have_sweeper(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep_until_closed, name="sweeper", daemon=True)
            self._sweeper.start()

    def _sweep_until_closed(self) -> None:
        pause = min(_LONGEST_SWEEP_SECONDS, self._idle_seconds / 10)
        while not self._is_closed.wait(pause):
            self.sweep()


def _tell_of(ended: Sequence[Instance]) -> None:
    if ended:
        gone = Message(
            "idle instances have ended by themselves, of: {names}; the next calls start others",
            "{names} 的空闲实例自行结束了；之后的调用会启动新的实例",
            names=sorted({instance.revision.spec.name for instance in ended}),
        )
        _log.warning("%s", spoken(gone))


def _state(instance: Instance, now: float, *, is_busy: bool) -> InstanceState:
    process = instance.process
    return InstanceState(
        function=instance.revision.spec.name,
        appid=instance.revision.appid,
        env=instance.revision.env,
        process=None if process is None else process.number,
        is_busy=is_busy,
        since_seconds=now - instance.since,
        invocations=instance.invocations,
        memory_bytes=0 if process is None else process.resident_bytes(),
        init_ms=instance.init_ms,
    )
