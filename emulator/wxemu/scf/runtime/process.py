"""The process of an instance, as the kernel knows it: whether it runs, and how much memory it uses.

Memory is the resident pages of the process and of all that it started, looked at while it runs; a limit of its address
space would tell little, as that is far more than what a process uses. Pages that a fork still shares with its parent
are counted for both. Where there is no /proc nothing is known: it runs, and uses no memory.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")
_PEAK: Final = b"VmHWM:"


@dataclass(frozen=True)
class Process:
    """A process by its id, which stays its own until its end has been waited for."""

    number: int

    def has_ended(self) -> bool:
        """Whether it has ended and nobody has waited for it yet."""
        with suppress(OSError), open(f"/proc/{self.number}/stat", "rb") as stat:  # noqa: PTH123 - on each invocation
            return stat.read().rpartition(b") ")[2].startswith(b"Z")
        return False

    def resident_bytes(self) -> int:
        """Return what it and its descendants hold now; of the descendants only what is no file's."""
        own, _ = _pages(self.number)
        others = (_pages(number) for number in _descendants(self.number))
        return (own + sum(resident - shared for resident, shared in others)) * _PAGE_BYTES

    def peak_bytes(self) -> int:
        """Return the most that it, without its descendants, has ever held; 0 once it has ended."""
        with suppress(OSError), open(f"/proc/{self.number}/status", "rb") as status:  # noqa: PTH123 - likewise
            for line in status:
                if line.startswith(_PEAK):
                    return int(line.split()[1]) * 1024
        return 0


def _pages(number: int) -> tuple[int, int]:
    with suppress(OSError), open(f"/proc/{number}/statm", "rb") as statm:  # noqa: PTH123 - twenty times a second
        _, resident, shared, *_ = map(int, statm.read().split())
        return resident, shared
    return 0, 0


def _descendants(number: int) -> Iterator[int]:
    with suppress(OSError):  # it has ended meanwhile
        for thread in os.listdir(f"/proc/{number}/task"):  # noqa: PTH208 - likewise
            with open(f"/proc/{number}/task/{thread}/children", "rb") as children:  # noqa: PTH123
                for child in map(int, children.read().split()):
                    yield child
                    yield from _descendants(child)
