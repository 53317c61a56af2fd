"""The examples of README.md and docs/, typed in as they stand."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documentation import GUIDE, PROJECT, README, blocks, files

PACKAGES = PROJECT / "tests/clients/node_modules"
FUNCTIONS = PROJECT / "docs/functions.md"
URL = "http://127.0.0.1:8686"
REMARK = re.compile(
    r"^$|^wxemu: the emulator at |\bws\b|WebSocket|writing RSA key"
)  # js-sdk's, which misses a package, and openssl's
LOG = re.compile(r"^START RequestId.*?^Report RequestId.*?$", re.MULTILINE | re.DOTALL)  # of a function that is invoked
SHOWN = {
    "README.md": ['"login:ok"', '"checkSession:ok"'],
    "clients.md": ["checkSession:ok"] * 2,
    "emulator.md": ["the state is that of the snapshot before again"],
    "explain.md": ['"isOk": ?false', "What to do:"],
    "testing.md": [r'"api": ?"urllink.query"'],
    "phone.md": ['"login:ok"', '"checkSession:ok"', *['"isOk": ?true'] * 2],
}
"""What the examples of a page have to show, each as often as it stands here."""
SHOWN_BY_NODE = {
    "README.md": "'login:ok'",
    "clients.md": "{ isOk: true, errMsg: 'openapi.soter.verifySignature:ok', errCode: 0 }",
    "phone.md": '"raw":"order-1"',
}
CLOUDBASERC = (
    "envId: env-demo\nfunctions: [{name: ask, runtime: Python3.11}, {name: checkSession, runtime: Python3.11}]\n"
)


@pytest.fixture
def emulator(start):
    """One that no other page has asked for anything."""
    return start()


@pytest.fixture
def has_node() -> bool:
    found = shutil.which("node") is not None and PACKAGES.is_dir()
    assert found or "CI" not in os.environ, "node is needed, and scripts/clients"
    return found


@pytest.fixture
def type_in(emulator, has_node, tmp_path):
    """Type in the commands of a page, in one shell, beside the files that they name; Node.js's only where it is."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def placed(text):
        return text.replace(URL, emulator.url).replace(
            URL.removeprefix("http://"), emulator.url.removeprefix("http://")
        )

    def type_in(page):
        for name, block in (files("js", page) | files("python", page)).items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(placed(block), encoding="utf-8")
        typed = [placed(block) for block in blocks("sh", page) if has_node or "node " not in block]
        return subprocess.run(
            ["bash", "-c", "".join(["set -euo pipefail\n", *typed])],
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "WXEMU_URL": emulator.url, "NODE_PATH": str(PACKAGES)},
            capture_output=True,
            text=True,
        )

    return type_in


@pytest.mark.slow
@pytest.mark.skipif(not all(map(shutil.which, ("bash", "curl", "openssl"))), reason="needs bash, curl and openssl")
@pytest.mark.parametrize("page", [page for page in GUIDE if blocks("sh", page)], ids=lambda page: page.name)
def test_the_examples_of_a_page_work_one_after_another_in_one_shell(type_in, page, has_node):
    done = type_in(page)

    complaints = [line for line in LOG.sub("", done.stderr).splitlines() if not REMARK.search(line)]
    assert (done.returncode, complaints) == (0, [])
    assert re.findall(r'"error": ?\{.*', done.stdout) == []
    assert re.findall(r'\berrcode"?: ?-?[1-9]\d*', done.stdout.replace("\\", ""), re.IGNORECASE) == []
    for shown in SHOWN[page.name]:
        assert len(re.findall(shown, done.stdout)) >= SHOWN[page.name].count(shown)
    if has_node:
        assert SHOWN_BY_NODE.get(page.name, "") in done.stdout


@pytest.mark.slow
def test_the_test_of_the_readme_passes(tmp_path):
    for name, block in files("python", README).items():
        (tmp_path / name).write_text(block, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nwxcloud_project = {PROJECT}\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WXEMU_", "PYTEST_"))}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        check=False,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout


@pytest.mark.slow
def test_the_function_of_one_s_own_works(start, tmp_path):
    for name, block in files("python", FUNCTIONS).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(block, encoding="utf-8")
    for shared in ("_shared", "checkSession"):
        (tmp_path / "functions" / shared).symlink_to(PROJECT / "functions" / shared)
    shutil.copy(PROJECT / "config.json", tmp_path)
    (tmp_path / "cloudbaserc.yaml").write_text(CLOUDBASERC, encoding="utf-8")

    phone = start(project=tmp_path).new_phone()
    told = phone.call_function("ask", signed=phone.start_soter_authentication("order-1").signed)

    assert (told["errCode"], told["errMsg"], told["isOk"]) == (0, "ask:ok", True)
    assert told["who"]["OPENID"] == phone.openid
    assert told["session"]["errCode"] == 87007


@pytest.mark.slow
def test_the_line_of_facts_is_the_one_shown(emulator):
    (shown,) = blocks("json")

    assert set(json.loads(shown)) == set(emulator.facts)
