"""schemathesis over the emulator's own OpenAPI document: every operation, with values its schemas allow and forbid."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

_STREAMS: Final = "/stream$"
"""They never end, and would be waited for."""
_BY_NAME: Final = "WeChat, by name"
"""Two hundred openapis that answer all alike."""
_CHECKS: Final = "not_a_server_error,content_type_conformance,status_code_conformance"
_COUNT: Final = re.compile(r"(\d[\d,]*) generated")


class NoSchemathesisError(Exception):
    """The command is not installed."""


def run(url: str, folder: Path, *, cases: int, seed: int) -> tuple[int, list[str]]:
    """Send about ``cases`` requests; how many there were, and what was wrong. It leaves its notes in ``folder``.

    :raises NoSchemathesisError: install what requirements-dev.txt lists.
    """
    command = Path(sys.executable).with_name("schemathesis")
    if shutil.which(command) is None:
        raise NoSchemathesisError("schemathesis is needed; run scripts/setup --dev")
    operations = 60
    done = subprocess.run(
        [
            *(str(command), "run", f"{url}/openapi.json", "--url", url, "--seed", str(seed), "--no-color"),
            *("--max-examples", str(max(1, cases // operations)), "--checks", _CHECKS, "--phases", "fuzzing"),
            *("--exclude-path-regex", _STREAMS, "--exclude-tag", _BY_NAME),
            *("--continue-on-failure", "--request-timeout", "30"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    counted = _COUNT.search(done.stdout)
    if counted is None:
        return 0, [done.stdout[-2000:] + done.stderr[-2000:]]
    complaints = [] if done.returncode == 0 else [done.stdout[done.stdout.find("FAILURES") :]]
    return int(counted[1].replace(",", "")), complaints
