"""The edge of one emulator: who is admitted, and on which lane a request is answered."""

from __future__ import annotations

import asyncio
import resource
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import troubles
from wxemu.core.messages import Message
from wxemu.edge.answer import Answer, ask
from wxemu.edge.connection import Connection
from wxemu.edge.taking import Taking

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from wsgiref.types import WSGIApplication, WSGIEnvironment


MOST_CONNECTIONS: Final = 4000
SPARE_DESCRIPTORS: Final = 256
"""Files that the emulator needs beside its clients' connections."""
END_SECONDS: Final = 3.0
"""Given to answers that are under way when the emulator ends."""
_FAULT: Final = Answer(
    "500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")], b"a fault of the emulator\n"
)


def _each_by_itself() -> AbstractContextManager[Callable[[], object]]:
    return nullcontext(bool)


class Edge:
    """Connections of one event loop to one application.

    :param is_decision: whether a request is decided quickly and waits for nothing, so that it runs on the loop itself.
    :param together: makes the block in which decisions that have come at the same time are kept at once. It gives what
        is called after each, and raises, as that does, if they cannot be kept; then each is asked for again by itself.
    :param threads: at most so many requests wait at one time.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        is_decision: Callable[[WSGIEnvironment], bool],
        together: Callable[[], AbstractContextManager[Callable[[], object]]] = _each_by_itself,
        threads: int,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._application = application
        self._is_decision = is_decision
        self._together = together
        self._undecided: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="waiting")
        self._connections: OrderedDict[Connection, None] = OrderedDict()  # the one that was busy last stands last
        self._most = _most_connections()

    # Admission

    def admit(self, connection: Connection) -> None:
        """Take a new connection; where there are too many, the one that has been idle longest is closed for it."""
        self._connections[connection] = None
        if len(self._connections) > self._most:
            idle = next((one for one in self._connections if not one.is_answering), connection)
            self.forget(idle)
            idle.cut()

    def forget(self, connection: Connection) -> None:
        """A connection has ended."""
        self._connections.pop(connection, None)

    # Lanes

    def answer(self, connection: Connection, environ: WSGIEnvironment) -> None:
        """Have the application answer a request that has wholly come."""
        self._connections.move_to_end(connection)
        if not self._is_decision(environ):
            self._on_thread_or_cut(connection, self._answer_waiting, connection, environ)
            return
        self.decide(partial(self._ask_now, environ), partial(self._send_or_take, connection, environ))

    def decide(self, decide: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Have something decided with all that has come by now; ``then`` gets its result once that is kept.

        :param decide: is called again if what all have written together could not be kept.
        """
        if not self._undecided:
            self.loop.call_soon(self._decide)  # once all that has come by now is read
        self._undecided.append((decide, then))

    def _decide(self) -> None:
        decided, self._undecided = self._undecided, []
        results = self._results([decide for decide, _ in decided])
        for (_, then), result in zip(decided, results, strict=True):
            then(result)

    def _results(self, decisions: list[Callable[[], Any]]) -> list[Any]:
        if len(decisions) > 1:
            with suppress(Exception), self._together() as check:  # what fails is decided by itself, and told there
                results = []
                for decide in decisions:
                    results.append(decide())
                    check()  # the others would meet its failure too
                return results
        return [decide() for decide in decisions]

    def _ask_now(self, environ: WSGIEnvironment) -> Answer:
        environ["wsgi.input"].seek(0)
        return self._ask(partial(ask, self._application, environ, may_postpone=True))

    def _send_or_take(self, connection: Connection, environ: WSGIEnvironment, answer: Answer) -> None:
        if answer.postponed is None:
            self._send(connection, answer)
            return

        def end(make: Callable[[], WSGIApplication]) -> None:
            self._send(connection, self._ask(lambda: ask(make(), environ)))

        Taking(self, answer.postponed, end).begin()

    def on_thread(self, call: Callable[[], object]) -> None:
        """Call something on a thread.

        :raises RuntimeError: this machine gives us no further one; it may be called all the same.
        """
        self._threads.submit(call)

    def _on_thread_or_cut(self, connection: Connection, call: Callable[..., object], *arguments: object) -> None:
        try:
            self.on_thread(partial(call, *arguments))
        except RuntimeError as error:  # this machine gives us no further thread
            troubles.tell_sentence(
                Message(
                    "a request cannot be answered ({error}), and its connection is cut",
                    "有一个请求无法应答（{error}），连接已断开",
                    error=str(error),
                )
            )
            connection.cut()  # its call may be in the queue already: an answer that came later would belong to nothing

    def _ask(self, ask_: Callable[[], Answer]) -> Answer:
        try:
            return ask_()
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends no other request
            troubles.tell(error, "a fault of the emulator, answered with 500")
            return _FAULT

    def _answer_waiting(self, connection: Connection, environ: WSGIEnvironment) -> None:
        answer = self._ask(partial(ask, self._application, environ))
        if answer.stream is None:
            self.on_loop(self._send, connection, answer)
        else:
            self._stream(connection, answer)

    def _send(self, connection: Connection, answer: Answer) -> None:
        if answer.stream is not None:  # a decision with a body that comes bit by bit: it goes on on a thread
            self._on_thread_or_cut(connection, self._stream, connection, answer)
        elif answer.late_seconds > 0:
            self.loop.call_later(answer.late_seconds, connection.send, answer)
        else:
            connection.send(answer)

    def _stream(self, connection: Connection, answer: Answer) -> None:
        """Send a body bit by bit, no faster than the client reads it, until it ends or the client has gone."""
        self.on_loop(connection.begin, answer)
        is_whole = False
        try:
            for part in answer.stream or ():
                connection.writable.wait()
                if connection.is_lost:
                    break
                self._send_part(connection, part)
            else:
                is_whole = True
        except Exception as error:  # noqa: BLE001 - as above
            troubles.tell(error, "a fault of the emulator in the middle of an answer, which is cut off")
        finally:
            answer.close()
            self.on_loop(partial(connection.finish, is_whole=is_whole))

    def _send_part(self, connection: Connection, part: bytes) -> None:
        is_written = threading.Event()

        def write() -> None:
            connection.send_part(part)
            is_written.set()

        self.on_loop(write)
        is_written.wait(END_SECONDS)

    def on_loop(self, call: Callable[..., object], *arguments: object) -> None:
        """Call something on the event loop."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(call, *arguments)

    # The end

    async def end(self) -> None:
        """Close every connection; what is being answered gets a moment for it."""
        for connection in list(self._connections):
            if not connection.is_answering:
                connection.close()
        until = self.loop.time() + END_SECONDS
        while self._connections and self.loop.time() < until:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for connection in list(self._connections):
            connection.cut()

    def let_threads_go(self) -> None:
        """Have no more work done on threads, once nobody waits for it."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _most_connections() -> int:
    """How many clients there are file descriptors for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_DESCRIPTORS
    granted = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if granted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (granted, hard))
    return max(8, min(MOST_CONNECTIONS, max(soft, granted) - SPARE_DESCRIPTORS))


async def listen(edge: Edge, listening: socket.socket) -> asyncio.Server:
    """Take clients from now on."""
    return await edge.loop.create_server(lambda: Connection(edge), sock=listening, backlog=1024)
