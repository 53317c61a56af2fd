"""Answers in steps, taken on the event loop as long as they are quick, and on a thread from then on."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from wxemu.core.steps import Decision, Ready, Turn, take_turns

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from wxemu.core.steps import Postponed, Wanted


class Host(Protocol):
    """Who decides, and has threads."""

    loop: asyncio.AbstractEventLoop

    def decide(self, decide: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have something decided, with all that is to be decided now, and go on once it is kept."""

    def on_thread(self, call: Callable[[], object]) -> None:
        """Call something on a thread."""

    def on_loop(self, call: Callable[[], None]) -> None:
        """Call something on the event loop."""


class Taking:
    """The steps of one answer. Its methods run on the event loop, but for one.

    :param end: gets what makes the result or raises.
    """

    def __init__(self, host: Host, postponed: Postponed, end: Callable[[Callable[[], Any]], None]) -> None:
        self._host = host
        self._steps = postponed.steps
        self._lane = postponed.lane
        self._end = end

    def begin(self) -> None:
        """Take the first steps."""
        self._go_on(lambda: self._steps.send(None))

    def _go_on(self, step: Callable[[], Wanted]) -> None:
        try:
            wanted = step()
        except StopIteration as done:
            self._end(partial(_result, done.value))
        except BaseException as error:  # noqa: BLE001 - whoever wants the result gets it
            self._end(partial(_fail, error))
        else:
            try:
                self._want(wanted)
            except (OSError, RuntimeError) as error:  # this machine lacks what it takes
                self._go_on(partial(self._steps.throw, error))

    def _want(self, wanted: Wanted) -> None:
        if isinstance(wanted, Decision):
            self._host.decide(partial(_try, wanted.decide), self._go_on_with)
        elif isinstance(wanted, Ready):
            self._wait_for(wanted)
        elif isinstance(wanted, Turn):
            wanted.tell(partial(self._host.on_loop, partial(self._go_on, partial(self._steps.send, None))))
        else:
            self._leave(wanted)

    def _go_on_with(self, came: Callable[[], Any]) -> None:
        try:
            found = came()
        except BaseException as error:  # noqa: BLE001 - it is for the steps to judge
            self._go_on(partial(self._steps.throw, error))
        else:
            self._go_on(partial(self._steps.send, found))

    def _wait_for(self, ready: Ready) -> None:
        loop, descriptor = self._host.loop, ready.fileno()

        def go_on() -> None:
            loop.remove_reader(descriptor)
            timer.cancel()
            self._go_on_with(ready.look)

        loop.add_reader(descriptor, go_on)
        timer = loop.call_later(max(0.0, ready.until - time.monotonic()), go_on)

    def _leave(self, wanted: Wanted) -> None:
        """Go on on a thread, which may wait."""
        is_given_up = False

        def take() -> None:
            if is_given_up:
                return
            try:
                found = take_turns(self._steps, self._lane, wanted)
            except BaseException as error:  # noqa: BLE001 - as above
                self._host.on_loop(partial(self._end, partial(_fail, error)))
            else:
                self._host.on_loop(partial(self._end, partial(_result, found)))

        try:
            self._host.on_thread(take)
        except RuntimeError:
            is_given_up = True
            raise


def _try(decide: Callable[[], Any]) -> Callable[[], Any]:
    """What gives the result, or raises."""
    try:
        return partial(_result, decide())
    except Exception as error:  # noqa: BLE001 - others are decided at the same time
        return partial(_fail, error)


def _result(result: Any) -> Any:
    return result


def _fail(error: BaseException) -> Any:
    raise error
