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


def results_of(emulator, function, *, at_least):
    """The logs of a function's invocations, once there are so many."""
    deadline = time.monotonic() + 60
    while len(logs := emulator.ask("GET", f"/emulator/v1/logs?function={function}")["logs"]) < at_least:
        assert time.monotonic() < deadline, "the timer has not fired"
        time.sleep(0.05)
    return [log["log"] for log in logs]


def test_a_declared_timer_fires_when_the_clock_is_moved_over_its_time(start, project):
    emulator = start(project=project)
    emulator.call(FREEZE, at=NOON)
    emulator.call(ADVANCE, seconds=86_400)
    (log,) = results_of(emulator, "told", at_least=1)
    assert '"TriggerName":"daily","Time":"2023-11-15T19:00:00Z"' in log


def test_without_timers_none_fires_and_a_bare_python_has_no_packages(start, project):
    emulator = start("--no-timers", "--bare", project=project)
    emulator.call(FREEZE, at=NOON)
    emulator.call(ADVANCE, seconds=86_400)
    invoked = emulator.ask("POST", "/emulator/v1/functions/packed/invocations", {"event": {}})
    assert invoked["error"]["statusCode"] == 443
    assert "No module named 'requests'" in invoked["error"]["errorMessage"]
    assert results_of(emulator, "told", at_least=0) == []
