"""The official clients, unmodified, against a real emulator."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wxemu.client.remote import Remote

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
APPID = "wx1234567890abcdef"
ENV = "env-demo"


def missing(what):
    """A tool is missing: a failure where everything should be there, a skip on a user's own machine."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def node():
    """Run a script of this folder in Node and read the JSON it prints as its last line."""
    if shutil.which("node") is None:
        missing("node is needed: apt install nodejs npm")
    if not (HERE / "node_modules").is_dir():
        missing("the npm packages are needed: cd tests/clients && npm ci --ignore-scripts")

    def run(script, *arguments, env):
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
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium; the npm packages that its pages load are there as well."""
    if not (HERE / "node_modules").is_dir():
        missing("the npm packages are needed: cd tests/clients && npm ci --ignore-scripts")
    return shutil.which("chromium") or missing("chromium is needed: apt install chromium")


class Emulator:
    """A running ``wxemu start``."""

    def __init__(self, project, *options):
        command = [sys.executable, "-m", "wxemu", "start", "--project", str(project), "--port", "0", "--json"]
        command += ["--state", ":memory:", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.process.stdout.readline())
        self.url = self.facts["url"]
        self.remote = Remote(self.url)

    def environment(self, **wanted):
        return self.remote.ask("POST", "/emulator/v1/environments", wanted)["env"]

    def phone(self, profile="android"):
        return self.remote.ask("POST", "/phone/v1/phones", {"appid": APPID, "profile": profile})

    def confirm(self, phone, challenge):
        body = {"requestAuthModes": phone["supportMode"], "challenge": challenge}
        return self.remote.ask("POST", f"/phone/v1/phones/{phone['phoneId']}/startSoterAuthentication", body)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        assert self.process.returncode == 0


@pytest.fixture(scope="module")
def start_emulator():
    """Start an emulator of another project, or with other options; it is stopped at the end of the module."""
    started = []

    def start(project, *options):
        started.append(Emulator(project, *options))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture(scope="module")
def emulator(start_emulator):
    return start_emulator(PROJECT)


def pytest_collection_modifyitems(items):
    """Real clients take their time: `scripts/test --fast` leaves this folder out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
