"""Functions that do harm beside functions that do their work: what the good ones answer, and how long that takes.

Every bad function is called again as soon as its call has ended; each is bounded in memory, processes and time, so
that the machine survives even an emulator that does not.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Self

from wxemu.client.child import Child
from wxemu.client.remote import Remote, RemoteError

MOST_TIMES_SLOWER = 3.0
_CALLERS = 4
"""Of good functions at one time; each calls one after another."""
_WARM_UP_ROUNDS = 1
_TIMEOUT_SECONDS = 2

_GOOD = """
import os, pathlib, tempfile, uuid
NUMBER = {number}
def main(event, context):
    kept = pathlib.Path(tempfile.gettempdir(), uuid.uuid4().hex)
    kept.write_text(str(event["value"]))
    return {{"number": NUMBER, "doubled": 2 * int(kept.read_text())}}
"""
_BAD = {
    "loop": "while True: pass",
    "leak": """
held = []
while True: held.append(bytes(range(256)) * 4096)
""",
    "forks": """
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
os._exit(0)
""",
    "flood": """
while True: os.write(1, b"x" * 65536)
""",
    "ptrace": """
import ctypes
libc = ctypes.CDLL(None)
for number in range(1, 40000):
    if number != os.getpid(): libc.ptrace(0x4206, number, None, None)
time.sleep(60)
""",
    "kill": """
for number in range(1, 40000):
    if number != os.getpid():
        try: os.kill(number, signal.SIGKILL)
        except OSError: pass
os.kill(-1, signal.SIGKILL)
time.sleep(60)
""",
    "stop": """
for number in range(1, 40000):
    try: os.kill(number, signal.SIGSTOP)
    except OSError: pass
time.sleep(60)
""",
    "unlink": """
for folder in ("/var", "/opt", "/tmp", "/dev", "/etc", "/usr"):
    shutil.rmtree(folder, ignore_errors=True)
time.sleep(60)
""",
}
_HARM = """
import os, shutil, signal, time
def main(event, context):
{body}
"""


@dataclass(frozen=True)
class Figures:
    """What came of it.

    :param good_calls: of good functions beside the bad ones; ``wrong`` of them answered something else.
    :param bad_calls: that ended meanwhile, however.
    :param calm_ms: the median of a good call without the bad ones; ``beside_ms`` with them.
    :param load: of the machine before all this, of one minute: other work slows both.
    """

    good_calls: int
    wrong: int
    bad_calls: int
    calm_ms: float
    beside_ms: float
    load: float

    def document(self) -> dict[str, object]:
        """For scripts."""
        return {**asdict(self), "isOk": self.is_ok}

    def text(self) -> str:
        """For people."""
        return (
            f"{self.good_calls} calls of good functions beside {self.bad_calls} of bad ones: {self.wrong} wrong;"
            f" median {self.beside_ms} ms, in calm {self.calm_ms} ms; load before: {self.load}"
        )

    @property
    def is_ok(self) -> bool:
        """Whether the good functions were kept from harm."""
        return self.wrong == 0 and self.bad_calls > 0 and self.beside_ms < MOST_TIMES_SLOWER * self.calm_ms


def run(rounds: int, each: int) -> Figures:
    """Call ``each`` good functions ``rounds`` times in calm, and as often beside as many bad ones."""
    load = round(os.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        emulator = Child(_make_project(Path(folder), each))
        try:
            _call_good(emulator.url, each, _WARM_UP_ROUNDS)
            calm = _call_good(emulator.url, each, rounds)
            with _Harm(emulator.url, each) as harm:
                beside = _call_good(emulator.url, each, rounds)
        finally:
            emulator.stop()
    return Figures(
        good_calls=len(beside),
        wrong=sum(not is_right for is_right, _ in beside),
        bad_calls=harm.calls,
        calm_ms=round(median(lasted for _, lasted in calm), 1),
        beside_ms=round(median(lasted for _, lasted in beside), 1),
        load=load,
    )


class _Harm:
    """The bad functions, each called again and again; all of them are in flight before it begins to count."""

    def __init__(self, url: str, each: int) -> None:
        self.calls = 0
        self._url = url
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._go_on, args=(number,), daemon=True) for number in range(each)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        while self.calls < len(self._threads):  # some end at once, others by their time limit
            time.sleep(0.05)
        self.calls = 0
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, number: int) -> None:
        while not self._is_over.is_set():
            _invoke(self._url, f"bad{number}", {})
            with self._lock:
                self.calls += 1


def _call_good(url: str, each: int, rounds: int) -> list[tuple[bool, float]]:
    """Call all of them so often; for each call whether the answer was right, and its milliseconds."""

    def call(turn: int) -> tuple[bool, float]:
        number = turn % each
        began_at = time.perf_counter()
        answer = _invoke(url, f"good{number}", {"value": turn})
        lasted_ms = (time.perf_counter() - began_at) * 1000
        return answer == {"number": number, "doubled": 2 * turn}, lasted_ms

    with ThreadPoolExecutor(_CALLERS) as callers:
        return list(callers.map(call, range(rounds * each)))


def _invoke(url: str, name: str, event: object) -> object:
    try:
        outcome = Remote(url).ask("POST", f"/emulator/v1/functions/{name}/invocations", {"event": event})
    except RemoteError as error:
        return str(error)
    return outcome.get("result", outcome)


def _make_project(folder: Path, each: int) -> Path:
    kinds = list(_BAD.values())
    names = []
    for number in range(each):
        body = "\n".join(f"    {line}" for line in kinds[number % len(kinds)].strip().splitlines())
        for name, code in (
            (f"good{number}", _GOOD.format(number=number)),
            (f"bad{number}", _HARM.format(body=body)),
        ):
            (folder / "functions" / name).mkdir(parents=True)
            (folder / "functions" / name / "index.py").write_text(code, encoding="utf-8")
            names.append(name)
    common = {"runtime": "Python3.11", "handler": "index.main", "memorySize": 128}
    functions = [
        {"name": name, "timeout": _TIMEOUT_SECONDS if name.startswith("bad") else 30, **common} for name in names
    ]
    project = {"envId": "env-soak", "functionRoot": "functions", "functions": functions}
    (folder / "cloudbaserc.json").write_text(json.dumps(project), encoding="utf-8")
    return folder
