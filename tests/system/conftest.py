"""A real emulator: its own process, a real port, the project's own functions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wxemu.client.remote import Remote

PROJECT = Path(__file__).parents[2]
APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"


class Running:
    """A ``wxemu start`` of the test's own."""

    def __init__(self, *options, project=PROJECT):
        command = [sys.executable, "-m", "wxemu", "start", "--project", str(project), "--port", "0", "--json"]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that all its processes can be killed at once
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.facts = json.loads(line)
        self.remote = Remote(self.facts["url"])

    def stop(self):
        self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors

    def phone(self, profile="android", openid=None):
        body = {"appid": APPID, "profile": profile} | ({} if openid is None else {"openid": openid})
        return Phone(self.remote, self.remote.ask("POST", "/phone/v1/phones", body))


class Phone:
    """The mini program side of a phone on a running emulator."""

    def __init__(self, remote, made):
        self.remote, self.made, self.openid = remote, made, made["openid"]

    def do(self, operation, **body):
        return self.remote.ask("POST", f"/phone/v1/phones/{self.made['phoneId']}/{operation}", body)

    def call(self, name, **data):
        return self.do("callFunction", name=name, data=data)

    def confirm(self, challenge):
        return self.do("startSoterAuthentication", requestAuthModes=["fingerPrint"], challenge=challenge)


@pytest.fixture(scope="module")
def emulator():
    running = Running("--state", ":memory:")
    yield running
    code, errors = running.stop()
    assert (code, errors) == (0, "")


@pytest.fixture
def start():
    """Start emulators that are stopped at the end of the test, whatever happens."""
    started = []

    def start(*options, **named):
        started.append(Running(*options, **named))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.communicate()
