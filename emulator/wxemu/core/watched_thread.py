"""Threads of ours that do not end unseen."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class WatchedThread:
    """A daemon thread that does a piece of work. An exception that ends the work is reported.

    :param on_failure: gets the exception, on this thread.
    :param pause: after so many seconds the work is begun again; ``None`` leaves it ended.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], None],
        *,
        on_failure: Callable[[Exception], None],
        pause: float | None = None,
    ) -> None:
        self._work = work
        self._on_failure = on_failure
        self._pause = pause
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopping(self) -> bool:
        """Whether it is to end, for the work to look at now and then."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Have it begin nothing anew, and wait for its end."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self.is_stopping:
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
                if self.is_stopping:  # what it worked on is being closed
                    return
                self._on_failure(error)
                if self._pause is None:
                    return
                self._stopping.wait(self._pause)
            else:
                return
