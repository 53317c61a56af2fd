"""A result that is sent again and again counts once: with hundreds at a time, and with a store killed in the middle."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import wxcloud

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.conftest import Running

pytestmark = pytest.mark.slow

FUNCTIONS = Path(__file__).parents[3] / "functions"
REPLAYER = Path(__file__).with_name("replayer.py")
PROCESSES = 8
REPLAYS = 500
PHONES = 24
PATIENCE = 90


@dataclass
class Process:
    """One instance of `verifySignature`, as `replayer.py` describes it; `answers` are (number, answer, time)."""

    process: subprocess.Popen[str]
    answers: list[tuple[int, dict[str, Any], float]] = field(default_factory=list)

    def prepare(self, tries: Sequence[Mapping[str, Any]], *, threads: int, patience: float) -> None:
        self._write(json.dumps({"tries": tries, "threads": threads, "patience": patience}))
        assert self.process.stdout.readline() == "ready\n"

    def begin(self) -> None:
        self._write("go")

    def read(self) -> None:
        """Take in its answers until it ends."""
        self.answers.extend(map(json.loads, self.process.stdout))
        self.process.wait()

    def kill(self) -> None:
        self.process.kill()

    def _write(self, line: str) -> None:
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()


@pytest.fixture
def processes_of() -> Iterator[Callable[[Mapping[str, str]], list[Process]]]:
    """Start eight instances with these variables."""
    started: list[Process] = []

    def start_all(variables: Mapping[str, str]) -> list[Process]:
        path = os.pathsep.join(map(str, (FUNCTIONS / "verifySignature", FUNCTIONS / "_shared")))
        for _ in range(PROCESSES):
            process = subprocess.Popen(
                [sys.executable, REPLAYER],
                env={"PYTHONPATH": path, **variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.append(Process(process))
        return started

    yield start_all
    for one in started:
        one.kill()
        with one.process:
            pass


@dataclass
class Shop:
    """An emulator's phones, and the two functions with one store."""

    emulator: Running
    variables: Mapping[str, str]

    def result(self) -> dict[str, Any]:
        """What `verifySignature` is sent for a new challenge that a new phone has signed."""
        phone = self.emulator.new_phone()
        caller = self.emulator.environment(function="verifySignature", openid=phone.openid)
        context = {"request_id": "1", "environment": json.dumps(caller), "environ": ""}
        soter = wxcloud.init(self.variables).of(context).soter
        issued = soter.issue_challenge(openid=phone.openid, purpose="unlock", payload=phone.openid)
        signed = phone.start_soter_authentication(issued.challenge).signed
        return {"event": {**signed, "purpose": "unlock"}, "context": context}


def variables_of(emulator: Running, store: str) -> dict[str, str]:
    app = emulator.app
    return {
        "WX_APPID": app.appid,
        "WX_SECRET": app.secret,
        "WX_API_BASE": emulator.url,
        "WX_STORE": store,
        "WX_TRANSPORT": "https",
        "WX_READ_TIMEOUT": "60",  # hundreds at a time, on whatever machine
    }


def read_all(processes: Sequence[Process]) -> None:
    with ThreadPoolExecutor(len(processes)) as threads:
        list(threads.map(Process.read, processes))


def test_of_500_at_once_in_8_processes_one_is_accepted(emulator, wx_store, processes_of):
    shop = Shop(emulator, variables_of(emulator, wx_store))
    result = shop.result()
    processes = processes_of(shop.variables)
    for number, process in enumerate(processes):
        tries = [result] * len(range(number, REPLAYS, PROCESSES))
        process.prepare(tries, threads=len(tries), patience=0)
    for process in processes:
        process.begin()
    read_all(processes)

    answers = [answer for process in processes for _, answer, _ in process.answers]
    assert Counter(answer.get("reason", answer["errMsg"]) for answer in answers) == {
        "openapi.soter.verifySignature:ok": 1,
        "challenge_used": REPLAYS - 1,
    }


@dataclass
class Killed:
    """A store that is killed with -9 and started again; `interrupt` does it, and says when it was dead."""

    shop: Shop
    interrupt: Callable[[Sequence[Process]], float]


@pytest.fixture
def killed_redis(emulator, redis_server):
    def interrupt(_):
        redis_server.kill()
        dead_at = time.time()
        redis_server.start()
        return dead_at

    return Killed(Shop(emulator, variables_of(emulator, redis_server.address)), interrupt)


@pytest.fixture
def killed_emulator(start, tmp_path, lasting_port):
    """The database, and WeChat with it."""
    options = ("--state", str(tmp_path / "state"), "--port", str(lasting_port))
    running = start(*options)

    def interrupt(_):
        running.kill()
        dead_at = time.time()
        start(*options)
        return dead_at

    return Killed(Shop(running, variables_of(running, "cloudbase")), interrupt)


@pytest.fixture
def killed_writers(emulator, tmp_path):
    """Half of the processes that write to one SQLite file."""

    def interrupt(processes):
        for process in processes[: PROCESSES // 2]:
            process.kill()
        return time.time()

    return Killed(Shop(emulator, variables_of(emulator, f"sqlite:{tmp_path / 'store.sqlite3'}")), interrupt)


@pytest.fixture(params=["redis", "emulator", "writers"])
def killed(request):
    return request.getfixturevalue(f"killed_{request.param}")


def test_with_a_kill_in_the_middle_none_counts_twice_and_no_yes_is_lost(killed, processes_of):
    results = [killed.shop.result() for _ in range(PHONES)]
    processes = processes_of(killed.shop.variables)
    for process in processes:
        process.prepare(results, threads=1, patience=PATIENCE)
    for process in processes:
        process.begin()
    with ThreadPoolExecutor(PROCESSES) as threads:
        read = [threads.submit(process.read) for process in processes]
        wait_until(lambda: len(accepted(processes)) >= PHONES // 3)
        dead_at = killed.interrupt(processes)
        for one in read:
            one.result()

    yes = accepted(processes)
    assert max(Counter(number for number, _ in yes).values()) == 1
    assert len(yes) >= PHONES - PROCESSES  # what each had under way is used, though nobody was told
    assert min(at for _, at in yes if at > dead_at) < dead_at + PATIENCE

    again = processes_of(killed.shop.variables)[-1]
    again.prepare(results, threads=1, patience=PATIENCE)
    again.begin()
    again.read()
    assert [answer.get("reason") for _, answer, _ in again.answers] == ["challenge_used"] * PHONES


def accepted(processes: Sequence[Process]) -> list[tuple[int, float]]:
    """The results that were accepted, and when."""
    return [(number, at) for process in processes for number, answer, at in list(process.answers) if answer.get("isOk")]


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.005)
