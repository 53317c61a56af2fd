"""Load by wrk, every answer looked at."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from errors import BenchError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONNECTIONS = 16
_SCRIPT = Path(__file__).with_suffix(".lua")


@dataclass(frozen=True)
class Request:
    """One request.

    :param body: an object is sent as JSON, a text as a form.
    :param headers: besides the type of the body.
    """

    method: str
    path: str
    body: Mapping[str, Any] | str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> str:
        """The request for `load.lua`."""
        is_form = isinstance(self.body, str)
        kind = "application/x-www-form-urlencoded" if is_form else "application/json"
        body = self.body if isinstance(self.body, str) else "" if self.body is None else json.dumps(self.body)
        headers = {"Content-Type": kind, **self.headers}
        return "\t".join([self.method, self.path, body, *(text for pair in headers.items() for text in pair)]) + "\n"


@dataclass(frozen=True)
class Load:
    """What is sent over and over, or each once, and what every answer must match.

    :param expected: a Lua pattern.
    """

    requests: Sequence[Request]
    expected: str
    is_once: bool = False


@dataclass(frozen=True)
class Figures:
    """What wrk measured, latencies in milliseconds.

    :param kept: what the pattern found in each answer.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    kept: Sequence[str]


def run(url: str, load: Load, *, seconds: int, connections: int = CONNECTIONS, keeps: bool = False) -> Figures:
    """Put a server under load.

    :param keeps: collect what the pattern finds.
    :raises BenchError: one answer was not the expected one, or broke; or there were too few requests to send once.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        requests, figures, kept = (Path(folder) / name for name in ("requests", "figures", "kept"))
        requests.write_text("".join(request.line() for request in load.requests))
        order = "once" if load.is_once else "again"
        wrk = ("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(_SCRIPT), url, "--")
        arguments = (str(requests), load.expected, order, str(figures), *([str(kept)] if keeps else []))
        done = subprocess.run([*wrk, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0 or not figures.exists():
            raise BenchError(f"wrk failed: {done.stderr or done.stdout}")
        found = dict(line.split(" ", 1) for line in figures.read_text(errors="replace").splitlines())
        return _check(found, load, kept.read_text().split() if keeps else [])


def _check(found: Mapping[str, str], load: Load, kept: Sequence[str]) -> Figures:
    path = load.requests[0].path.partition("?")[0]
    if int(found["unexpected"]) or int(found["broken"]):
        raise BenchError(
            f"{path}: {found['unexpected']} answers were not the expected one and {found['broken']} broke;"
            f" expected {load.expected}, got for one {found['sample'] or 'nothing'}"
        )
    if int(found["is_exhausted"]):
        raise BenchError(f"{path}: {len(load.requests)} requests were too few to send each once")
    return Figures(
        per_second=int(found["requests"]) / (int(found["microseconds"]) / 1e6),
        p50_ms=int(found["p50"]) / 1000,
        p99_ms=int(found["p99"]) / 1000,
        kept=kept,
    )
