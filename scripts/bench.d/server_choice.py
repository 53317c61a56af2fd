"""WSGI servers side by side: the same two applications behind each, and what an emulator asks of its server."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Self

import load
import served
import waiting
from errors import StarvedError
from report import Table, number
from visit import PING, Visit

from wxemu.core.http.access import LOOPBACK
from wxemu.serving import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable

    from served import Served

ROUNDS = 8
_HEADER = (
    "server",
    "ping, 1/s",
    "verify, 1/s",
    "p99, ms",
    "chunked",
    "keep-alive",
    "half a body",
    f"{waiting.CALLS} calls back",
)
_NOT_INSTALLED = ("granian", "waitress", "gunicorn")
_FEW = 8


@dataclass(frozen=True)
class Candidate:
    """A server and how it is set up.

    :param options: its own, but for where it listens.
    """

    name: str
    server: str
    options: dict[str, Any]

    def serve(self, application: str, ready_path: str, folder: Path, packages: Path) -> Served:
        """The application behind this server."""
        port = served.free_port()
        where = {
            "edge": {"port": port, "threads": THREADS},
            "granian": {"address": LOOPBACK, "port": port, **self.options},
            "waitress": {"host": LOOPBACK, "port": port, **self.options},
            "gunicorn": {"bind": f"{LOOPBACK}:{port}", **self.options},
        }
        contest = {
            "server": self.server,
            "options": where[self.server],
            "application": application,
            "port": port,
            "project": str(folder / "project"),
            "packages": str(packages),
            "state": str(folder / self.name.replace(" ", "-").replace("/", "-")),
        }
        return served.serve(contest, ready_path)


def _granian(threads: int) -> dict[str, Any]:
    options = {"interface": "wsgi", "blocking_threads": threads, "backpressure": threads}
    return {**options, "log_enabled": False, "websockets": False}


def _waitress(threads: int) -> dict[str, Any]:
    return {"threads": threads, "connection_limit": 1000, "asyncore_use_poll": True}


def _gunicorn(threads: int) -> dict[str, Any]:
    # Connections beyond the threads, or none is kept alive.
    connections = {"threads": threads, "worker_connections": threads + 1000}
    return {"worker_class": "gthread", "workers": 1, **connections, "graceful_timeout": 1, "loglevel": "error"}


CANDIDATES = (
    Candidate("the edge", "edge", {}),
    Candidate("granian, 1 thread", "granian", _granian(1)),
    Candidate(f"granian, {THREADS:,} threads", "granian", _granian(THREADS)),
    Candidate(f"waitress, {_FEW} threads", "waitress", _waitress(_FEW)),
    Candidate(f"waitress, {THREADS:,} threads", "waitress", _waitress(THREADS)),
    Candidate(f"gunicorn gthread, {_FEW} threads", "gunicorn", _gunicorn(_FEW)),
    Candidate(f"gunicorn gthread, {THREADS:,} threads", "gunicorn", _gunicorn(THREADS)),
)
"""One worker process each."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one candidate."""

    name: str
    ping_per_second: float
    verify_per_second: float
    verify_p99_ms: float
    takes_chunks: bool
    keeps_alive: bool
    lets_half_a_body_wait: bool
    lets_functions_call_back: bool

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        claims = (self.takes_chunks, self.keeps_alive, self.lets_half_a_body_wait, self.lets_functions_call_back)
        figures = (self.ping_per_second, self.verify_per_second, self.verify_p99_ms)
        return (self.name, *map(number, figures), *("yes" if claim else "NO" for claim in claims))

    def document(self) -> dict[str, object]:
        """The row for `--json`."""
        return {
            "server": self.name,
            "pingPerSecond": self.ping_per_second,
            "verifyPerSecond": self.verify_per_second,
            "verifyP99Ms": self.verify_p99_ms,
            "takesChunks": self.takes_chunks,
            "keepsAlive": self.keeps_alive,
            "letsHalfABodyWait": self.lets_half_a_body_wait,
            "letsFunctionsCallBack": self.lets_functions_call_back,
        }


def measure(*, is_quick: bool, tell: Callable[[str], None]) -> Table:
    """A row for each candidate; those that cannot be installed are left out, with a line that says so.

    :raises BenchError: an answer was not the expected one.
    """
    rounds = 1 if is_quick else ROUNDS
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as stack:
        folder = Path(name)
        waiting.make_project(folder / "project")
        packages = folder / "packages"
        missing = [server for server in _NOT_INSTALLED if not _install(server, packages, tell)]
        candidates = [candidate for candidate in CANDIDATES if candidate.server not in missing]
        tell(f"starting {len(candidates)} servers twice")
        stalls = [stack.enter_context(_Stall(candidate, folder, packages)) for candidate in candidates]
        tell(f"{rounds} rounds")
        for _ in range(rounds):
            for stall in stalls:
                stall.measure()
        return Table(_HEADER, [stall.closing_look(tell) for stall in stalls])


def _install(server: str, packages: Path, tell: Callable[[str], None]) -> bool:
    tell(f"installing {server} into a temporary folder")
    pip = (sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--target", str(packages))
    if subprocess.run([*pip, server], capture_output=True, check=False).returncode == 0:
        return True
    tell(f"{server} could not be installed, so it is left out")
    return False


class _Stall:
    """A candidate at work: behind it, each in a process of its own, the yardstick and the emulator."""

    def __init__(self, candidate: Candidate, folder: Path, packages: Path) -> None:
        self._name = candidate.name
        self._pings: list[load.Figures] = []
        self._ours: list[load.Figures] = []
        with ExitStack() as stack:
            self._ping = stack.enter_context(candidate.serve("ping", "/ping", folder, packages))
            self._emulator = stack.enter_context(candidate.serve("emulator", "/readyz", folder, packages))
            self._visit = Visit(self._emulator.url)
            load.run(self._ping.url, PING, seconds=1)
            load.run(self._emulator.url, self._visit.verify_signature(), seconds=2)
            self._processes = stack.pop_all()

    def measure(self) -> None:
        """One slice of each."""
        self._pings.append(load.run(self._ping.url, PING, seconds=1))
        self._ours.append(load.run(self._emulator.url, self._visit.verify_signature(), seconds=1))

    def closing_look(self, tell: Callable[[str], None]) -> Seen:
        """All that was seen; the last of it may leave a server that starves, so both are stopped."""
        tell(f"{self._name}: bodies, connections, calls back")
        with self:
            return Seen(
                name=self._name,
                ping_per_second=median(figures.per_second for figures in self._pings),
                verify_per_second=median(figures.per_second for figures in self._ours),
                verify_p99_ms=median(figures.p99_ms for figures in self._ours),
                takes_chunks=_takes_chunks(self._emulator, self._visit),
                keeps_alive=_keeps_alive(self._emulator),
                lets_half_a_body_wait=_lets_half_a_body_wait(self._emulator),
                lets_functions_call_back=_lets_functions_call_back(self._visit),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.close()


def _takes_chunks(emulator: Served, visit: Visit) -> bool:
    """A body in chunks, as SDKs send multipart."""
    request = visit.verify_signature().requests[0]
    text = json.dumps(request.body).encode()
    connection = http.client.HTTPConnection(LOOPBACK, emulator.port, timeout=10)
    try:
        connection.request(request.method, request.path, body=iter([text[:100], text[100:]]))
        return json.loads(connection.getresponse().read()).get("is_ok") is True
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _keeps_alive(emulator: Served) -> bool:
    """Two requests on one connection."""
    connection = http.client.HTTPConnection(LOOPBACK, emulator.port, timeout=10)
    try:
        sockets = []
        for _ in range(2):
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            sockets.append(connection.sock)
        return sockets[0] is not None and sockets[0] is sockets[1]
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _lets_half_a_body_wait(emulator: Served) -> bool:
    """A client that stops in the middle of its body delays nobody else."""
    slow = http.client.HTTPConnection(LOOPBACK, emulator.port)
    other = http.client.HTTPConnection(LOOPBACK, emulator.port, timeout=2)
    try:
        slow.putrequest("POST", "/cgi-bin/soter/verify_signature")
        slow.putheader("Content-Length", "2")
        slow.endheaders(b"{")
        time.sleep(0.2)  # until the server has it
        other.request("GET", "/wxa/checksession")
        return other.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        slow.close()
        other.close()


def _lets_functions_call_back(visit: Visit) -> bool:
    try:
        waiting.measure(visit, seconds=1)
    except StarvedError:
        return False
    return True
