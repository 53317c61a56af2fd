"""Instances of functions without the emulator around them: what a cold start takes, and what a warm call adds."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from errors import BenchError

from wxemu.scf.project import FunctionSpec, load_project
from wxemu.scf.runtime import Identity, Runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOP = Path(__file__).parents[2]
_REAL = "checkSession"
"""Which imports wxcloud and requests, as any function of the project does."""
_BARE = "def main(event, context):\n    return event\n"
_VARIABLES = {"WX_APPID": "wx0", "WX_SECRET": "0", "WX_API_BASE": "http://127.0.0.1:1"}
_COLD, _WARM, _IMPORTS = 30, 500, 7
_COLD_QUICK, _WARM_QUICK, _IMPORTS_QUICK = 3, 20, 1


@dataclass(frozen=True)
class Instances:
    """Medians, in ms.

    :param import_ms: of ``python -c "import requests"``, for the machine's speed.
    :param cold_ms: of a first call, of which nothing but the warm process is there.
    :param added_ms: by the runtime to each later call, over a call of the same function in one's own process.
    """

    import_ms: float
    cold_ms: float
    added_ms: float


def measure(*, is_quick: bool) -> Instances:
    """All of it.

    :raises BenchError: an answer was not the expected one.
    """
    cold, warm, imports = (_COLD_QUICK, _WARM_QUICK, _IMPORTS_QUICK) if is_quick else (_COLD, _WARM, _IMPORTS)
    with _runtime() as runtime, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        real = load_project(_TOP, os.environ).functions[_REAL]
        runtime.prepare([real.runtime])
        _call(runtime, real, "wx0")
        return Instances(
            import_ms=_median_ms(imports, lambda _: _import_requests()),
            cold_ms=_median_ms(cold, lambda number: _call(runtime, real, f"wx{number + 1}")),
            added_ms=_added_ms(runtime, Path(folder), warm),
        )


@contextmanager
def _runtime() -> Iterator[Runtime]:
    runtime = Runtime(variables=lambda *_: _VARIABLES, new_request_id=lambda: str(uuid.uuid4()))
    try:
        yield runtime
    finally:
        runtime.close()


def _added_ms(runtime: Runtime, folder: Path, calls: int) -> float:
    (folder / "index.py").write_text(_BARE, encoding="utf-8")
    spec = FunctionSpec("bare", folder, None, "index.main", "Python3.11", 10, 256, {}, frozenset())
    _call(runtime, spec, "wx0")
    loaded: dict[str, Any] = {}
    exec(_BARE, loaded)  # noqa: S102 - the same function in our own process
    warm = _median_ms(calls, lambda _: _call(runtime, spec, "wx0"))
    return warm - _median_ms(calls, lambda _: loaded["main"]({}, {}))


def _call(runtime: Runtime, spec: FunctionSpec, appid: str) -> None:
    done = runtime.invoke(spec, {}, Identity(appid=appid, env="env-bench", source=None, trigger=None))
    if not done.ok:
        raise BenchError(f"{spec.name} failed: {done.error}")


def _import_requests() -> None:
    subprocess.run([sys.executable, "-c", "import requests"], check=True)


def _median_ms(times: int, do: Callable[[int], object]) -> float:
    lasted = []
    for number in range(times):
        began = time.perf_counter()
        do(number)
        lasted.append((time.perf_counter() - began) * 1000)
    return median(lasted)
