"""The emulator against the yardstick: rates, start, memory, functions."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import first_paint
import instances
import load
import served
import waiting
from report import Table, number
from visit import PING, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from load import Load
    from served import Served

LEAST_VERIFICATIONS = 2000
MOST_START_RATIO = 2.0
MOST_COLD_MS = 30
"""And a tenth of what importing requests takes, as a slower machine is slower at both."""
MOST_ADDED_MS = 3
MOST_FIRST_PAINT_MS = 200
"""Up to which a page seems to be there at once."""
_CODES_SECONDS = 5
"""Codes are made for so long: more than one slice can use up, and no more than are kept."""


ROUNDS = 8
"""Of one-second slices, in turns, so that a machine whose speed drifts slows both sides down."""
STARTS = 7
"""Of each side, after one that reads the files from disk."""


@dataclass(frozen=True)
class Comparison:
    """One thing measured.

    :param ping: of the yardstick, where it has the like.
    :param ratio: emulator to yardstick, the median of the rounds' ratios.
    :param aim: what was aimed at.
    """

    name: str
    unit: str
    emulator: float
    ping: float | None = None
    ratio: float | None = None
    aim: str | None = None
    is_met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        aim = "" if self.aim is None else f"{self.aim} {'met' if self.is_met else 'MISSED'}"
        return (f"{self.name}, {self.unit}", number(self.ping), number(self.emulator), ratio, aim)

    def document(self) -> dict[str, object]:
        """The row for `--json`."""
        figures = {"name": self.name, "unit": self.unit, "ping": self.ping, "emulator": self.emulator}
        aim = {} if self.aim is None else {"aim": self.aim, "isMet": self.is_met}
        return {**figures, "ratio": self.ratio, **aim}


@dataclass(frozen=True)
class _Pair:
    """A slice of each side, taken one after the other."""

    ping: load.Figures
    emulator: load.Figures

    @property
    def ratio(self) -> float:
        return self.emulator.per_second / self.ping.per_second


def measure(*, is_quick: bool, tell: Callable[[str], None]) -> Table:
    """All of it.

    :param tell: gets a line at each step.
    :raises BenchError: an answer was not the expected one.
    """
    rounds, starts = (1, 1) if is_quick else (ROUNDS, STARTS)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        project = waiting.make_project(Path(name) / "project")
        tell(f"start: {starts} of each side")
        start = _measure_start(starts, project, Path(name))
        with served.serve_ping() as ping, served.serve_emulator(project, Path(name) / "state") as emulator:
            visit = Visit(emulator.url)
            _warm_up(ping, visit)
            tell(f"WeChat's endpoints: {rounds} rounds")
            rates = _measure_rates(rounds, ping, visit)
            memory = _measure_memory(ping, emulator)
            tell("function calls")
            calls = _measure_calls(ping, visit)
            tell("the console in a browser")
            paint = list(_measure_first_paint(rounds, ping, emulator))
            if not paint:
                tell("there is no Chromium, or no Playwright (scripts/setup --dev), so that row is left out")
    tell("instances of functions")
    alone = measure_instances(instances.measure(is_quick=is_quick))
    return Table(("", "ping", "emulator", "ratio", "aim"), [*rates, start, memory, *calls, *paint, *alone])


def _measure_start(starts: int, project: Path, folder: Path) -> Comparison:
    pairs = []
    for start in range(starts + 1):
        with (
            served.serve_ping() as ping,
            served.serve_emulator(project, folder / f"start-{start}") as emulator,
        ):
            pairs.append((ping.start_ms, emulator.start_ms))
    warm = pairs[1:]
    ratio = median(ours / theirs for theirs, ours in warm)
    return Comparison(
        name="start to first 200",
        unit="ms",
        ping=median(theirs for theirs, _ in warm),
        emulator=median(ours for _, ours in warm),
        ratio=ratio,
        aim=f"<= {MOST_START_RATIO:g}x",
        is_met=ratio <= MOST_START_RATIO,
    )


def _warm_up(ping: Served, visit: Visit) -> None:
    load.run(ping.url, PING, seconds=1)
    load.run(visit.remote.url, visit.verify_signature(), seconds=2)  # the pool of RSA keys is full after that, too


def _measure_rates(rounds: int, ping: Served, visit: Visit) -> list[Comparison]:
    verify, check, code = [], [], []
    for _ in range(rounds):
        verify.append(_slices(ping, visit, visit.verify_signature()))
        check.append(_slices(ping, visit, visit.check_session()))
        codes = load.run(visit.remote.url, visit.login(), seconds=_CODES_SECONDS, keeps=True).kept
        code.append(_slices(ping, visit, visit.code_to_session(codes)))
    verifications = _rate("verify_signature", verify)
    is_met = verifications.emulator >= LEAST_VERIFICATIONS
    return [
        replace(verifications, aim=f">= {LEAST_VERIFICATIONS:,}", is_met=is_met),
        _latency("verify_signature, median latency", verify, "p50_ms"),
        _latency("verify_signature, 99th percentile", verify, "p99_ms"),
        _rate("checksession", check),
        _rate("code2Session", code),
    ]


def _slices(ping: Served, visit: Visit, ours: Load) -> _Pair:
    theirs = load.run(ping.url, PING, seconds=1)
    return _Pair(theirs, load.run(visit.remote.url, ours, seconds=1))


def _rate(name: str, pairs: Sequence[_Pair]) -> Comparison:
    return Comparison(
        name=name,
        unit="1/s",
        ping=median(pair.ping.per_second for pair in pairs),
        emulator=median(pair.emulator.per_second for pair in pairs),
        ratio=median(pair.ratio for pair in pairs),
    )


def _latency(name: str, pairs: Sequence[_Pair], figure: str) -> Comparison:
    return Comparison(
        name=name,
        unit="ms",
        ping=median(getattr(pair.ping, figure) for pair in pairs),
        emulator=median(getattr(pair.emulator, figure) for pair in pairs),
        ratio=median(getattr(pair.emulator, figure) / getattr(pair.ping, figure) for pair in pairs),
    )


def _measure_memory(ping: Served, emulator: Served) -> Comparison:
    theirs, ours = ping.memory_mb(), emulator.memory_mb()
    return Comparison(name="memory after the load", unit="MB", ping=theirs, emulator=ours, ratio=ours / theirs)


def _measure_calls(ping: Served, visit: Visit) -> list[Comparison]:
    url, call = visit.remote.url, visit.call_function()
    load.run(url, call, seconds=1, connections=4)  # the instances' cold starts
    many = load.run(url, call, seconds=2, connections=4)
    single = load.run(url, call, seconds=2, connections=1)
    yardstick = load.run(ping.url, PING, seconds=2)
    meanwhile = waiting.measure(visit, seconds=2)
    return [
        Comparison(name="callFunction, warm, 4 connections", unit="1/s", emulator=many.per_second),
        Comparison(name="callFunction, warm, median latency", unit="ms", emulator=single.p50_ms),
        Comparison(
            name=f"verify_signature while {waiting.CALLS} function calls wait",
            unit="1/s",
            ping=yardstick.per_second,
            emulator=meanwhile.figures.per_second,
            ratio=meanwhile.figures.per_second / yardstick.per_second,
        ),
        Comparison(
            name=f"the {waiting.CALLS} calls call back and return, all of them",
            unit="ms",
            emulator=meanwhile.release_ms,
        ),
    ]


def _measure_first_paint(rounds: int, ping: Served, emulator: Served) -> Iterator[Comparison]:
    slowest = first_paint.measure(ping.url, emulator.url, rounds=rounds)
    if slowest is not None:
        yield Comparison(
            name=f"first paint of the console's slowest page ({slowest.path})",
            unit="ms",
            ping=slowest.bare_ms,
            emulator=slowest.console_ms,
            ratio=slowest.ratio,
            aim=f"<= {MOST_FIRST_PAINT_MS}",
            is_met=slowest.console_ms <= MOST_FIRST_PAINT_MS,
        )


def measure_instances(found: instances.Instances) -> list[Comparison]:
    """The rows about instances of functions."""
    most_cold_ms = MOST_COLD_MS + found.import_ms / 10
    return [
        Comparison(
            name="cold start of an instance",
            unit="ms",
            emulator=found.cold_ms,
            aim=f"<= {MOST_COLD_MS} + {found.import_ms / 10:.0f}",
            is_met=found.cold_ms <= most_cold_ms,
        ),
        Comparison(
            name="warm call, over one in one's own process",
            unit="ms",
            emulator=found.added_ms,
            aim=f"<= {MOST_ADDED_MS}",
            is_met=found.added_ms <= MOST_ADDED_MS,
        ),
    ]
