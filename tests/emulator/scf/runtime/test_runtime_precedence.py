"""Functions that take much, or whose last call ended their instance, run behind all others."""

import os
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from wxemu.scf.runtime.precedence import Precedence

pytestmark = pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no policy for who runs last")

FUNCTION = """
import os, time
def main(event, context):
    if event == "exit":
        os._exit(1)
    if event == "work":
        end = time.monotonic() + 60
        while os.sched_getscheduler(0) != os.SCHED_IDLE and time.monotonic() < end:
            pass
    return os.sched_getscheduler(0) == os.SCHED_IDLE
"""


def call(runtime, spec, user, event=None):
    return runtime.invoke(spec, event, user).result


def test_a_call_that_takes_much_of_the_processors_gives_way_before_it_ends(runtime, deploy, user):
    spec = deploy(FUNCTION, timeout_seconds=60)
    assert call(runtime, spec, user) is False
    assert call(runtime, spec, user, "work") is True


def test_a_function_whose_last_call_ended_its_instance_gives_way_until_one_ends_well(runtime, deploy, user):
    spec = deploy(FUNCTION)
    call(runtime, spec, user, "exit")
    assert call(runtime, spec, user) is True
    (spec.directory / "added").touch()  # has it start anew
    assert call(runtime, spec, user) is False


def test_another_function_keeps_its_place(runtime, deploy, user):
    bad, good = deploy(FUNCTION), deploy(FUNCTION)
    call(runtime, bad, user, "exit")
    assert call(runtime, good, user) is False


def test_what_an_instance_started_gives_way_with_it(runtime, deploy, user):
    spec = deploy("""
        import os, subprocess, threading, time
        started = []
        def main(event, context):
            if not started:
                started.append(subprocess.Popen(["sleep", "60"], start_new_session=True))
                threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            end = time.monotonic() + 60
            while event == "work" and os.sched_getscheduler(0) != os.SCHED_IDLE and time.monotonic() < end:
                pass
            end = time.monotonic() + 10  # one after the other is told
            while time.monotonic() < end:
                told = [os.sched_getscheduler(int(one)) for one in (started[0].pid, *os.listdir("/proc/self/task"))]
                if event != "work" or set(told) == {os.SCHED_IDLE}:
                    break
            return set(told) == {os.SCHED_IDLE}, len(told)
        """)
    assert call(runtime, spec, user) == [False, 3]
    assert call(runtime, spec, user, "work") == [True, 3]


REVISION: Any = SimpleNamespace(name=("wx1", "env", "bad"))


def blame(precedence, *, has_failed=True):
    precedence.judge(SimpleNamespace(revision=REVISION, has_failed=has_failed))


def begin_elsewhere(precedence):
    thread = threading.Thread(target=lambda: precedence.begin(REVISION), daemon=True)
    thread.start()
    return thread


def test_instances_of_blamed_functions_start_one_after_the_other():
    precedence = Precedence(turn_seconds=60)
    blame(precedence)
    with precedence.begin(REVISION):
        waiting = begin_elsewhere(precedence)
        waiting.join(0.1)
        assert waiting.is_alive()
    waiting.join(20)
    assert not waiting.is_alive()


def test_a_start_that_does_not_end_holds_up_the_next_for_its_turn_only():
    precedence = Precedence(turn_seconds=0.1)
    blame(precedence)
    with precedence.begin(REVISION):
        waiting = begin_elsewhere(precedence)
        waiting.join(20)
        assert not waiting.is_alive()


def test_functions_that_are_not_blamed_start_at_any_time():
    precedence = Precedence(turn_seconds=60)
    blame(precedence)
    blame(precedence, has_failed=False)
    with precedence.begin(REVISION), precedence.begin(REVISION):
        pass
