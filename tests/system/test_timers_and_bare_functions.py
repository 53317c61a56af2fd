"""What `wxemu start` has options for: timers that fire by themselves, functions without packages."""

import time

import pytest

from wxemu.control.operations.clock import ADVANCE, FREEZE

pytestmark = pytest.mark.slow  # through real processes

DECLARATION = """
envId: env-demo
functions:
  - {name: told, runtime: Python3.11, triggers: [{name: daily, type: timer, config: "0 0 3 * * * *"}]}
  - {name: packed, runtime: Python3.11}
"""
TOLD = "def main(event, context):\n    return event\n"
PACKED = "import requests\n\ndef main(event, context):\n    return 1\n"
NOON = 1_700_000_000


@pytest.fixture(scope="module")
def project(write_project):
    return write_project(DECLARATION, told=TOLD, packed=PACKED)


def runs_of_timers(emulator):
    kept = emulator.ask("GET", "/emulator/v1/exchanges")["exchanges"]
    return [exchange for exchange in kept if exchange["name"] == "timer"]


def test_a_declared_timer_fires_when_the_clock_is_moved_over_its_time(start, project):
    emulator = start(project=project)
    emulator.call(FREEZE, at=NOON)
    emulator.call(ADVANCE, seconds=86_400)
    deadline = time.monotonic() + 60
    while not (runs := runs_of_timers(emulator)) and time.monotonic() < deadline:
        time.sleep(0.05)
    (run,) = runs
    assert (run["method"], run["url"], run["outcome"]) == ("TIMER", "/told/daily", "ok")
    (log,) = emulator.ask("GET", "/emulator/v1/logs?function=told")["logs"]
    assert '"TriggerName":"daily","Time":"2023-11-15T19:00:00Z"' in log["log"]


def test_without_timers_none_fires_and_a_bare_python_has_no_packages(start, project):
    emulator = start("--no-timers", "--bare", project=project)
    emulator.call(FREEZE, at=NOON)
    emulator.call(ADVANCE, seconds=86_400)
    invoked = emulator.ask("POST", "/emulator/v1/functions/packed/invocations", {"event": {}})
    assert invoked["error"]["statusCode"] == 443
    assert "No module named 'requests'" in invoked["error"]["errorMessage"]
    assert runs_of_timers(emulator) == []
