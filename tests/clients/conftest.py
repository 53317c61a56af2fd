"""The official clients, unmodified, against a real emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node(node_modules: Path, missing: Callable[[str], None]) -> Callable[..., Any]:
    """Run a script of this folder in Node and read the JSON it prints as its last line."""
    if shutil.which("node") is None:
        missing("node is needed: apt install nodejs npm")

    def run(script: str, *arguments: str, env: Mapping[str, str]) -> Any:
        """``env`` is the whole environment but PATH, so that nothing of this machine decides the outcome."""
        done = subprocess.run(
            ["node", script, *arguments],
            check=False,
            cwd=HERE,
            env={"PATH": os.environ["PATH"], **env},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout.strip().rpartition("\n")[2])

    return run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Real clients take their time: `scripts/test --fast` leaves this folder out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
