"""Processes that serve HTTP while they are measured."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from errors import BenchError

from wxemu import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CONTESTANT = Path(__file__).with_name("contestant.py")
_START_LIMIT_SECONDS = 30
_IDLE_SECONDS = 2.0


class Served:
    """A process from its start to its end; there is one once it answers.

    :param command: starts a server on ``port``.
    :param ready_path: answers 200 once the server is ready.
    :raises BenchError: it ends, or never answers.
    """

    def __init__(self, command: Sequence[str], port: int, ready_path: str) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        began = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment())
        try:
            self._wait_until_ready(ready_path)
        except BaseException:
            self.stop()
            raise
        self.start_ms = (time.perf_counter() - began) * 1000
        """From the start of the process to its first answer."""

    def _wait_until_ready(self, path: str) -> None:
        deadline = time.monotonic() + _START_LIMIT_SECONDS
        while not self._is_ready(path):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"{self._process.args!r} did not start; the lines above say why")
            time.sleep(0.002)

    def _is_ready(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == HTTPStatus.OK
        except OSError:
            return False
        finally:
            connection.close()

    def memory_mb(self) -> float:
        """Resident memory of all its processes, in MB; what they share counts in each."""
        return sum(map(_resident_bytes, self._family())) / 1e6

    def _family(self) -> set[int]:
        parents = dict(_parents())
        family = {self._process.pid}
        while grown := {pid for pid, parent in parents.items() if parent in family} - family:
            family |= grown
        return family

    def idle_mib(self) -> float:
        """Memory of all its processes in MiB, what they share divided among them, a moment after the start."""
        time.sleep(_IDLE_SECONDS)
        return sum(map(_proportional_bytes, self._family())) / 2**20

    def stop(self) -> None:
        """End it and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _environment() -> dict[str, str]:
    """One in which bytecode is kept, as that of an installed package is: else each start would compile a checkout."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def listens(port: int) -> bool:
    """Whether somebody takes connections at a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A port at which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def serve_ping(port: int | None = None) -> Served:
    """The bare Flask app behind the edge, as `wxemu start` has it."""
    port = free_port() if port is None else port
    options = {"port": port, "threads": serving.THREADS}
    return serve({"server": "edge", "options": options, "application": "ping", "port": port}, "/ping")


def serve_emulator(project: Path, state: Path, port: int | None = None) -> Served:
    """`wxemu start` as a user types it."""
    port = free_port() if port is None else port
    wxemu = str(Path(sys.executable).with_name("wxemu"))
    where = ("--port", str(port), "--intercept-port", "0", "--project", str(project), "--state", str(state))
    return Served((wxemu, "start", "--json", *where), port, "/readyz")


def serve(contest: Mapping[str, Any], ready_path: str) -> Served:
    """An application behind a server of the choice, as `contestant.py` reads it."""
    command = (sys.executable, str(_CONTESTANT), json.dumps(contest))
    return Served(command, contest["port"], ready_path)


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:  # it has ended meanwhile
                continue
            yield int(folder.name), int(stat.rpartition(")")[2].split()[1])


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
