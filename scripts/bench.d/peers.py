"""The emulator beside its peers: emulators that teams start for a test, and what runs functions without isolation.

Each is installed into a folder that is kept for the next time: Python packages into an environment of their own, so
that nobody's requirements meet another's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Protocol

import load
import served
import waiting
from errors import BenchError
from load import Load, Request
from report import Table, number
from visit import PING, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from served import Served

ROUNDS = 8
STARTS = 7
_HEADER = ("", "ping", "emulator", "oauth2-mock-server", "moto_server", "functions-framework", "aim")
_ECHO = "def main(request):\n    return {'ok': True}\n"


class _Start(Protocol):
    def __call__(self, port: int) -> Served:
        """The peer, at a port, once it answers."""


@dataclass(frozen=True)
class Row:
    """One thing measured on those who have the like, by their names in the header."""

    name: str
    unit: str
    figures: Mapping[str, float]
    aim: str = ""
    is_met: bool = True

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        figures = (number(self.figures.get(peer)) for peer in _HEADER[1:-1])
        return (f"{self.name}, {self.unit}", *figures, f"{self.aim} {'met' if self.is_met else 'MISSED'}".strip())

    def document(self) -> dict[str, object]:
        """The row for `--json`."""
        return {"name": self.name, "unit": self.unit, **self.figures, "aim": self.aim, "isMet": self.is_met}


def measure(*, is_quick: bool, tell: Callable[[str], None]) -> Table:
    """All of it.

    :param tell: gets a line at each step.
    :raises BenchError: a peer cannot be installed, or an answer was not the expected one.
    """
    rounds, starts = (1, 1) if is_quick else (ROUNDS, STARTS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        peers = {**_own(waiting.make_project(folder / "project"), folder), **_install(folder, tell)}
        tell(f"start and idle memory: {starts} of each")
        start, memory = _measure_starts(peers, starts)
        with ExitStack() as stack:
            running = {peer: stack.enter_context(begin(served.free_port())) for peer, begin in peers.items()}
            tell(f"rates: {rounds} rounds")
            return Table(_HEADER, [*_starts(start, memory), *_rates(running, rounds)])


def _own(project: Path, folder: Path) -> dict[str, _Start]:
    states = iter(range(1000))
    return {
        "ping": served.serve_ping,
        "emulator": lambda port: served.serve_emulator(project, folder / f"state-{next(states)}", port),
    }


def _install(folder: Path, tell: Callable[[str], None]) -> dict[str, _Start]:
    kept = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "wxcloud-bench"
    kept.mkdir(parents=True, exist_ok=True)
    moto = _environment(kept / "moto", "moto[server]", tell)
    framework = _environment(kept / "functions-framework", "functions-framework", tell)
    oauth2 = kept / "node_modules" / ".bin" / "oauth2-mock-server"
    if not oauth2.exists():
        tell("installing oauth2-mock-server")
        npm = shutil.which("npm")
        if npm is None:
            raise BenchError("npm is needed for oauth2-mock-server (scripts/clients says how it is installed)")
        _run(npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(kept), "oauth2-mock-server")
    source = folder / "echo.py"
    source.write_text(_ECHO)
    return {
        "oauth2-mock-server": lambda port: served.Served(
            (str(oauth2), "-a", "127.0.0.1", "-p", str(port)), port, "/.well-known/openid-configuration"
        ),
        "moto_server": lambda port: served.Served((str(moto / "moto_server"), "-p", str(port)), port, "/moto-api/"),
        "functions-framework": lambda port: served.Served(
            (str(framework / "functions-framework"), "--target=main", f"--source={source}", f"--port={port}"), port, "/"
        ),
    }


def _environment(folder: Path, package: str, tell: Callable[[str], None]) -> Path:
    """The folder of commands of a virtual environment with a package."""
    if not (folder / "bin" / "pip").exists():
        tell(f"installing {package}")
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(folder / "bin" / "pip"), "install", "-qq", "--disable-pip-version-check", package)
    return folder / "bin"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _measure_starts(peers: Mapping[str, _Start], starts: int) -> tuple[dict[str, float], dict[str, float]]:
    """Medians, in ms and in MiB; the first start of each only reads its files from disk."""
    lasted: dict[str, list[float]] = {peer: [] for peer in peers}
    memory: dict[str, list[float]] = {peer: [] for peer in peers}
    for _ in range(starts + 1):
        for peer, begin in peers.items():
            with begin(served.free_port()) as one:
                lasted[peer].append(one.start_ms)
                memory[peer].append(one.idle_mib())
    return (
        {peer: median(of[1:]) for peer, of in lasted.items()},
        {peer: median(of[1:]) for peer, of in memory.items()},
    )


def _starts(start: Mapping[str, float], memory: Mapping[str, float]) -> Iterator[Row]:
    quicker = min(start["oauth2-mock-server"], start["moto_server"])
    is_met = start["emulator"] <= 1.4 * start["ping"] and start["emulator"] < quicker
    yield Row("start to first good answer", "ms", start, "<= 1.4 x ping, ahead of both", is_met)
    yield Row("idle memory, all processes", "MiB PSS", memory, "<= 60", memory["emulator"] <= 60)


def _rates(running: Mapping[str, Served], rounds: int) -> Iterator[Row]:
    visit = Visit(running["emulator"].url)
    pairs = {
        "verify_signature, a signed token": ("oauth2-mock-server", visit.verify_signature(), _TOKEN),
        "checksession": ("", visit.check_session(), None),
        "a cloud call (wx.api) through /admin": ("", visit.cloud_call(), None),
        "a function that does nothing": (
            "functions-framework",
            visit.echo(),
            Load([Request("GET", "/")], '"ok":%s*true'),
        ),
    }
    least = dict(zip(pairs, (0.35, 0.45, 0.25, 0.0), strict=True))
    for name, (peer, ours, theirs) in pairs.items():
        sides: dict[str, Load] = {"ping": PING, "emulator": ours, **({peer: theirs} if theirs is not None else {})}
        for side, sent in sides.items():
            load.run(running[side].url, sent, seconds=2)
        figures: dict[str, list[float]] = {side: [] for side in sides}
        for _ in range(rounds):
            for side, sent in sides.items():
                figures[side].append(load.run(running[side].url, sent, seconds=1).per_second)
        medians = {side: median(of) for side, of in figures.items()}
        ratio = median(ours / ping for ours, ping in zip(figures["emulator"], figures["ping"], strict=True))
        is_ahead = peer not in medians or medians["emulator"] >= medians[peer]
        aims = ([f">= {least[name]:g} of ping"] if least[name] else []) + (["ahead"] if peer in medians else [])
        yield Row(f"{name} ({ratio:.2f} of ping)", "1/s", medians, ", ".join(aims), ratio >= least[name] and is_ahead)


_TOKEN = Load([Request("POST", "/token", "grant_type=client_credentials&scope=a")], '"access_token":"[^"]+"')
