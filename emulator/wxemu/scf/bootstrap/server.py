"""The warm process of one interpreter: it has the usual modules loaded, and forks an instance whenever it is asked to.

    python -I -B -u -X utf8 -c PROGRAM FOLDER CONTROL_FD IS_ISOLATED

The emulator holds the other end of the control socket and sends a byte with four descriptors for each instance: its
requests, replies, output and life. On its life the server writes the process id (4 bytes), later a byte once the
process has ended, and closes it when nothing of its process group is left. The emulator, by closing its end, has the
group killed; its own end closes all of them. What has left its group lives on as an orphan of this server's, and ends
with it. No function's code, name or variable ever reaches this process.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import linecache
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from . import bootstrap, modules, view

REQUESTS, REPLIES = 3, 4  # an instance's descriptors, after the three of any process
MOST_DESCRIPTORS = 1024  # of one instance [doc]
_ABOVE_ALL = 64  # beyond what an instance's descriptors are moved to
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


def main() -> None:
    """Be the server, and in each process that it forks, that instance."""
    folder, control_fd, is_isolated = sys.argv[1:]
    del sys.argv[1:]
    sys.path.remove(folder)
    control = socket.socket(fileno=int(control_fd))
    os.umask(0o022)
    set_of_process(_PR_SET_CHILD_SUBREAPER, 1)
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if allowed == resource.RLIM_INFINITY else min(MOST_DESCRIPTORS, allowed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ready = modules.load()
    keep_source(bootstrap.__file__)
    blind_because = view.restrict() if is_isolated == "True" else "not asked for"
    server = Server(control, None if blind_because is None else tempfile.mkdtemp(prefix="wxemu-tmp-"))
    tempfile.tempdir = None  # an instance is to find its own
    gc.collect()
    gc.freeze()  # what is there now stays shared with the instances
    server.serve()  # returns in an instance only
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]  # a function may have modules of these names
    bootstrap.main(REQUESTS, REPLIES, ready, blind_because, server.temporary)


def set_of_process(attribute: int, value: int) -> None:
    """Set an attribute that the kernel keeps of this process."""
    with suppress(AttributeError):  # not Linux
        ctypes.CDLL(None).prctl(attribute, value)


def children() -> list[int]:
    """Return the processes whose parent this is, orphans among them."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def keep_source(file: str) -> None:
    """Keep a file's lines for tracebacks, where an instance cannot see it."""
    lines = linecache.getlines(file)
    linecache.cache[file] = (0, None, lines, file)  # without a time, it is not looked for again


class Life:
    """One instance as the server knows it."""

    def __init__(self, process: int, wire: socket.socket) -> None:
        self.process = process
        self.wire = wire
        self.is_hung_up = False
        self.has_reported = False

    def has_ended(self) -> bool:
        """Whether the process has ended; it is not reaped, so that its id and its group's stay its own."""
        return os.waitid(os.P_PID, self.process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def tell(self, fact: bytes) -> None:
        """Write to the emulator."""
        with suppress(OSError):  # the emulator does not listen any more
            self.wire.send(fact)

    def kill(self) -> None:
        """Kill the process and its group."""
        try:
            os.killpg(self.process, signal.SIGKILL)
        except ProcessLookupError:  # it has not come as far as having a group
            os.kill(self.process, signal.SIGKILL)


class Server:
    """The instances of one emulator and interpreter; `temporary` is the folder for theirs, where they share /tmp."""

    def __init__(self, control: socket.socket, temporary: str | None) -> None:
        self.temporary = temporary
        self._control = control
        self._lives: dict[int, Life] = {}
        self._ended, wake_up = socket.socketpair()
        self._wake_up = wake_up
        wake_up.setblocking(False)  # noqa: FBT003 - positional only
        signal.set_wakeup_fd(wake_up.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._selector.register(self._ended, selectors.EVENT_READ)

    def serve(self) -> None:
        """Fork instances until the emulator is gone; return in each of them."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._control:
                    byte, descriptors, _, _ = socket.recv_fds(self._control, 1, 4)
                    if not byte:
                        self._end()
                    if self._fork(descriptors):
                        return
                elif key.fileobj is self._ended:
                    self._ended.recv(4096)
                    for life in list(self._lives.values()):
                        self._settle(life)
                    for orphan in set(children()).difference(self._lives):
                        os.waitpid(orphan, os.WNOHANG)
                elif key.data.process in self._lives:
                    self._selector.unregister(key.data.wire)
                    key.data.is_hung_up = True
                    self._settle(key.data)

    def _fork(self, descriptors: list[int]) -> bool:
        """Whether this is the new instance."""
        try:
            process = os.fork()
        except OSError:  # no more processes: its life ends before it began
            process = -1
        if process == 0:
            self._become_instance(descriptors)
            return True
        wire = socket.socket(fileno=descriptors.pop())
        for descriptor in descriptors:
            os.close(descriptor)
        if process == -1:
            wire.close()
            return False
        life = self._lives[process] = Life(process, wire)
        self._selector.register(wire, selectors.EVENT_READ, life)
        life.tell(process.to_bytes(4, "big"))
        return False

    def _become_instance(self, descriptors: list[int]) -> None:
        """Leave the server behind: its descriptors, its signals, its process group."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        set_of_process(_PR_SET_PDEATHSIG, signal.SIGKILL)
        for life in self._lives.values():
            life.wire.close()
        for wire in (self._control, self._ended, self._wake_up, self._selector):
            wire.close()
        requests, replies, output, _ = (fcntl.fcntl(one, fcntl.F_DUPFD, _ABOVE_ALL) for one in descriptors)
        for source, target, is_inheritable in (
            (output, 1, True),
            (output, 2, True),
            (requests, REQUESTS, False),
            (replies, REPLIES, False),
        ):
            os.dup2(source, target, is_inheritable)
        os.closerange(REPLIES + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])

    def _settle(self, life: Life) -> None:
        """Do for an instance what its state asks for."""
        if life.is_hung_up:
            life.kill()
        if not life.has_ended():
            return
        if not life.is_hung_up:
            if not life.has_reported:
                life.has_reported = True
                life.tell(b"x")
            return
        os.waitpid(life.process, 0)
        if self.temporary is not None:
            shutil.rmtree(Path(self.temporary, str(life.process)), ignore_errors=True)
        life.wire.close()
        del self._lives[life.process]

    def _end(self) -> None:
        for life in self._lives.values():
            life.kill()
        while living := children():  # killing some may make orphans of others
            for child in living:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)
        os._exit(0)
