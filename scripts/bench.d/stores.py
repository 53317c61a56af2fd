"""What the functions' stores cost: a challenge, a strict verification, a session, and a part of each cold start."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import served
import waiting
from errors import BenchError
from report import Table, number

from wxemu.client.remote import Remote
from wxemu.state.seed import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_TOP = Path(__file__).parents[2]
_USER = Path(__file__).with_name("store_user.py")
_INSTANCES, _TIMES = 7, 100
_INSTANCES_QUICK, _TIMES_QUICK = 1, 3
_START_LIMIT_SECONDS = 10


@dataclass(frozen=True)
class Cost:
    """Of one store: medians, in ms.

    :param verification: with a purpose: challenge, WeChat, counter.
    :param added: what that takes over one without a purpose, which is WeChat's alone.
    :param first: an instance's first use of the store, over a later one.
    """

    store: str
    challenge: float
    verification: float
    added: float
    session: float
    first: float

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        figures = (self.challenge, self.verification, self.added, self.session, self.first)
        return (self.store, *map(number, figures))

    def document(self) -> dict[str, object]:
        """The row for `--json`."""
        return {
            "store": self.store,
            "challengeMs": self.challenge,
            "verificationMs": self.verification,
            "addedToPlainMs": self.added,
            "sessionMs": self.session,
            "coldStartMs": self.first,
        }


def measure(*, is_quick: bool, tell: Callable[[str], None]) -> Table:
    """All stores that there are here.

    :param tell: gets a line at each step.
    :raises BenchError: an answer was not the expected one.
    """
    costs = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        project = waiting.make_project(folder / "project")
        with served.serve_emulator(project, folder / "state") as emulator, _serve_redis(folder, tell) as redis:
            stores = {"SQLite": f"sqlite:{folder / 'store.sqlite3'}", "document database": "cloudbase"}
            for store, setting in {**stores, **redis}.items():
                tell(f"the store {store}")
                costs.append(_measure_one(store, setting, Remote(emulator.url), is_quick=is_quick))
    header = ("store", "a challenge, ms", "a strict verification, ms", "over a plain one, ms")
    return Table((*header, "a session, ms", "added to a cold start, ms"), costs)


def _measure_one(store: str, setting: str, remote: Remote, *, is_quick: bool) -> Cost:
    instances, times = (_INSTANCES_QUICK, _TIMES_QUICK) if is_quick else (_INSTANCES, _TIMES)
    asked = json.dumps({**_make_user(remote, setting), "times": times})
    found = [_run(asked) for _ in range(instances)]
    medians = {kind: median(ms for one in found for ms in one[kind]) for kind in found[0] if kind != "plain"}
    pairs = [pair for one in found for pair in zip(one["verification"], one["plain"], strict=True)]
    return Cost(store=store, added=median(strict - plain for strict, plain in pairs), **medians)


def _make_user(remote: Remote, setting: str) -> dict[str, object]:
    """A user with a phone, and what an instance gets that the user calls."""
    appid = DEMO["apps"][0]["appid"]
    phone = remote.ask("POST", "/phone/v1/phones", {"appid": appid, "profile": "android"})
    choice = {"function": "verifySignature", "openid": phone["openid"]}
    environment = remote.ask("POST", "/emulator/v1/environments", choice)["env"]
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    settings = {"WX_STORE": setting, "WX_STORE_KEY": f"k1:{key}", "WX_API_BASE": remote.url}
    return {
        "variables": {name: environment[name] for name in ("WX_APPID", "WX_SECRET")} | settings,
        "context": {"request_id": "1", "environment": json.dumps(environment), "environ": ""},
        "openid": phone["openid"],
        "phone": f"{remote.url}/phone/v1/phones/{phone['phoneId']}",
    }


def _run(asked: str) -> dict[str, list[float]]:
    environ = {**os.environ, "PYTHONPATH": str(_TOP / "functions/_shared")}
    done = subprocess.run([sys.executable, _USER, asked], env=environ, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"a store failed: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


@contextmanager
def _serve_redis(folder: Path, tell: Callable[[str], None]) -> Iterator[Mapping[str, str]]:
    """A Redis that keeps its rows as docs/production.md says, by its name in the table; none if it is not there."""
    if shutil.which("redis-server") is None or importlib.util.find_spec("redis") is None:
        tell("there is no redis-server, or no library redis (scripts/setup --dev), so that row is left out")
        yield {}
        return
    port = served.free_port()
    where = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", "--appendonly", "yes")
    with subprocess.Popen(("redis-server", *where), stdout=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield {"Redis": f"redis://127.0.0.1:{port}/0"}
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_LIMIT_SECONDS
    while not served.listens(port):
        if time.monotonic() > deadline:
            raise BenchError("redis-server did not start; the lines above say why")
        time.sleep(0.01)
