"""The warm process that instances are forked from: what is ready in it, and what becomes of it."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # processes are started

BACK_SECONDS = 5  # it takes one where nothing else runs


def test_all_instances_come_from_one_server_and_functions_see_nothing_of_it(
    runtime, deploy, user, process_of, server_of
):
    code = """
        import os, sys
        def main(event, context):
            own = [name for name in sys.modules if name.split(".")[0] in ("scf", "emulator")]
            threads = len(os.listdir("/proc/self/task"))
            return [own, sys.argv[1:], threads]
        """
    specs = [deploy(code) for _ in range(2)]
    assert [runtime.invoke(spec, {}, user).result for spec in specs] == [[[], [], 1]] * 2
    one, other = (server_of(process_of(runtime, spec, user)) for spec in specs)
    assert one == other
    assert Path(f"/proc/{one}/environ").read_text() == "PATH=/usr/local/bin:/usr/bin:/bin\0LANG=C.UTF-8\0"


def test_a_server_that_died_takes_its_instances_along_and_is_replaced_at_once(
    start_runtime, deploy, user, caplog, machine
):
    runtime = start_runtime()
    spec = deploy("import subprocess\nsubprocess.Popen(['sleep', '1000'])\ndef main(event, context): return 'fine'\n")
    process = machine.process_of(runtime, spec, user)
    (child,) = machine.children_of(process)
    server = machine.server_of(process)
    os.kill(server, signal.SIGKILL)
    for ended in (server, process, child):
        machine.wait_for_exit(ended)
    began = time.monotonic()
    replaced = runtime.invoke(spec, {}, user)
    assert (replaced.result, replaced.is_cold) == ("fine", True)
    assert time.monotonic() - began < BACK_SECONDS
    assert "the process that functions start from has ended (signal 9); a new one is started" in caplog.text


def test_an_invocation_whose_server_dies_fails_and_the_next_one_works(start_meeting, deploy, user, fifo, machine):
    runtime = start_meeting()
    spec = deploy(
        "import os, signal\n"
        "def main(event, context):\n"
        "    if event: open(os.environ['FIFO'], 'w').close(); signal.pause()\n"
        "    return 'fine'\n"
    )
    server = machine.server_of(machine.process_of(runtime, spec, user, ""))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runtime.invoke, spec, "wait", user)
        fifo.read_text()  # returns once the function has opened it
        os.kill(server, signal.SIGKILL)
        assert running.result().failure.status_code == 439
    assert runtime.invoke(spec, "", user).result == "fine"


def test_a_stopped_server_is_replaced_at_once_and_ends_with_its_instances(start_runtime, deploy, user, caplog, machine):
    runtime, spec = start_runtime(), deploy("def main(event, context): return event\n")
    process = machine.process_of(runtime, spec, user)
    server = machine.server_of(process)
    os.kill(server, signal.SIGSTOP)
    assert runtime.invoke(spec, "still warm", user).result == "still warm"
    other = deploy("def main(event, context): return 'fine'\n")
    began = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        colds = list(threads.map(lambda _: runtime.invoke(other, {}, user).result, range(4)))
    assert colds == ["fine"] * 4
    assert time.monotonic() - began < BACK_SECONDS
    assert "the process that functions start from is stopped; it is killed, with the functions in it" in caplog.text
    for ended in (server, process):
        machine.wait_for_exit(ended)


def test_an_instance_that_ended_while_idle_is_replaced_and_that_is_told(start_runtime, deploy, user, caplog, machine):
    runtime, spec = start_runtime(), deploy("def main(event, context): return event\n")
    process = machine.process_of(runtime, spec, user)
    os.kill(process, signal.SIGKILL)
    machine.wait_for_exit(process)
    assert runtime.invoke(spec, "fine", user).result == "fine"
    told = f"idle instances have ended by themselves, of: {spec.name}; the next calls start others"
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [told]


@pytest.mark.parametrize("is_isolated", [True, False])
def test_an_instance_that_a_tracer_holds_is_given_up_and_a_new_one_serves(
    start_runtime, deploy, user, is_isolated, caplog
):
    runtime = start_runtime(is_isolated=is_isolated, max_instances=1)
    spec = deploy("def main(event, context):\n    while event: pass\n    return 'fine'\n", timeout_seconds=1)
    assert runtime.invoke(spec, "", user).ok
    process = runtime.instances()[0].process
    tracer = subprocess.Popen(
        [sys.executable, "-c", TRACER, str(process)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with tracer:
        try:
            assert tracer.stdout.readline() == "traced\n"
            assert runtime.invoke(spec, "loop", user).failure.status_code == 433
            began = time.monotonic()
            assert runtime.invoke(spec, "", user).result == "fine"
            assert time.monotonic() - began < BACK_SECONDS
            assert f"an instance of {spec.name} cannot be ended and is given up" in caplog.text
        finally:
            tracer.kill()


# As a debugger does that hangs: it follows a process, and does not wait for its end.
TRACER = """
import ctypes, signal, sys
if ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), None, None) == 0:  # PTRACE_SEIZE
    print("traced", flush=True)
    signal.pause()
"""


def test_what_an_instance_leaves_behind_ends_with_it(start_runtime, deploy, user, needs_view, machine):
    runtime = start_runtime()
    spec = deploy(
        """
        import os, subprocess
        for double in range(2):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0: os.execvp("sleep", ["sleep", "1000"])
                os._exit(0)
            os.wait()
        def main(event, context):
            if event: os._exit(0)
        """
    )
    process = machine.process_of(runtime, spec, user)
    keeper = int(Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()[1])
    left = [child for child in machine.children_of(keeper) if child != process]
    assert len(left) == 2
    assert runtime.invoke(spec, "exit", user).failure.status_code == 439
    for daemon in left:
        machine.wait_for_exit(daemon)


def test_without_processes_of_its_own_what_left_its_group_ends_with_the_runtime(
    start_runtime, deploy, user, process_of, children_of
):
    runtime = start_runtime(is_isolated=False)
    spec = deploy(
        "import subprocess\n"
        "subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "def main(event, context): pass\n"
    )
    (daemon,) = children_of(process_of(runtime, spec, user))
    runtime.close()
    with pytest.raises(ProcessLookupError):
        os.kill(daemon, 0)


def test_the_usual_modules_are_ready_and_the_function_s_own_come_first(runtime, deploy, user):
    code = "import sys\nREADY = 'sqlite3' in sys.modules\nimport sqlite3, ssl, uuid, email\n"
    code += "def main(event, context): return [READY, email.__file__, len(str(uuid.uuid4())), ssl.OPENSSL_VERSION]\n"
    plain, own = deploy(code), deploy(code)
    (own.directory / "email.py").write_text("")
    is_ready, theirs, *others = runtime.invoke(plain, {}, user).result
    assert (is_ready, theirs.endswith("/email/__init__.py")) == (True, True)
    is_ready, its_own, *same = runtime.invoke(own, {}, user).result
    assert (is_ready, its_own in {"/var/user/email.py", str(own.directory / "email.py")}) == (False, True)
    assert same == others


def test_instances_draw_different_random_numbers(runtime, deploy, user):
    code = "import random, secrets, uuid\n"
    code += "def main(event, context): return [random.random(), secrets.token_hex(), str(uuid.uuid4())]\n"
    draws = [runtime.invoke(deploy(code), {}, user).result for _ in range(3)]
    assert all(len(set(drawn)) == 3 for drawn in zip(*draws, strict=True))


def test_a_time_zone_counts_for_its_own_function_only(runtime, deploy, user):
    code = "import time\ndef main(event, context): return time.localtime(0).tm_hour\n"
    specs = [deploy(code, environment={"TZ": zone}) for zone in ("Asia/Shanghai", "UTC")]
    assert [runtime.invoke(spec, {}, user).result for spec in specs] == [8, 0]


def test_many_functions_may_start_at_the_same_time(start_runtime, deploy, user):
    runtime = start_runtime()
    specs = [deploy(f"def main(event, context): return {number}\n") for number in range(24)]
    with ThreadPoolExecutor(12) as threads:
        results = list(threads.map(lambda spec: runtime.invoke(spec, {}, user).result, specs))
    assert results == list(range(24))


def test_a_runtime_can_be_prepared(start_runtime, deploy, user):
    runtime = start_runtime()
    runtime.prepare(["Python3.11", "Nodejs18.15", "Python3.11"])
    assert len(runtime._servers) == 1
    assert runtime.invoke(deploy("def main(event, context): return 1\n"), {}, user).result == 1
