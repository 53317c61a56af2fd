"""Rounds of load and `kill -9`: what was acknowledged before must be there afterwards."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import requests
from clients import DEEDS, OFTEN_ENOUGH, Client, Proof
from emulator import Emulator
from errors import SoakError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

THREADS: Final = 6
LOAD_SECONDS: Final = (0.3, 2.5)
BACK_MS: Final = 2000
"""Within which a killed child is to be back."""


@dataclass
class Figures:
    """What came of a soak.

    :param silent: kills of a child that the emulator did not tell of.
    """

    kills: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: list[Proof] = field(default_factory=list)
    start_ms: list[float] = field(default_factory=list)
    proxy_ms: list[float] = field(default_factory=list)
    fork_server_ms: list[float] = field(default_factory=list)
    silent: Counter[str] = field(default_factory=Counter)

    @property
    def is_ok(self) -> bool:
        """Whether nothing was lost, and every child was back in time."""
        return not self.lost and all(one <= BACK_MS for one in (*self.proxy_ms, *self.fork_server_ms))

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "ok": self.is_ok,
            "kills": self.kills,
            "acknowledged": dict(self.acknowledged),
            "acknowledgedInAll": self.acknowledged.total(),
            "lost": [[proof.kind, *map(str, proof.facts)] for proof in self.lost],
            "startMs": _spread(self.start_ms),
            "proxyBackMs": _spread(self.proxy_ms),
            "forkServerBackMs": _spread(self.fork_server_ms),
            "silent": dict(self.silent),
        }


def _spread(times: Sequence[float]) -> dict[str, float] | None:
    return {"median": round(median(times)), "most": round(max(times)), "times": len(times)} if times else None


def soak(folder: Path, *, rounds: int, child_kills: int, seed: int, tell: Callable[[str], None]) -> Figures:
    """Kill the emulator so many times under load, then its proxy and its fork server one by one.

    :raises SoakError: it did not start again, or a child did not come back.
    """
    chances = random.Random(seed)  # noqa: S311 - of moments, not of secrets
    figures, proofs = Figures(), list[Proof]()
    numbers = count()
    emulator = _start(folder, figures)
    for number in range(1, rounds + 1):
        new = _work(emulator, chances, numbers)
        figures.kills += 1
        figures.acknowledged.update(proof.kind for proof in new)
        proofs += new
        emulator = _start(folder, figures)
        lost = _missing(emulator, proofs if number == rounds else new)
        figures.lost += lost
        tell(f"round {number} of {rounds}: {len(new)} acknowledged, {len(lost)} lost")
    _kill_children(emulator, child_kills, figures, tell)
    if emulator.stop() != 0:
        raise SoakError("it did not stop in order at the end")
    return figures


def _start(folder: Path, figures: Figures) -> Emulator:
    emulator = Emulator(folder / "state", folder / "words")
    figures.start_ms.append(emulator.start_ms)
    return emulator


def _work(emulator: Emulator, chances: random.Random, numbers: count[int]) -> list[Proof]:
    """Load it for a moment, and kill it in the midst of that; what it had acknowledged."""
    Client(emulator.url).ask("PATCH", "/emulator/v1/settings", json={"quotas": OFTEN_ENOUGH})
    proofs: list[Proof] = []
    is_over = threading.Event()

    def go_on(place: int) -> None:
        client, turn = Client(emulator.url), place
        with suppress(requests.RequestException, KeyError, ValueError):  # whatever a client meets at a kill
            while not is_over.is_set():
                proofs.append(DEEDS[turn % len(DEEDS)](client, f"f{next(numbers)}"))
                turn += 1
        if not is_over.is_set():
            is_early.append(place)

    is_early: list[int] = []
    with ThreadPoolExecutor(THREADS) as clients:
        for place in range(THREADS):
            clients.submit(go_on, place)
        time.sleep(chances.uniform(*LOAD_SECONDS))
        stopped_before = list(is_early)
        emulator.kill(is_alone=chances.random() < 0.5)
        is_over.set()
    if stopped_before:
        raise SoakError(f"the emulator refused a client before it was killed: {emulator.words()[-500:]}")
    return list(proofs)


def _missing(emulator: Emulator, proofs: Sequence[Proof]) -> list[Proof]:
    client = Client(emulator.url)
    users = {user["openid"] for user in client.ask("GET", "/emulator/v1/apps/wx1234567890abcdef/users")["users"]}
    missing = []
    for proof in proofs:
        try:
            is_there = proof.facts[0] in users if proof.kind == "user" else client.check(proof)
        except (requests.RequestException, KeyError, ValueError):
            is_there = False
        if not is_there:
            missing.append(proof)
    return missing


def _kill_children(emulator: Emulator, times: int, figures: Figures, tell: Callable[[str], None]) -> None:
    client = Client(emulator.url)
    if times:
        client.deploy("warm")
        client.invoke("warm")  # for which there is a fork server from now on
    for number in range(1, times + 1):
        figures.proxy_ms.append(_note(emulator, "proxy", figures, emulator.kill_proxy))
        client.deploy(f"cold{number}")
        kill = partial(emulator.kill_fork_server, f"cold{number}")
        figures.fork_server_ms.append(_note(emulator, "fork server", figures, kill))
        tell(
            f"children, {number} of {times}: proxy back after {figures.proxy_ms[-1]:.0f} ms,"
            f" fork server after {figures.fork_server_ms[-1]:.0f} ms"
        )
        time.sleep(2.5)  # a proxy that dies again and again at once would be given up


def _note(emulator: Emulator, child: str, figures: Figures, kill: Callable[[], float]) -> float:
    before = emulator.words()
    took = kill()
    if emulator.words() == before:
        figures.silent[child] += 1
    return took
