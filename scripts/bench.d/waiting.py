"""Functions that wait: a project with some, and what the emulator does while many of them are in flight."""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import load
import yaml
from errors import BenchError, StarvedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from visit import Visit

_FUNCTIONS = 5
_INSTANCES = 10
"""As many as the emulator runs of one function at a time."""
CALLS = _FUNCTIONS * _INSTANCES
_ARRIVAL_LIMIT_SECONDS = 30
_TOP = Path(__file__).parents[2]

_NAMES = [f"verifyLater{number}" for number in range(_FUNCTIONS)]
_LATER = '''\
"""Waits at a gate, then does what verifySignature does."""

import fcntl
import pathlib

import index


def main(event, context):
    pathlib.Path(event.pop("arrivals"), context["request_id"]).touch()
    with open(event.pop("gate")) as gate:
        fcntl.flock(gate, fcntl.LOCK_SH)
    return index.main(event, context)
'''


@dataclass(frozen=True)
class Meanwhile:
    """What was seen while ``CALLS`` calls waited.

    :param figures: of the load on WeChat's endpoint.
    :param release_ms: from the gate's opening to the last call's answer.
    """

    figures: load.Figures
    release_ms: float


def make_project(folder: Path) -> Path:
    """The functions of this repository and some that wait, as a project in ``folder``."""
    project = yaml.safe_load((_TOP / "cloudbaserc.yaml").read_text(encoding="utf-8"))
    later = {"runtime": "Python3.11", "handler": "later.main", "timeout": 60}
    project["functions"] += [{"name": name, **later} for name in _NAMES]
    shutil.copytree(_TOP / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_TOP / "config.json", folder)
    (folder / "cloudbaserc.json").write_text(json.dumps(project), encoding="utf-8")
    for name in _NAMES:
        waits = shutil.copytree(folder / "functions" / "verifySignature", folder / "functions" / name)
        (waits / "later.py").write_text(_LATER)
    return folder


def measure(visit: Visit, *, seconds: int) -> Meanwhile:
    """Let ``CALLS`` function calls wait, put WeChat's endpoint under load meanwhile, then let them all call it.

    :raises StarvedError: fewer could be in flight at a time.
    :raises BenchError: one got another answer than the expected one.
    """
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_shared_folder(visit)) as folder, _callers() as callers:
        arrivals, gate = Path(folder) / "arrivals", Path(folder) / "gate"
        arrivals.mkdir()
        for shared in (Path(folder), arrivals):
            shared.chmod(0o777)  # the functions of root's emulator are another user
        event = {**visit.result, "arrivals": str(arrivals), "gate": str(gate)}
        with _close(gate):
            calls = [callers.submit(visit.call, name, event) for name in _NAMES * _INSTANCES]
            _wait_for_all(arrivals)
            figures = load.run(visit.remote.url, visit.verify_signature(), seconds=seconds)
        opened = time.perf_counter()
        for call in calls:
            if call.result().get("isOk") is not True:
                raise BenchError(f"a function that waited and called back got {call.result()}")
        return Meanwhile(figures, (time.perf_counter() - opened) * 1000)


def _shared_folder(visit: Visit) -> Path:
    """The one folder of this machine that functions see: that of the sessions they keep together."""
    given = visit.remote.ask("POST", "/emulator/v1/environments", {})["env"]
    return Path(given["WX_SESSION_STORE"]).parent


@contextmanager
def _callers() -> Iterator[ThreadPoolExecutor]:
    """Threads that are not joined: behind a server that starves, they end when it does."""
    callers = ThreadPoolExecutor(CALLS)
    try:
        yield callers
    finally:
        callers.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _close(gate: Path) -> Iterator[None]:
    with gate.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _wait_for_all(arrivals: Path) -> None:
    deadline = time.monotonic() + _ARRIVAL_LIMIT_SECONDS
    while (arrived := len(list(arrivals.iterdir()))) < CALLS:
        if time.monotonic() > deadline:
            raise StarvedError(f"only {arrived} of {CALLS} function calls could be in flight at a time")
        time.sleep(0.02)
