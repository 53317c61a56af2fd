"""One lane for threads that work much and wait in between.

All share one interpreter. Where several work at a time, each system call hands its lock to another one, which takes
longer than many a call: work that is done in turns takes up to a quarter less.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator


class Lane:
    """Held by one thread at a time while it works, and left while it waits for anything but the state.

    It is entered before the locks of what the thread works with, and never within them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder: int | None = None

    def __enter__(self) -> Self:
        """Wait for one's turn."""
        self._lock.acquire()
        self._holder = threading.get_ident()
        return self

    def __exit__(self, *_: object) -> None:
        """Give others their turn."""
        self._holder = None
        self._lock.release()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Let others work in the block, where this thread waits; a thread that does not hold the lane just waits."""
        if self._holder != threading.get_ident():
            yield
            return
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()
