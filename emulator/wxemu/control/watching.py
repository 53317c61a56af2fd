"""An invocation that its caller watches: on a thread of its own, so that what it says can be told while it runs."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol

from wxemu.core.http.streams import HEARTBEAT_SECONDS
from wxemu.scf.runtime import Debugging
from wxemu.scf.runtime.debugging import HOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wxemu.scf.runtime import Awaited


class Invoke(Protocol):
    """Runs a function and gives its outcome."""

    def __call__(self, *, hear: Callable[[str], None], debugging: Debugging | None) -> Mapping[str, Any]:
        """See ``Deployment.invoke``."""


@dataclass(frozen=True)
class _End:
    outcome: Mapping[str, Any] | None
    error: Exception | None = None


def watched(invoke: Invoke, debug_port: int | None) -> Iterator[Mapping[str, Any] | None]:
    """What its caller is told: ``{"line"}``, ``{"debugger"}``, at last the outcome; ``None`` while nothing happens.

    An invocation that waits for a debugger, or is at one, ends when nobody reads on; any other runs to its end.

    :param debug_port: for a debugger to attach to, 0 for any that is free; ``None`` for no debugger.
    """
    said: SimpleQueue[Mapping[str, Any] | _End] = SimpleQueue()
    is_left = threading.Event()

    def announce(awaited: Awaited) -> None:
        said.put({"debugger": _debugger(awaited)})

    def run() -> None:
        debugging = None if debug_port is None else Debugging(debug_port, announce, lambda: not is_left.is_set())
        try:
            said.put(_End(invoke(hear=lambda line: said.put({"line": line}), debugging=debugging)))
        except Exception as error:  # noqa: BLE001 - it is raised where it can be answered
            said.put(_End(None, error))

    threading.Thread(target=run, name="watched invocation", daemon=True).start()
    try:
        while not isinstance(told := _next(said), _End):
            yield told
        if told.error is not None:
            raise told.error
        yield told.outcome
    finally:
        is_left.set()


def _next(said: SimpleQueue[Mapping[str, Any] | _End]) -> Mapping[str, Any] | _End | None:
    try:
        return said.get(timeout=HEARTBEAT_SECONDS)
    except Empty:
        return None


def _debugger(awaited: Awaited) -> dict[str, Any]:
    """Where to attach, in the words of an editor's launch configuration."""
    mappings = [{"localRoot": here, "remoteRoot": there} for here, there in awaited.folders.items()]
    return {"connect": {"host": HOST, "port": awaited.port}, "pathMappings": mappings}
