"""The warm process of one interpreter: it has the usual modules loaded, and forks an instance whenever it is asked to.

    python -I -B -u -X utf8 -c PROGRAM FOLDER CONTROL_FD IS_ISOLATED USER

The emulator holds the other end of the control socket and sends a byte with four descriptors for each instance: its
requests, replies, output and life. Once it is ready, the server writes a byte on the control socket. On an instance's
life it writes a process id (4 bytes) and whether that is the instance's keeper (`k`) or the instance itself (`i`), a
byte once the process has ended, and closes it when nothing is left of it. The emulator, by closing its end, has it
killed; its own end closes all of them. With a keeper, that is the end of all that the instance has started; without
one, of its process group: what has left that lives on as an orphan of this server's, and ends with it. No function's
code, name or variable ever reaches this process.
"""

from __future__ import annotations

import fcntl
import gc
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

from . import bootstrap, modules
from .rights import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, set_of_process
from .sandbox import Sandbox

REQUESTS, REPLIES = 3, 4  # an instance's descriptors, after the three of any process
DEBUGGED = b"d"  # what asks for an instance that is to be debugged; any other byte asks for one of the usual kind
MOST_DESCRIPTORS = 1024  # of one instance [doc]
SPARE_SECONDS = 0.003  # of calm, after which the next instance is forked ahead
_ABOVE_ALL = 64  # beyond what an instance's descriptors are moved to


def main() -> None:
    """Be the server, and in each process that it forks, that instance."""
    folder, control_fd, is_isolated, user = sys.argv[1:]
    del sys.argv[1:]
    sys.path.remove(folder)
    control = socket.socket(fileno=int(control_fd))
    os.umask(0o022)
    set_of_process(PR_SET_CHILD_SUBREAPER, 1)
    _, allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if allowed == resource.RLIM_INFINITY else min(MOST_DESCRIPTORS, allowed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ready = modules.load()
    sandbox = Sandbox(int(user) if user else None, is_isolated=is_isolated == "True")
    server = Server(control, sandbox, None if sandbox.has_folders else make_folder())
    tempfile.tempdir = None  # an instance is to find its own
    gc.collect()
    gc.freeze()  # what is there now stays shared with the instances
    server.serve()  # returns in an instance only
    for name in [name for name in sys.modules if name.partition(".")[0] == __package__]:
        del sys.modules[name]  # a function may have modules of these names
    bootstrap.main(REQUESTS, REPLIES, ready, sandbox, server.temporary)


def make_folder() -> str:
    """Make a folder for temporary files, and hold it: whoever can lock such a folder may remove it as left behind."""
    while True:
        folder = tempfile.mkdtemp(prefix="wxemu-run-")
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.path.isdir(folder):  # noqa: PTH112 - else it was removed before it was held
            return folder
        os.close(held)


def children() -> list[int]:
    """Return the processes whose parent this is, orphans among them."""
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def has_ended(process: int) -> bool:
    """Whether a child has ended; it is not reaped, so that its id and its group's stay its own."""
    return os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


class Newborn:
    """An instance that waits on its wire for its descriptors: the next one to be asked for need not be forked first."""

    def __init__(self, process: int, wire: socket.socket, *, is_keeper: bool) -> None:
        self.process = process
        self.wire = wire
        self.is_keeper = is_keeper

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return has_ended(self.process)

    def begin(self, descriptors: list[int]) -> None:
        """Give it its requests, replies and output; if it has ended meanwhile, its life will tell."""
        with suppress(OSError):
            socket.send_fds(self.wire, [b"+"], descriptors)
        self.wire.close()


class Life:
    """One instance as the server knows it."""

    def __init__(self, process: int, wire: socket.socket) -> None:
        self.process = process
        self.wire = wire
        self.is_hung_up = False
        self.has_reported = False

    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return has_ended(self.process)

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

    def __init__(self, control: socket.socket, sandbox: Sandbox, temporary: str | None) -> None:
        self.temporary = temporary
        self._sandbox = sandbox
        self._control = control
        self._lives: dict[int, Life] = {}
        self._asking: socket.socket | None = None
        self._spare: Newborn | None = None
        self._is_instance = False
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
        try:
            self._control.send(b"+")
        except ConnectionError:  # the emulator is gone already
            self._end()
        while True:
            ready = self._selector.select(None if self._spare else SPARE_SECONDS)
            if not ready:
                self._spare = self._fork(is_debugged=False)
                if self._is_instance:
                    return
            for key, _ in ready:
                if key.fileobj is self._control:
                    self._start()
                    if self._is_instance:
                        return
                elif key.fileobj is self._ended:
                    self._ended.recv(4096)
                    self._reap()
                elif key.data.process in self._lives:
                    self._selector.unregister(key.data.wire)
                    key.data.is_hung_up = True
                    self._settle(key.data)

    def _start(self) -> None:
        """Take the next order of the emulator, who is gone if there is none."""
        byte = b""
        descriptors: list[int] = []
        with suppress(ConnectionError):
            byte, descriptors, _, _ = socket.recv_fds(self._control, 1, 4)
        if not byte:
            self._end()
        wire = self._asking = socket.socket(fileno=descriptors.pop())
        newborn = None
        if byte != DEBUGGED:
            newborn, self._spare = self._spare, None
        if newborn is None or newborn.has_ended():
            newborn = self._fork(is_debugged=byte == DEBUGGED)
        if self._is_instance:
            return
        if newborn is None:  # its life ends before it began
            wire.close()
        else:
            life = self._lives[newborn.process] = Life(newborn.process, wire)
            self._selector.register(wire, selectors.EVENT_READ, life)
            life.tell(newborn.process.to_bytes(4, "big") + (b"k" if newborn.is_keeper else b"i"))
            newborn.begin(descriptors)
        for descriptor in descriptors:
            os.close(descriptor)

    def _fork(self, *, is_debugged: bool) -> Newborn | None:
        """Fork an instance that waits for its descriptors; None if there can be no more processes, and in itself."""
        ours, theirs = socket.socketpair()
        try:
            process, is_keeper = self._sandbox.fork(is_debugged=is_debugged)
        except OSError:
            process, is_keeper = -1, False
        if process > 0:
            theirs.close()
            return Newborn(process, ours, is_keeper=is_keeper)
        ours.close()
        if process == 0:
            self._is_instance = True
            self._become_instance(theirs, is_debugged=is_debugged)
        theirs.close()
        return None

    def _become_instance(self, wire: socket.socket, *, is_debugged: bool) -> None:
        """Leave the server behind, its descriptors, its signals and its process group, and wait for one's own."""
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        set_of_process(PR_SET_PDEATHSIG, signal.SIGKILL)
        wires = [life.wire for life in self._lives.values()]
        if self._asking is not None:
            wires.append(self._asking)
        if self._spare is not None:
            wires.append(self._spare.wire)
        self._selector.close()
        for wire_ in (*wires, self._control, self._ended, self._wake_up):
            wire_.close()  # as objects too: their numbers will be those of others
        self._sandbox.prepare(is_debugged=is_debugged)
        byte, descriptors, _, _ = socket.recv_fds(wire, 1, 3)
        if not byte:
            os._exit(0)
        requests, replies, output = (fcntl.fcntl(one, fcntl.F_DUPFD, _ABOVE_ALL) for one in descriptors)
        wire.close()
        for source, target, is_inheritable in (
            (output, 1, True),
            (output, 2, True),
            (requests, REQUESTS, False),
            (replies, REPLIES, False),
        ):
            os.dup2(source, target, is_inheritable)
        os.closerange(REPLIES + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])

    def _reap(self) -> None:
        """Look after those who have ended."""
        for life in list(self._lives.values()):
            self._settle(life)
        if self._spare is not None and self._spare.has_ended():
            self._spare.wire.close()
            self._spare = None
        kept = {*self._lives, *(() if self._spare is None else (self._spare.process,))}
        for orphan in set(children()) - kept:
            os.waitpid(orphan, os.WNOHANG)

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
        os.waitpid(life.process, os.WNOHANG)
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
