"""Functions that wait: a project with some, and what the emulator does while many of them are in flight."""

from __future__ import annotations

import json
import shutil
import socket
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

import socket

import index


def main(event, context):
    with socket.create_connection(("127.0.0.1", event.pop("gate"))) as gate:
        gate.recv(1)
    return index.main(event, context)
'''


ECHO, SIGNS = "echo", "signs"
"""Functions beside those that wait: one does nothing, and one returns a cloud call, signed, instead of making it."""
_OTHERS = {
    ECHO: "def main(event, context):\n    return {'ok': True}\n",
    SIGNS: """\
import wxcloud
from wxcloud.transport.connection import Connection

cloud = wxcloud.init()


class Signed(Exception):
    pass


def keep(_self, request, _read):
    raise Signed(request)


def main(event, context):
    Connection.exchange = keep
    try:
        cloud.of(context).openapi.soter.verifySignature(**event)
    except Signed as signed:
        (request,) = signed.args
        return {"url": request.url, "headers": request.headers, "body": request.body.decode()}
""",
}


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
    project["functions"] += [{"name": name, "runtime": "Python3.11", "handler": "index.main"} for name in _OTHERS]
    shutil.copytree(_TOP / "functions", folder / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_TOP / "config.json", folder)
    (folder / "cloudbaserc.json").write_text(json.dumps(project), encoding="utf-8")
    for name in _NAMES:
        waits = shutil.copytree(folder / "functions" / "verifySignature", folder / "functions" / name)
        (waits / "later.py").write_text(_LATER)
    for name, code in _OTHERS.items():
        other = shutil.copytree(folder / "functions" / "verifySignature", folder / "functions" / name)
        (other / "index.py").write_text(code)
    return folder


def measure(visit: Visit, *, seconds: int) -> Meanwhile:
    """Let ``CALLS`` function calls wait, put WeChat's endpoint under load meanwhile, then let them all call it.

    :raises StarvedError: fewer could be in flight at a time.
    :raises BenchError: one got another answer than the expected one.
    """
    with _callers() as callers:
        with socket.create_server(("127.0.0.1", 0), backlog=CALLS) as gate:
            event = {**visit.result, "gate": gate.getsockname()[1]}
            calls = [callers.submit(visit.call, name, event) for name in _NAMES * _INSTANCES]
            waiting = _wait_for_all(gate)
            figures = load.run(visit.remote.url, visit.verify_signature(), seconds=seconds)
        opened = time.perf_counter()
        for one in waiting:
            one.close()
        for call in calls:
            if call.result().get("isOk") is not True:
                raise BenchError(f"a function that waited and called back got {call.result()}")
        return Meanwhile(figures, (time.perf_counter() - opened) * 1000)


@contextmanager
def _callers() -> Iterator[ThreadPoolExecutor]:
    """Threads that are not joined: behind a server that starves, they end when it does."""
    callers = ThreadPoolExecutor(CALLS)
    try:
        yield callers
    finally:
        callers.shutdown(wait=False, cancel_futures=True)


def _wait_for_all(gate: socket.socket) -> list[socket.socket]:
    """The connections of all calls, each of which waits until its own is closed."""
    waiting: list[socket.socket] = []
    deadline = time.monotonic() + _ARRIVAL_LIMIT_SECONDS
    while len(waiting) < CALLS:
        gate.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            waiting.append(gate.accept()[0])
        except TimeoutError:
            raise StarvedError(f"only {len(waiting)} of {CALLS} function calls could be in flight at a time") from None
    return waiting
