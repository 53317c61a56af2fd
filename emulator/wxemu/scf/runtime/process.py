"""The process of an instance, as the kernel knows it: whether it runs, and how much memory it uses.

Memory is the resident pages of the process and of all that it started, looked at while it runs; a limit of its address
space would tell little, as that is far more than what a process uses. Pages that a fork still shares with its parent
are counted for both. Where there is no /proc nothing is known: it runs, and uses no memory.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_AS_USUAL: Final = ("SCHED_OTHER", 0)
_LAST: Final = ("SCHED_IDLE", 19)
"""A thread's scheduling policy, and the niceness of its session where the kernel schedules by session (autogroup)."""


class Process:
    """An instance's process, by what the fork server tells of it.

    :param number: a process that ends with the instance, and whose id stays its own until its end has been waited for.
    :param is_keeper: whether the instance is that process's first child, and all orphans its others.
    """

    def __init__(self, number: int, *, is_keeper: bool) -> None:
        self._first = number
        self._is_keeper = is_keeper
        self._own = None if is_keeper else number
        self.gives_way = False

    @property
    def number(self) -> int:
        """Its process id; the keeper's while the instance itself is not there yet."""
        if self._own is None:
            self._own = next(_children(self._first), None)
        return self._first if self._own is None else self._own

    def kill(self) -> None:
        """Kill it and all it started, as far as that is known."""
        with suppress(ProcessLookupError):
            if self._is_keeper:
                os.kill(self._first, signal.SIGKILL)
            else:
                os.killpg(self._first, signal.SIGKILL)

    def cpu_seconds(self) -> float:
        """Return what it has used of the processors, without its descendants."""
        with suppress(OSError), open(f"/proc/{self.number}/stat", "rb") as stat:  # noqa: PTH123 - twenty times a second
            fields = stat.read().rpartition(b") ")[2].split()
            return (int(fields[11]) + int(fields[12])) / _TICKS
        return 0.0

    def give_way(self) -> None:
        """Have it and what it starts run when nobody else wants to.

        To be called once it has its folders: what runs last may hold no lock of the kernel's that others wait for.
        """
        self.gives_way = True
        self._schedule(*_LAST)

    def hurry(self) -> None:
        """Have it give way no more, so that it can end: its mounts go with it, under the same lock.

        The kernel lets only root do so.
        """
        if self.gives_way:
            self._schedule(*_AS_USUAL)

    def _schedule(self, policy: str, niceness: int) -> None:
        number = getattr(os, policy, None)
        if number is None:  # not Linux
            return
        own = () if self._is_keeper else (self._first,)  # a keeper is of the fork server's session
        for process in (*own, *_descendants(self._first)):
            with suppress(OSError):
                Path(f"/proc/{process}/autogroup").write_text(str(niceness))
            with suppress(OSError):
                for thread in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208 - names alone
                    os.sched_setscheduler(int(thread), number, os.sched_param(0))

    def resident_bytes(self) -> int:
        """Return what it and all it started hold now; of those only what is no file's."""
        number = self.number
        own, _ = _pages(number)
        others = (_pages(other) for other in _descendants(self._first) if other != number)
        return (own + sum(resident - shared for resident, shared in others)) * _PAGE_BYTES


def state_of(number: int) -> str:
    """Return the kernel's letter for what a process does, such as T when it is stopped; empty if there is none."""
    with suppress(OSError), open(f"/proc/{number}/stat", "rb") as stat:  # noqa: PTH123 - twenty times a second
        return stat.read().rpartition(b") ")[2][:1].decode()
    return ""


def _pages(number: int) -> tuple[int, int]:
    with suppress(OSError), open(f"/proc/{number}/statm", "rb") as statm:  # noqa: PTH123 - twenty times a second
        _, resident, shared, *_ = map(int, statm.read().split())
        return resident, shared
    return 0, 0


def _descendants(number: int) -> Iterator[int]:
    for child in _children(number):
        yield child
        yield from _descendants(child)


def _children(number: int) -> Iterator[int]:
    """Yield a process's children, the eldest first."""
    with suppress(OSError):  # it has ended meanwhile
        for thread in os.listdir(f"/proc/{number}/task"):  # noqa: PTH208 - twenty times a second
            with open(f"/proc/{number}/task/{thread}/children", "rb") as children:  # noqa: PTH123 - likewise
                yield from map(int, children.read().split())
