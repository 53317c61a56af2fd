"""The README's examples, typed in as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.remote import Remote

PROJECT = Path(__file__).parents[2]
PACKAGES = PROJECT / "tests/clients/node_modules"
README = (PROJECT / "README.md").read_text(encoding="utf-8")
URL = "http://127.0.0.1:8686"
REMARK = re.compile(r"^$|\bws\b|WebSocket|writing RSA key")  # js-sdk's, which misses a package, and openssl's
LOG = re.compile(r"^START RequestId.*?^Report RequestId.*?$", re.MULTILINE | re.DOTALL)  # of a function that is invoked
CLOUDBASERC = (
    "envId: env-demo\nfunctions: [{name: ask, runtime: Python3.11}, {name: checkSession, runtime: Python3.11}]\n"
)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def files(language):
    """The blocks that are files, by the names that their first lines give them."""
    return {re.match(r"(?://|#) (\S+)\n", block)[1]: block for block in blocks(language)}


@contextmanager
def started(project):
    """An emulator; what the first line of its ``wxemu start --json`` says."""
    command = [sys.executable, "-m", "emulator", "start", "--project", str(project), "--port", "0"]
    with subprocess.Popen([*command, "--state", ":memory:", "--json"], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@pytest.fixture
def emulator():
    with started(PROJECT) as facts:
        yield facts


@pytest.fixture
def examples(emulator, tmp_path):
    """The commands to type in, beside the files that they name; those for Node.js only where it is."""
    for name, block in {**files("js"), "server.py": files("python")["server.py"]}.items():
        placed = block.replace(URL, emulator["url"]).replace(URL.removeprefix("http://"), emulator["url"][7:])
        (tmp_path / name).write_text(placed, encoding="utf-8")
    has_node = shutil.which("node") is not None and PACKAGES.is_dir()
    assert has_node or "CI" not in os.environ, "node is needed, and scripts/clients"
    return [block.replace(URL, emulator["url"]) for block in blocks("sh") if has_node or "node " not in block]


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl")
def test_the_examples_work_one_after_another_in_one_shell(emulator, examples, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["bash", "-c", "".join(["set -euo pipefail\n", *examples])],
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PATH": path, "WXEMU_URL": emulator["url"], "NODE_PATH": str(PACKAGES)},
        capture_output=True,
        text=True,
    )

    complaints = [line for line in LOG.sub("", done.stderr).splitlines() if not REMARK.search(line)]
    assert (done.returncode, complaints) == (0, [])
    assert re.findall(r'"error": ?\{.*', done.stdout) == []
    assert re.findall(r'\berrcode"?: ?-?[1-9]\d*', done.stdout.replace("\\", ""), re.IGNORECASE) == []
    assert len(re.findall(r'"isOk": ?true', done.stdout)) == 2
    if any("node " in example for example in examples):
        assert "{ isOk: true, errMsg: 'openapi.soter.verifySignature:ok', errCode: 0 }" in done.stdout
    assert len(re.findall(r"checkSession:ok", done.stdout)) >= 3


@pytest.mark.slow
def test_the_function_of_one_s_own_works(tmp_path):
    for name, block in files("python").items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(block, encoding="utf-8")
    for shared in ("_shared", "checkSession"):
        (tmp_path / "functions" / shared).symlink_to(PROJECT / "functions" / shared)
    shutil.copy(PROJECT / "config.json", tmp_path)
    (tmp_path / "cloudbaserc.yaml").write_text(CLOUDBASERC, encoding="utf-8")

    with started(tmp_path) as facts:
        emulator = Remote(facts["url"])
        phone = emulator.ask("POST", "/phone/v1/phones", {"appid": facts["appid"], "profile": "android"})
        does = f"/phone/v1/phones/{phone['phoneId']}"
        asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order-1"}
        confirmed = emulator.ask("POST", f"{does}/startSoterAuthentication", asked)
        signed = {"jsonString": confirmed["resultJSON"], "jsonSignature": confirmed["resultJSONSignature"]}
        called = emulator.ask("POST", f"{does}/callFunction", {"name": "ask", "data": {"signed": signed}})

    told = called["result"]
    assert (told["errCode"], told["errMsg"], told["isOk"]) == (0, "ask:ok", True)
    assert told["who"]["OPENID"] == phone["openid"]
    assert told["session"]["errCode"] == 87007


@pytest.mark.slow
def test_the_line_of_facts_is_the_one_shown(emulator):
    (shown,) = blocks("json")

    assert set(json.loads(shown)) == set(emulator)
