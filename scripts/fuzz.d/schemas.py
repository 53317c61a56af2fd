"""schemathesis over the emulator's own OpenAPI document: every operation, with values its schemas allow and forbid."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

from wxemu.client.remote import Remote

_STREAMS: Final = "/stream"
"""How the paths end that never do, and would be waited for."""
_BY_NAME: Final = "WeChat, by name"
"""The tag of two hundred openapis that answer all alike."""
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_MOST_EXAMPLES: Final = 8
"""Of an operation in one round: what a round sets, such as faults and their latency, is taken back after it."""
_ROUND_SECONDS: Final = 300
_CHECKS: Final = "not_a_server_error,content_type_conformance,status_code_conformance"
_COUNT: Final = re.compile(r"(\d[\d,]*) generated")


class NoSchemathesisError(Exception):
    """The command is not installed."""


def run(url: str, folder: Path, *, cases: int, seed: int) -> tuple[int, list[str]]:
    """One round of ``cases`` requests at most, or a few more; how many there were, and what was wrong.

    With fewer cases than operations it is those of some operations. It leaves its notes in ``folder``.

    :raises NoSchemathesisError: install what requirements-dev.txt lists.
    """
    command = Path(sys.executable).with_name("schemathesis")
    if shutil.which(command) is None:
        raise NoSchemathesisError("schemathesis is needed; run scripts/setup --dev")
    operations = _operations(url)
    chosen = Random(seed).sample(operations, min(cases, len(operations)))  # noqa: S311 - the same for the same seed
    examples = min(max(1, cases // len(chosen)), _MOST_EXAMPLES)
    try:
        done = subprocess.run(
            [
                *(str(command), "run", f"{url}/openapi.json", "--url", url, "--seed", str(seed), "--no-color"),
                *("--max-examples", str(examples), "--checks", _CHECKS, "--phases", "fuzzing"),
                *(word for name in chosen for word in ("--include-name", name)),
                *("--continue-on-failure", "--request-timeout", "30"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            timeout=_ROUND_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return 0, [f"schemathesis, seed {seed}: {len(chosen)} operations took more than {_ROUND_SECONDS} seconds"]
    counted = _COUNT.search(done.stdout)
    if counted is None:
        return 0, [done.stdout[-2000:] + done.stderr[-2000:]]
    complaints = [] if done.returncode == 0 else [_failures(done.stdout)]
    return int(counted[1].replace(",", "")), complaints


def _failures(report: str) -> str:
    """Without the advice that follows them."""
    return report[report.find(" FAILURES ") :].partition(" WARNINGS ")[0]


def _operations(url: str) -> list[str]:
    """Those that end, as schemathesis names them."""
    paths = Remote(url).ask("GET", "/openapi.json")["paths"]
    return [
        f"{method.upper()} {path}"
        for path, members in paths.items()
        for method, operation in members.items()
        if method in _METHODS and not path.endswith(_STREAMS) and _BY_NAME not in operation.get("tags", ())
    ]
