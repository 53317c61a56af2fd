"""The process of the interception: TLS takes no time from the process that answers. If it dies, another one follows."""

from __future__ import annotations

import logging
import multiprocessing
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

import anyio

from wxemu.core import health, troubles
from wxemu.core.log_lines import log_to_standard_error
from wxemu.core.watched_thread import WatchedThread
from wxemu.intercept.authority import Authority, AuthorityError
from wxemu.intercept.destinations import Destinations
from wxemu.intercept.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess, SpawnProcess

    from wxemu.core.health import Health
    from wxemu.intercept.interception import Interception
    from wxemu.intercept.listener import Listener

MOST_CLIENTS: Final = 2000
SPARE: Final = 100
DESCRIPTORS: Final = 2 * MOST_CLIENTS + SPARE
"""Each client takes one, and a second one while it is answered."""
BRIEF_SECONDS: Final = 2.0
MOST_BRIEF: Final = 5
"""So many processes in a row that lived no longer than that: then no other one follows."""
_END_SECONDS: Final = 2.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger(__name__)


@contextmanager
def intercepting(interception: Interception, health: Health) -> Iterator[None]:
    """Intercept within the ``with`` block. Clients may connect from its beginning.

    :param health: learns that the process has died, and that another one serves.
    :raises AuthorityError: the CA in the folder cannot be used.
    :raises OSError: the port is in use.
    """
    Authority.of_folder(interception.folder)
    interception.refused_file.unlink(missing_ok=True)
    family = socket.AF_INET6 if ":" in interception.address else socket.AF_INET
    with socket.create_server((interception.address, interception.port), family=family, backlog=1024) as listening:
        proxy = _Proxy(interception, listening, health)
        proxy.begin()
        try:
            yield
        finally:
            proxy.end()


class _Proxy:
    """The process, and the thread that replaces it.

    :param listening: stays open here, so that clients of a process that has died wait for the next one.
    """

    def __init__(self, interception: Interception, listening: socket.socket, health: Health) -> None:
        self._interception = interception
        self._listening = listening
        self._health = health
        self._lock = threading.Lock()
        self._is_ending = False
        self._process: ForkProcess | SpawnProcess | None = None
        self._serves: Connection | None = None
        self._began_at = 0.0
        self._brief = 0
        self._watcher = WatchedThread("proxy", self._watch, on_failure=self._fail, pause=1.0)

    def begin(self) -> None:
        """Have a process serve, from now on until the end."""
        self._start(multiprocessing.get_context("fork"))  # quick, and safe as long as there is one thread
        self._watcher.start()

    def end(self) -> None:
        """End the process, whatever has become of it."""
        with self._lock:
            self._is_ending, process = True, self._process
        if process is not None:
            process.kill()  # it keeps nothing that could be lost
        self._watcher.stop(_END_SECONDS)

    def _start(self, context: Any) -> None:
        """Start a process, unless this is the end.

        The signals that end us must not reach it before it has its own answer to them.
        """
        serves, told = context.Pipe(duplex=False)
        arguments = self._interception, self._listening, told
        process = context.Process(target=_run, args=arguments, name="interception", daemon=True)
        with self._lock:
            if self._is_ending:
                return
            unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
            try:
                process.start()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
            self._process, self._serves, self._began_at = process, serves, time.monotonic()
        told.close()

    def _watch(self) -> None:
        while not self._is_ending and self._process is not None:
            process = self._process
            self._note_that_it_serves(process)
            wait([process.sentinel])
            process.join()
            if self._is_ending:
                return
            self._brief = self._brief + 1 if time.monotonic() - self._began_at < BRIEF_SECONDS else 0
            if self._brief >= MOST_BRIEF:
                self._give_up(_end_of(process))
                return
            self._health.fail(health.PROXY, f"its process ended ({_end_of(process)}) and is being started again")
            _log.warning("the proxy ended (%s); it is started again", _end_of(process))
            self._start(multiprocessing.get_context("spawn"))  # a fork would copy locks that other threads hold

    def _note_that_it_serves(self, process: ForkProcess | SpawnProcess) -> None:
        if self._serves is not None and self._serves in wait([self._serves, process.sentinel]):
            try:
                self._serves.recv_bytes()
            except EOFError:
                return
            self._health.recover(health.PROXY)

    def _give_up(self, end: str) -> None:
        reason = (
            f"its process ended {MOST_BRIEF} times at once ({end}) and is not started again; clients that say"
            " https://api.weixin.qq.com find this emulator only after it was stopped and started"
        )
        self._health.fail(health.PROXY, reason)
        _log.error("the proxy failed: %s", reason)
        self._listening.close()  # better refused than left to wait

    def _fail(self, error: Exception) -> None:
        self._health.fail(health.PROXY, troubles.explain(error) or f"it cannot be started: {error!r}")
        troubles.tell(error, "a fault of the emulator, by which the proxy is not started")


def _end_of(process: ForkProcess | SpawnProcess) -> str:
    code = process.exitcode or 0
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _run(interception: Interception, listening: socket.socket, told: Connection) -> None:
    for number in _SIGNALS:  # which may be meant for all of the emulator's processes: the parent ends this one
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    log_to_standard_error()
    sys.unraisablehook = _tell_unraisable
    from wxemu.intercept.listener import Listener  # noqa: PLC0415 - saves `wxemu start` 15 ms

    destinations = Destinations(
        interception.emulator,
        interception.pass_through,
        Refusals(interception.refused_file),
        interception.control_token,
    )
    try:
        authority = Authority.of_folder(interception.folder)
    except AuthorityError as error:
        troubles.tell_sentence(str(error))
        sys.exit(1)
    listener = Listener(authority, destinations, most=_reserve_descriptors())
    anyio.run(_serve, listener, listening, told)


def _tell_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """What a TLS hello makes Python's ssl stumble over, before any code of ours is asked."""
    if isinstance(unraisable.exc_value, UnicodeDecodeError):
        troubles.tell_sentence("a client named a host in its TLS hello that is not ASCII, and was refused")
    elif unraisable.exc_value is not None:
        troubles.tell(unraisable.exc_value)


async def _serve(listener: Listener, listening: socket.socket, told: Connection) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, listening)
        told.send_bytes(b"serves")
        told.close()
        parent = multiprocessing.parent_process()
        if parent is not None:
            await anyio.wait_readable(parent.sentinel)  # readable once the parent is dead, even if it was killed
        tasks.cancel_scope.cancel()


def _reserve_descriptors() -> int:
    """Raise the limit of file descriptors as far as needed and allowed; return how many clients they suffice for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, (soft - SPARE) // 2)
