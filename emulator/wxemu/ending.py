"""The end of an emulator: by a signal or by a part that has failed; in order, and within a bound.

EndedError
    A part has failed without which there is no emulator; the text says which, and what to do.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, MessageError, spoken

if TYPE_CHECKING:
    import asyncio

END_SECONDS: Final = 10.0
"""From the first signal on. In order it takes three at most."""
_CUT_OFF: Final = Message(
    "wxemu: the emulator did not end in order within {seconds} seconds, and is cut off\n",
    "wxemu：模拟器没有在 {seconds} 秒内正常结束，已被强制终止\n",
    seconds=f"{END_SECONDS:.0f}",
)


class EndedError(MessageError):
    """A part has failed without which there is no emulator."""


class Ending:
    """Whether the end has begun. From its making on, SIGINT and SIGTERM begin it; whatever comes after changes nothing.

    Must be made by the main thread.
    """

    def __init__(self) -> None:
        self._has_begun = False
        self._announced = threading.Event()
        self._failure: Message | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: asyncio.Event | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    @property
    def has_begun(self) -> bool:
        """Whether it has begun."""
        return self._has_begun

    def watch(self) -> None:
        """See to it that the end is one."""
        threading.Thread(target=self._cut_off, name="end", daemon=True).start()

    def begin(self, failure: Message | None = None) -> None:
        """Begin the end, by whichever thread.

        :param failure: what has failed, and what to do; ``None`` if somebody wants it to end.
        """
        if self._has_begun:
            return
        self._has_begun, self._failure = True, failure
        self._announced.set()  # a signal may come while a thread is being started, so that it cannot start another
        if self._loop is not None and self._waiting is not None:
            with suppress(RuntimeError):  # the loop has seen it by itself, and is closed already
                self._loop.call_soon_threadsafe(self._waiting.set)

    async def begun(self) -> None:
        """Wait until the end begins."""
        import asyncio  # noqa: PLC0415 - an end is made before all that serves is imported

        self._loop, self._waiting = asyncio.get_running_loop(), asyncio.Event()
        if not self._has_begun:
            await self._waiting.wait()

    def check(self) -> None:
        """:raises EndedError: it ended by a failure."""
        if self._failure is not None:
            raise EndedError(self._failure)

    def _on_signal(self, _number: int, _frame: Any) -> None:
        self.begin()

    def _cut_off(self) -> None:
        """End the process, with all that still hinders its end."""
        self._announced.wait()
        time.sleep(END_SECONDS)
        os.write(sys.stderr.fileno(), spoken(_CUT_OFF).encode())  # the log may be what hinders it
        os._exit(1)
