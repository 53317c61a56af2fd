"""Which instances there are: seen from outside, and ended when nobody needs them."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.slow  # processes are started

FUNCTION = "def main(event, context): pass\n"


def test_instances_that_are_idle_for_long_are_swept_away(start_runtime, deploy, user, process_of):
    now = [0.0]
    runtime = start_runtime(idle_seconds=600, clock=lambda: now[0])
    early = process_of(runtime, deploy(FUNCTION), user)
    now[0] = 100.0
    late = process_of(runtime, deploy(FUNCTION), user)
    now[0] = 699.0
    runtime.sweep()
    with pytest.raises(ProcessLookupError):
        os.kill(early, 0)
    assert [instance.process for instance in runtime.instances()] == [late]


def test_a_sweep_happens_by_itself(start_runtime, deploy, user, process_of, wait_for_exit):
    wait_for_exit(process_of(start_runtime(idle_seconds=1), deploy(FUNCTION), user))


def test_a_busy_instance_is_not_swept_away(start_meeting, deploy, user, fifo):
    now = [0.0]
    runtime = start_meeting(idle_seconds=600, clock=lambda: now[0])
    spec = deploy("import os\ndef main(event, context): return open(os.environ['FIFO']).read() or 'done'\n")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runtime.invoke, spec, {}, user)
        with fifo.open("w"):
            now[0] = 10_000.0
            runtime.sweep()
        assert running.result().result == "done"


def test_a_running_instance_is_shown_with_what_it_does_and_holds(start_meeting, deploy, user, fifo):
    now = [50.0]
    runtime = start_meeting(clock=lambda: now[0])
    spec = deploy("import os\ndef main(event, context): return event or open(os.environ['FIFO']).read()\n")
    assert (runtime.instances(), runtime.is_idle) == ([], True)
    done = runtime.invoke(spec, "at once", user)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runtime.invoke, spec, "", user)
        with fifo.open("w"):
            now[0] = 53.0
            (busy,) = runtime.instances()
            assert not runtime.is_idle
        running.result()
    now[0] = 60.0
    (idle,) = runtime.instances()
    assert (busy.is_busy, busy.since_seconds, busy.invocations) == (True, 3.0, 2)
    assert (idle.is_busy, idle.since_seconds, idle.invocations) == (False, 7.0, 2)
    assert (idle.function, idle.appid, idle.env, idle.process) == (spec.name, user.appid, user.env, busy.process)
    assert idle.init_ms == done.init_ms
    assert 1 << 20 < idle.memory_bytes < 256 << 20
