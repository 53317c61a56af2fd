"""The README's examples, typed in as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


@pytest.fixture
def emulator():
    """What the first line of a ``wxemu start --json`` says."""
    command = [sys.executable, "-m", "emulator", "start", "--project", str(PROJECT), "--port", "0"]
    with subprocess.Popen([*command, "--state", ":memory:", "--json"], stdout=subprocess.PIPE, text=True) as process:
        yield json.loads(process.stdout.readline())
        process.terminate()


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl")
def test_the_examples_work_one_after_another_in_one_shell(emulator, tmp_path):
    script = "".join(["set -euo pipefail\n", *blocks("sh")]).replace("http://127.0.0.1:8686", emulator["url"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-c", script],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "WXEMU_URL": emulator["url"]},
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr.replace("writing RSA key\n", "")) == (0, "")
    assert re.findall(r'"error": ?\{.*', done.stdout) == []
    assert re.findall(r'"errcode": ?-?[1-9]\d*', done.stdout.replace("\\", ""), re.IGNORECASE) == []
    assert '"isOk":true' in done.stdout


@pytest.mark.slow
def test_the_line_of_facts_is_the_one_shown(emulator):
    (shown,) = blocks("json")

    assert set(json.loads(shown)) == set(emulator)
