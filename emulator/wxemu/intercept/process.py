"""The process of the interception: TLS takes no time from the process that answers. If it dies, another one follows.

It is started by the first client that connects: an emulator whose proxy nobody uses neither waits for it nor holds it.

AuthorityError
    The CA in the folder cannot be used.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import health, troubles
from wxemu.core.log_lines import log_to_standard_error
from wxemu.core.messages import Message, from_all, spoken
from wxemu.core.watched_thread import WatchedThread
from wxemu.intercept import direct
from wxemu.intercept.errors import AuthorityError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from pathlib import Path

    from wxemu.core.health import Health
    from wxemu.intercept.interception import Interception
    from wxemu.intercept.listener import Listener
    from wxemu.intercept.name_server import NameServer

MOST_CLIENTS: Final = 2000
SPARE: Final = 100
DESCRIPTORS: Final = 2 * MOST_CLIENTS + SPARE
"""Each client takes one, and a second one while it is answered."""
BRIEF_SECONDS: Final = 2.0
MOST_BRIEF: Final = 5
"""So many processes in a row that lived no longer than that: then no other one follows."""
START_METHOD: Final = "spawn"
"""A fork would copy locks that other threads hold."""
_END_SECONDS: Final = 2.0
_NO_CA: Final = Message("the CA cannot be made; the lines above say why", "CA 无法生成；原因见上面的输出")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_log = logging.getLogger(__name__)


@contextmanager
def intercepting(interception: Interception, proxied: socket.socket, health: Health) -> Iterator[Proxy]:
    """Intercept within the ``with`` block.

    :param proxied: listens at the address and port of ``interception``, and is closed in the end.
    :param health: learns that the process has died, and that another one serves.
    """
    interception.refused_file.unlink(missing_ok=True)
    with ExitStack() as open_sockets:
        listening = [open_sockets.enter_context(proxied)]
        address = direct.address_beside(interception.port)
        if own_ports := direct.listen(address):
            listening += map(open_sockets.enter_context, own_ports)
            interception = replace(interception, direct=address)
        proxy = Proxy(interception, listening, health, _AuthorityMaker(interception.folder))
        proxy.begin()
        try:
            yield proxy
        finally:
            proxy.end()


class _AuthorityMaker:
    """A process that makes the CA, if there is none, and Java's form of its bundle, while the emulator starts.

    It is forked, which is quick, and safe as long as there is one thread; X.509 stays in no memory but its own.
    """

    def __init__(self, folder: Path) -> None:
        reading, writing = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            status = 1
            try:
                status = _make_authority(folder, writing)
            finally:
                os._exit(status)  # no code of the process that it was copied from may follow
        os.close(writing)
        self._reading = reading
        self._lock = threading.Lock()
        self._failure: Message | None = None
        self._has_ended = False

    def wait(self) -> None:
        """Wait until the CA's files are there.

        :raises AuthorityError: they cannot be used.
        """
        with self._lock:
            if not self._has_ended:
                with open(self._reading, encoding="utf-8") as pipe:  # noqa: PTH123 - a descriptor
                    said = pipe.read()
                if os.waitpid(self._process, 0)[1] != 0:
                    self._failure = from_all(json.loads(said)) if said else _NO_CA
                self._has_ended = True
        if self._failure is not None:
            raise AuthorityError(self._failure)


def _make_authority(folder: Path, writing: int) -> int:
    from wxemu.intercept import truststore  # noqa: PLC0415
    from wxemu.intercept.authority import Authority  # noqa: PLC0415

    try:
        bundle = Authority.of_folder(folder).bundle
        with suppress(OSError):  # Java's clients alone need it
            truststore.make_beside(bundle)
    except AuthorityError as error:
        os.write(writing, json.dumps(error.message.in_all()).encode())
        return 1
    except Exception as error:  # noqa: BLE001 - the emulator cannot tell it
        troubles.tell(error)
        return 1
    return 0


class Proxy:
    """The process, and the thread that starts and replaces it.

    :param listening: sockets that stay open here, so that clients of a process that has died wait for the next one.
    :param maker: makes the CA meanwhile.
    """

    def __init__(
        self, interception: Interception, listening: Sequence[socket.socket], health: Health, maker: _AuthorityMaker
    ) -> None:
        self.interception = interception
        self.health = health
        self._listening = listening
        self._maker = maker
        self._lock = threading.Lock()
        self._ending, self._ended = os.pipe()
        self._is_ending = False
        self._process: SpawnProcess | None = None
        self._serves: Connection | None = None
        self._began_at = 0.0
        self._brief = 0
        self._watcher = WatchedThread("proxy", self._watch, on_failure=self._fail, pause=1.0)

    def begin(self) -> None:
        """Have a process serve as soon as a client connects, from now on until the end."""
        self.health.fail(
            health.PROXY, Message("its CA is not there yet; ask again in a moment", "CA 尚未生成；请稍后再试")
        )
        self._watcher.start()

    def wait_for_authority(self) -> None:
        """Wait until the CA's files are there.

        :raises AuthorityError: they cannot be used.
        """
        self._maker.wait()
        self.health.recover(health.PROXY)

    def end(self) -> None:
        """End the process, whatever has become of it."""
        with self._lock:
            self._is_ending, process = True, self._process
        os.close(self._ended)
        with suppress(AuthorityError):
            self._maker.wait()
        if process is not None:
            process.kill()  # it keeps nothing that could be lost
        self._watcher.stop(_END_SECONDS)

    def _start(self) -> None:
        """Start a process, unless this is the end.

        The signals that end us must not reach it before it has its own answer to them.
        """
        import multiprocessing  # noqa: PLC0415 - which a start need not wait for

        context = multiprocessing.get_context(START_METHOD)
        serves, told = context.Pipe(duplex=False)
        arguments = self.interception, self._listening, told
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
        if self._process is None:
            if self._ending in _readable(*self._listening, self._ending):
                return
            self._start()
        while not self._is_ending and self._process is not None:
            process = self._process
            self._note_that_it_serves(process)
            _readable(process.sentinel)
            process.join()
            if self._is_ending:
                return
            self._brief = self._brief + 1 if time.monotonic() - self._began_at < BRIEF_SECONDS else 0
            if self._brief >= MOST_BRIEF:
                self._give_up(_end_of(process))
                return
            self.health.fail(
                health.PROXY,
                Message(
                    "its process ended ({end}) and is being started again",
                    "代理进程已结束（{end}），正在重新启动",
                    end=_end_of(process),
                ),
            )
            ended = Message(
                "the proxy ended ({end}); it is started again",
                "代理已结束（{end}），正在重新启动",
                end=_end_of(process),
            )
            _log.warning("%s", spoken(ended))
            self._start()

    def _note_that_it_serves(self, process: SpawnProcess) -> None:
        if self._serves is not None and self._serves in _readable(self._serves, process.sentinel):
            try:
                self._serves.recv_bytes()
            except EOFError:
                return
            self.health.recover(health.PROXY)

    def _give_up(self, end: Message) -> None:
        reason = Message(
            "its process ended {times} times at once ({end}) and is not started again; clients that say"
            " https://api.weixin.qq.com find this emulator only after it was stopped and started",
            "代理进程连续 {times} 次一启动就结束（{end}），不再启动；"
            "访问 https://api.weixin.qq.com 的客户端要等模拟器重新启动之后才能找到它",
            times=MOST_BRIEF,
            end=end,
        )
        self.health.fail(health.PROXY, reason)
        troubles.tell_sentence(Message("the proxy failed: {reason}", "代理失效：{reason}", reason=reason))
        for listening in self._listening:
            listening.close()  # better refused than left to wait

    def _fail(self, error: Exception) -> None:
        self.health.fail(
            health.PROXY,
            troubles.explain(error)
            or Message("it cannot be started: {error}", "代理无法启动：{error}", error=repr(error)),
        )
        troubles.tell(error, "a fault of the emulator, by which the proxy is not started")


def _readable(*files: Any) -> list[Any]:
    """Wait until one of them can be read, or has ended; return these. Descriptors may have any number."""
    poll = select.poll()
    by_number = {file if isinstance(file, int) else file.fileno(): file for file in files}
    for number in by_number:
        poll.register(number, select.POLLIN)
    return [by_number[number] for number, _ in poll.poll()]


def _end_of(process: SpawnProcess) -> Message:
    code = process.exitcode or 0
    if code < 0:
        return Message("killed by {signal}", "被 {signal} 终止", signal=signal.Signals(-code).name)
    return Message("exit code {code}", "退出码 {code}", code=code)


def _run(interception: Interception, listening: Sequence[socket.socket], told: Connection) -> None:
    for number in _SIGNALS:  # which may be meant for all of the emulator's processes: the parent ends this one
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    log_to_standard_error()
    sys.unraisablehook = _tell_unraisable
    # Imported here, as the emulator's own process does without.
    import anyio  # noqa: PLC0415

    from wxemu.intercept.authority import Authority  # noqa: PLC0415
    from wxemu.intercept.destinations import Destinations  # noqa: PLC0415
    from wxemu.intercept.listener import Listener  # noqa: PLC0415
    from wxemu.intercept.name_server import NameServer  # noqa: PLC0415
    from wxemu.intercept.refusals import Refusals  # noqa: PLC0415

    destinations = Destinations(
        interception.emulator,
        interception.pass_through,
        Refusals(interception.refused_file),
        interception.control_token,
    )
    try:
        authority = Authority.of_folder(interception.folder)
    except AuthorityError as error:
        troubles.tell_sentence(error.message)
        sys.exit(1)
    listener = Listener(authority, destinations, most=_reserve_descriptors())
    names = NameServer(interception.direct or interception.address, destinations)
    anyio.run(_serve, listener, names, listening, told)


def _tell_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    """What a TLS hello makes Python's ssl stumble over, before any code of ours is asked."""
    if isinstance(unraisable.exc_value, UnicodeDecodeError):
        troubles.tell_sentence(
            Message(
                "a client named a host in its TLS hello that is not ASCII, and was refused",
                "有客户端在 TLS 握手中使用了非 ASCII 的主机名，已被拒绝",
            )
        )
    elif unraisable.exc_value is not None:
        troubles.tell(unraisable.exc_value)


async def _serve(listener: Listener, names: NameServer, listening: Sequence[socket.socket], told: Connection) -> None:
    import multiprocessing  # noqa: PLC0415

    import anyio  # noqa: PLC0415

    async with anyio.create_task_group() as tasks:
        for one in listening:
            tasks.start_soon((names if one.type == socket.SOCK_DGRAM else listener).serve, one)
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
