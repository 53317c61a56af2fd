"""An invocation that its caller watches: it runs on a thread of its own, so that its log can be read meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import Future
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


def watch(invoke: Invoke, debug_port: int | None) -> Iterator[Mapping[str, Any] | None]:
    """Run it; yield ``{"line"}`` and ``{"debugger"}`` as they come, at last the outcome; ``None`` while it is silent.

    An invocation that waits for a debugger, or is at one, ends when nobody reads on; any other runs to its end.

    :param debug_port: for a debugger to attach to, 0 for any that is free; ``None`` for no debugger.
    """
    news: SimpleQueue[Mapping[str, Any]] = SimpleQueue()
    outcome: Future[Mapping[str, Any]] = Future()
    is_left = threading.Event()

    def announce(awaited: Awaited) -> None:
        news.put({"debugger": _debugger(awaited)})

    def run() -> None:
        debugging = None if debug_port is None else Debugging(debug_port, announce, lambda: not is_left.is_set())
        try:
            outcome.set_result(invoke(hear=lambda line: news.put({"line": line}), debugging=debugging))
        except Exception as error:  # noqa: BLE001 - it is raised where it can be answered
            outcome.set_exception(error)
        news.put({})

    threading.Thread(target=run, name="watched invocation", daemon=True).start()
    try:
        while (document := _next(news)) != {}:
            yield document
        yield outcome.result()
    finally:
        is_left.set()


def _next(news: SimpleQueue[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    try:
        return news.get(timeout=HEARTBEAT_SECONDS)
    except Empty:
        return None


def _debugger(awaited: Awaited) -> dict[str, Any]:
    """Where to attach, in the words of an editor's launch configuration."""
    mappings = [{"localRoot": here, "remoteRoot": there} for here, there in awaited.folders.items()]
    return {"connect": {"host": HOST, "port": awaited.port}, "pathMappings": mappings}
