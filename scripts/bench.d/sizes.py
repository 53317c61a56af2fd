"""What an emulator that holds much, or has served long, does beside one that is new."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import load
import served
import waiting
from report import Table, number
from visit import Visit

from wxemu.cloudbase import grants
from wxemu.core import journal
from wxemu.core.world import DATABASE_NAME, World
from wxemu.state import seed
from wxemu.wechat import sessions
from wxemu.wechat import users as wechat_users

if TYPE_CHECKING:
    from collections.abc import Callable

    from load import Load
    from served import Served

ROUNDS = 8
STARTS = 7
LEAST_RATIO = 0.9
MOST_GROWTH = 1.02
MOST_KEPT = max(journal.KEPT_EXCHANGES, sessions.KEPT_CODES, grants.KEPT_GRANTS)
"""After so many requests of each kind, each of them has replaced an older one."""
FILLS_TO_WARM_UP = 2
"""A table in the order of random names has fuller pages the first time than ever after."""
_SLICE_SECONDS = 5
_APPID = seed.DEMO["apps"][0]["appid"]


@dataclass(frozen=True)
class Row:
    """One thing measured on two sides.

    :param ratio: second to first side.
    """

    name: str
    unit: str
    first: float
    second: float
    ratio: float
    aim: str
    is_met: bool

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        aim = f"{self.aim} {'met' if self.is_met else 'MISSED'}"
        return (f"{self.name}, {self.unit}", number(self.first), number(self.second), f"{self.ratio:.2f}", aim)

    def document(self) -> dict[str, object]:
        """The row for `--json`."""
        sides = {"first": self.first, "second": self.second, "ratio": self.ratio}
        return {"name": self.name, "unit": self.unit, **sides, "aim": self.aim, "isMet": self.is_met}


def measure(*, users: int, is_journal_full: bool, is_quick: bool, tell: Callable[[str], None]) -> Table:
    """An emulator with so many users, and a full journal or an empty one, beside one with one user and an empty one.

    :raises BenchError: an answer was not the expected one.
    """
    rounds, starts = (1, 1) if is_quick else (ROUNDS, STARTS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        project = waiting.make_project(folder / "project")
        tell(f"a state with {users:,} users")
        states = folder / "small", folder / "large"
        _fill(states[0], users=1, is_journal_full=False)
        _fill(states[1], users=users, is_journal_full=is_journal_full)
        tell(f"{starts} starts of each")
        lasted = [[_start_ms(project, state) for state in states] for _ in range(starts + 1)][1:]
        with served.serve_emulator(project, states[0]) as small, served.serve_emulator(project, states[1]) as large:
            tell(f"{rounds} rounds")
            rates = _rates(rounds, small, large)
    first, second = (median(side) for side in zip(*lasted, strict=True))
    ratio = median(theirs / ours for ours, theirs in lasted)
    start = Row("start to first good answer", "ms", first, second, ratio, "<= 1.1", ratio <= 1 / LEAST_RATIO)
    large_header = f"{users:,} users, {'full' if is_journal_full else 'empty'} journal"
    return Table(("", "one user, empty journal", large_header, "ratio", "aim"), [start, *rates])


def _fill(state: Path, *, users: int, is_journal_full: bool) -> None:
    with closing(World(state)) as world:
        seed.load(world, seed.DEMO)
        with world.transaction():
            for user in range(users):
                wechat_users.add(world, wechat_users.User(_APPID, f"oBench{user:022}"))
            for _ in range(journal.KEPT_EXCHANGES if is_journal_full else 0):
                journal.record(world, _exchange(world))


def _exchange(world: World) -> journal.Exchange:
    return journal.Exchange(
        rid=journal.new_rid(world, world.clock.now()),
        at=world.clock.now(),
        face="wechat",
        name="soter.verifySignature",
        appid=_APPID,
        method="POST",
        url="/cgi-bin/soter/verify_signature",
        request_body="x" * 1000,
        response_body='{"errcode":0,"errmsg":"ok","is_ok":true}',
        cost_in_ms=1.0,
        client_ip="127.0.0.1",
        api="soter.verifySignature",
    )


def _start_ms(project: Path, state: Path) -> float:
    with served.serve_emulator(project, state) as one:
        return one.start_ms


def _rates(rounds: int, small: Served, large: Served) -> list[Row]:
    visits = Visit(small.url), Visit(large.url)
    rows = []
    for name, loads in {
        "verify_signature": [visit.verify_signature() for visit in visits],
        "checksession": [visit.check_session() for visit in visits],
        "wx.login": [visit.login() for visit in visits],
    }.items():
        pairs = [_pair(small, large, loads) for _ in range(rounds + 1)][1:]
        first, second = (median(side) for side in zip(*pairs, strict=True))
        ratio = median(theirs / ours for ours, theirs in pairs)
        rows.append(Row(name, "1/s", first, second, ratio, f">= {LEAST_RATIO}", ratio >= LEAST_RATIO))
    return rows


def _pair(small: Served, large: Served, loads: list[Load]) -> tuple[float, float]:
    first = load.run(small.url, loads[0], seconds=1).per_second
    return first, load.run(large.url, loads[1], seconds=1).per_second


def measure_growth(*, minutes: float, tell: Callable[[str], None]) -> Table:
    """Memory and state of an emulator that holds all it ever will, and the same after minutes of load.

    :raises BenchError: an answer was not the expected one.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        state = Path(name) / "state"
        with served.serve_emulator(waiting.make_project(Path(name) / "project"), state) as emulator:
            visit = Visit(emulator.url)
            kinds = [visit.check_session(), visit.login(), visit.call_function(), visit.verify_signature()]
            tell("until no more is kept")
            for _ in range(FILLS_TO_WARM_UP):
                _fill_up(emulator, kinds)
            first = _look(emulator, state)
            tell(f"{minutes:g} minutes of load")
            until = time.monotonic() + minutes * 60
            while time.monotonic() < until:
                for kind in kinds:
                    _send(emulator, kind)
            _fill_up(emulator, kinds)
            last = _look(emulator, state)
    rows = []
    for (thing, unit), value in last.items():
        ratio = value / first[thing, unit]
        rows.append(Row(thing, unit, first[thing, unit], value, ratio, f"<= {MOST_GROWTH}", ratio <= MOST_GROWTH))
    return Table(("", "warm", f"after {minutes:g} minutes", "ratio", "aim"), rows)


def _fill_up(emulator: Served, kinds: list[Load]) -> None:
    """Let each kind alone fill the journal, as their exchanges differ in length, and the last kind at both looks."""
    for kind in kinds:
        sent = 0.0
        while sent < MOST_KEPT:
            sent += _send(emulator, kind)


def _send(emulator: Served, kind: Load) -> float:
    """How many requests a slice of one kind took."""
    return load.run(emulator.url, kind, seconds=_SLICE_SECONDS, connections=4).per_second * _SLICE_SECONDS


def _look(emulator: Served, state: Path) -> dict[tuple[str, str], float]:
    """By name and unit. A file of SQLite never shrinks; pages that hold nothing are used before it grows."""
    files = sum(file.stat().st_size for file in state.rglob("*") if file.is_file())
    with closing(sqlite3.connect(f"{(state / DATABASE_NAME).as_uri()}?mode=ro", uri=True)) as database:
        pages, free, page_size = (
            database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size")
        )
    return {
        ("memory, all processes", "MiB PSS"): emulator.idle_mib(),
        ("what the state holds", "MiB"): (pages - free) * page_size / 2**20,
        ("the state's files", "MiB"): files / 2**20,
    }
