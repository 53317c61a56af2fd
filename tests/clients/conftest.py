"""The official clients, unmodified, against a real emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.conftest import Running

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


class Cli(Protocol):
    """Run ``tcb`` in a folder: its exit code, and what it printed. ``environment``: all it has but PATH and proxies."""

    def __call__(self, folder: Path, *arguments: str, **environment: str) -> tuple[int, str]: ...


@pytest.fixture(scope="module")
def start_cli(node_modules: Path, missing: Callable[[str], None]) -> Iterator[Callable[[Running], Cli]]:
    """Start Tencent's CLI for an emulator that its proxy leads to: tcb.cjs, one process for all runs."""
    if shutil.which("node") is None:
        missing("node is needed: apt install nodejs npm")
    assert (node_modules / "@cloudbase/cli/dist/standalone/cli.js").is_file()

    def start(running: Running) -> Cli:
        process = subprocess.Popen(
            ["node", HERE / "tcb.cjs"],
            env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": running.ca},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(process.communicate)
        asks, answers = process.stdin, process.stdout
        assert asks is not None
        assert answers is not None
        usual = {"PATH": os.environ["PATH"], "http_proxy": running.proxy, "https_proxy": running.proxy}

        def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str]:
            print(json.dumps({"cwd": str(folder), "env": usual | environment, "arguments": arguments}), file=asks)
            asks.flush()
            done = json.loads(answers.readline())
            return done["code"], done["printed"]

        return run

    with ExitStack() as stack:
        yield start
