"""The lines of functions' logs as they are written, for listeners.

Lines stay in this process's memory; the store gets an invocation's whole log at its end. So a function that prints a
million lines writes nothing to the store while it runs, and a line without a listener costs next to nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from wxemu.core.credentials import strike_out

if TYPE_CHECKING:
    from wxemu.scf.invocation_records import Choice

MOST_WAITING: Final = 10_000
"""Lines that wait for a listener who does not take them; the oldest are dropped."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line, without its end.

    :param request_id: of the invocation; ``None`` for what the emulator reports about the project's files.
    :param function: ``None`` if it is about no function.
    """

    text: str
    env: str | None = None
    function: str | None = None
    request_id: str | None = None


class Listener:
    """Receives the lines of one choice from now on, for as long as somebody refers to it."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._lines: deque[Line] = deque(maxlen=MOST_WAITING)
        self._came = threading.Condition()

    def wait(self, seconds: float) -> None:
        """Wait until there are lines to take, but no longer than so many seconds."""
        with self._came:
            self._came.wait_for(lambda: self._lines, seconds)

    def take(self) -> list[Line]:
        """The lines that have come since the last time."""
        with self._came:
            lines = list(self._lines)
            self._lines.clear()
            return lines

    def offer(self, line: Line) -> None:
        """Keep a line, if it is one of the choice."""
        has = {"env": line.env, "function": line.function, "request_id": line.request_id}
        if all(wanted in (None, has[name]) for name, wanted in vars(self._choice).items()):
            with self._came:
                self._lines.append(line)
                self._came.notify_all()


class Feed:
    """All lines of one emulator. Thread-safe."""

    def __init__(self) -> None:
        self._listeners: WeakSet[Listener] = WeakSet()
        self._changing = threading.Lock()

    def listener(self, choice: Choice) -> Listener:
        """A new listener."""
        listener = Listener(choice)
        with self._changing:
            self._listeners.add(listener)
        return listener

    @property
    def has_listeners(self) -> bool:
        """Whether anybody listens."""
        return bool(self._listeners)

    def publish(self, line: Line) -> None:
        """Hand a line to all listeners, without credentials."""
        if not self.has_listeners:
            return
        with self._changing:
            listeners = list(self._listeners)
        harmless = replace(line, text=strike_out(line.text))
        for listener in listeners:
            listener.offer(harmless)
