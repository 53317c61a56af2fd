"""The life of instances: reuse, change, load, output, and the end."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.scf.runtime import InterpreterError, RuntimeClosedError
from wxemu.scf.runtime.interpreters import find
from wxemu.scf.runtime.pool import MAX_IDLE

pytestmark = pytest.mark.slow  # processes are started

COUNT = "count = 0\ndef main(event, context):\n    global count\n    count += 1\n    return count\n"
PROCESS = "import uuid\nME = uuid.uuid4().hex\ndef main(event, context):\n    return ME\n"
ECHO = "def main(event, context):\n    return event\n"
OPEN_FILES = Path("/proc/self/fd")


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(st.characters()), values, max_size=4),
)


@given(value=json_values)
def test_any_json_event_comes_back_verbatim(runtime, echo, value, user):
    text = json.dumps(
        json.loads(json.dumps(value))
    )  # as read from a wire, where surrogates that pair up are one character
    assert json.dumps(runtime.invoke(echo, json.loads(text), user).result) == text


@pytest.fixture
def echo(deploy):
    return deploy(ECHO)


def test_a_module_is_loaded_once_and_its_globals_survive(runtime, deploy, user):
    spec = deploy(COUNT)
    first, second = runtime.invoke(spec, {}, user), runtime.invoke(spec, {}, user)
    assert [(first.result, first.is_cold), (second.result, second.is_cold)] == [(1, True), (2, False)]


def test_tenants_and_environments_share_no_instance(runtime, deploy, user):
    spec = deploy(COUNT)
    for caller in (user, replace(user, appid="wxOther"), replace(user, env="env-other")):
        assert runtime.invoke(spec, {}, caller).result == 1
    assert runtime.invoke(spec, {}, replace(user, openid="oOther")).result == 2


def test_modules_of_the_function_hide_those_of_the_shared_folder(runtime, deploy, user, tmp_path):
    shared = tmp_path / "_shared"
    shared.mkdir()
    (shared / "both.py").write_text("PLACE = 'shared'\n")
    (shared / "only.py").write_text("PLACE = 'shared'\n")
    spec = deploy("import both, only\ndef main(event, context): return [both.PLACE, only.PLACE]\n", shared=shared)
    (spec.directory / "both.py").write_text("PLACE = 'own'\n")
    assert runtime.invoke(spec, {}, user).result == ["own", "shared"]


@pytest.mark.parametrize("name", ["json", "logging", "identity", "sub/app"])
def test_a_handler_s_file_may_have_any_name(runtime, deploy, user, name):
    spec = deploy("", handler=f"{name}.main")
    (spec.directory / "sub").mkdir()
    (spec.directory / f"{name}.py").write_text("def main(event, context): return __name__\n")
    assert runtime.invoke(spec, {}, user).result == name.removeprefix("sub/")


def test_a_changed_file_is_live_at_the_next_invocation(runtime, deploy, user, tmp_path):
    shared = tmp_path / "_shared"
    (shared / "package").mkdir(parents=True)
    (shared / "package" / "word.py").write_text("WORD = 'old'\n")
    spec = deploy("from package.word import WORD\ndef main(event, context): return WORD\n", shared=shared)
    assert runtime.invoke(spec, {}, user).result == "old"
    (shared / "package" / "word.py").write_text("WORD = 'new'\n")
    assert runtime.invoke(spec, {}, user).result == "new"
    (spec.directory / "index.py").write_text("def main(event, context): return 'newest'\n")
    assert runtime.invoke(spec, {}, user).result == "newest"


def test_a_file_added_or_removed_is_a_change_and_bytecode_is_none(runtime, deploy, user):
    spec = deploy(COUNT)
    extra = spec.directory / "extra.txt"
    bytecode = spec.directory / "__pycache__"
    counts = []
    for change in (bytecode.mkdir, (bytecode / "index.pyc").touch, extra.touch, extra.unlink):
        counts.append(runtime.invoke(spec, {}, user).result)
        change()
    assert [*counts, runtime.invoke(spec, {}, user).result] == [1, 2, 3, 1, 1]


def test_a_file_replaced_by_one_of_the_same_age_is_a_change(runtime, deploy, user):
    spec = deploy("def main(event, context): return 1\n")
    index = spec.directory / "index.py"
    age = (index.stat().st_atime_ns, index.stat().st_mtime_ns)
    assert runtime.invoke(spec, {}, user).result == 1
    index.write_text("def main(event, context): return 22\n")
    os.utime(index, ns=age)
    assert runtime.invoke(spec, {}, user).result == 22
    other = spec.directory.with_suffix(".new")
    other.write_text("def main(event, context): return 33\n")
    os.utime(other, ns=age)
    other.replace(index)
    assert runtime.invoke(spec, {}, user).result == 33


def test_a_link_to_nowhere_does_no_harm(runtime, deploy, user):
    spec = deploy(COUNT)
    (spec.directory / "broken").symlink_to("nowhere")
    assert runtime.invoke(spec, {}, user).ok


def test_a_changed_setting_is_live_at_the_next_invocation(start_runtime, deploy, server):
    secrets = iter(["first", "first", "second"])
    runtime = start_runtime(variables=lambda *_: {"WX_SECRET": next(secrets)})
    spec = deploy("import os\nSECRET = os.environ['WX_SECRET']\ndef main(event, context): return SECRET\n")
    invocations = [runtime.invoke(spec, {}, server) for _ in range(3)]
    assert [(one.result, one.is_cold) for one in invocations] == [("first", True), ("first", False), ("second", True)]


def test_an_outdated_instance_is_ended(start_runtime, deploy, user, process_of):
    runtime, spec = start_runtime(), deploy(PROCESS)
    outdated = process_of(runtime, spec, user)
    (spec.directory / "new.txt").touch()
    runtime.invoke(spec, {}, user)
    with pytest.raises(ProcessLookupError):
        os.kill(outdated, 0)


def test_callers_at_the_same_time_have_instances_of_their_own(start_meeting, deploy, user):
    runtime = start_meeting()
    spec = deploy(
        """
        import os, uuid
        me = uuid.uuid4().hex
        def main(mode, context):
            open(os.environ["FIFO"], mode).close()
            return me
        """
    )
    with ThreadPoolExecutor(2) as threads:  # each end of a fifo opens only together with the other
        processes = list(threads.map(lambda mode: runtime.invoke(spec, mode, user).result, "rw"))
    assert len(set(processes)) == 2


@pytest.mark.parametrize("limit", [1, 2])
def test_callers_beyond_the_limit_wait_their_turn(start_runtime, deploy, user, limit):
    runtime = start_runtime(max_instances=limit)
    spec = deploy(PROCESS)
    with ThreadPoolExecutor(8) as threads:
        processes = list(threads.map(lambda _: runtime.invoke(spec, {}, user).result, range(40)))
    assert 1 <= len(set(processes)) <= limit


def test_only_so_many_idle_instances_are_kept_and_the_longest_unused_goes_first(
    start_runtime, deploy, user, process_of
):
    runtime, spec = start_runtime(), deploy(PROCESS)
    callers = [replace(user, appid=f"wx{number}") for number in range(MAX_IDLE + 1)]
    processes = [process_of(runtime, spec, caller) for caller in callers]
    assert process_of(runtime, spec, callers[-1]) == processes[-1]
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)


def test_an_instance_that_was_idle_for_long_is_replaced(start_runtime, deploy, user, process_of):
    now = [0.0]
    runtime = start_runtime(idle_seconds=600, clock=lambda: now[0])
    spec, other = deploy(PROCESS), deploy(PROCESS)
    first = runtime.invoke(spec, {}, user).result
    idle_too = process_of(runtime, other, user)
    now[0] += 599
    assert runtime.invoke(spec, {}, user).result == first
    now[0] += 599
    assert runtime.invoke(spec, {}, user).result == first
    with pytest.raises(ProcessLookupError):
        os.kill(idle_too, 0)
    now[0] += 600
    assert runtime.invoke(spec, {}, user).is_cold


def test_a_running_invocation_ends_on_the_code_that_it_began_with(start_meeting, deploy, user, fifo):
    runtime = start_meeting()
    spec = deploy("import os\ndef main(event, context): return open(os.environ['FIFO']).read() or 'old'\n")
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(runtime.invoke, spec, {}, user)
        with fifo.open("w"):  # returns once the function has opened it
            (spec.directory / "index.py").write_text("def main(event, context): return 'new'\n")
            assert runtime.invoke(spec, {}, user).result == "new"
        assert running.result().result == "old"
    assert runtime.invoke(spec, {}, user).result == "new"


def test_memory_and_a_cold_start_s_parts_are_measured(runtime, deploy, user):
    spec = deploy("held = bytes(range(256)) * (1 << 18)\ndef main(event, context): pass\n")
    cold, warm = (runtime.invoke(spec, {}, user) for _ in range(2))
    assert 64 << 20 < cold.memory_bytes <= warm.memory_bytes < 256 << 20
    assert 0 < cold.init_function_ms < cold.init_ms
    assert (warm.init_ms, warm.init_function_ms) == (0, 0)


def test_a_time_limit_ends_all_that_the_function_started(start_runtime, deploy, user, machine):
    runtime = start_runtime()
    spec = deploy(
        """
        import subprocess
        subprocess.Popen(["sleep", "1000"])
        def main(event, context):
            while event: pass
        """,
        timeout_seconds=1,
    )
    (child,) = machine.children_of(machine.process_of(runtime, spec, user))
    invocation = runtime.invoke(spec, "loop", user)
    assert invocation.failure.status_code == 433
    assert invocation.duration_ms >= 1000
    machine.wait_for_exit(child)


def test_close_ends_all_processes_and_later_invocations(start_runtime, deploy, user, machine):
    runtime = start_runtime()
    spec = deploy("import subprocess\nsubprocess.Popen(['sleep', '1000'])\ndef main(event, context): pass\n")
    process = machine.process_of(runtime, spec, user)
    (its_child,) = machine.children_of(process)
    runtime.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    machine.wait_for_exit(its_child)
    with pytest.raises(RuntimeClosedError):
        runtime.invoke(spec, {}, user)
    runtime.close()


def test_close_ends_a_running_invocation_and_who_waits_behind_it(start_meeting, deploy, user, fifo):
    runtime = start_meeting(max_instances=1)
    spec = deploy(
        """
        import os, signal
        def main(event, context):
            open(os.environ["FIFO"], "w").close()
            signal.pause()
        """
    )
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(runtime.invoke, spec, {}, user)
        fifo.read_text()  # returns once the function has opened it
        waiting = threads.submit(runtime.invoke, spec, {}, user)
        runtime.close()
        assert running.result().failure.status_code == 439
        with pytest.raises(RuntimeClosedError):
            waiting.result()


@pytest.mark.parametrize("is_busy", [False, True])
def test_no_process_outlives_the_emulator(deploy, tmp_path, is_busy, wait_for_exit):
    spec = deploy(
        """
        import os
        def main(event, context):
            open(os.environ["FIFO"], "w").close()
            while os.environ["FIFO"].endswith("busy"): pass
        """
    )
    fifo = tmp_path / "meeting" / ("busy" if is_busy else "idle")
    fifo.parent.mkdir()
    os.mkfifo(fifo)
    emulator = subprocess.Popen(
        [sys.executable, "-c", EMULATOR, str(spec.directory), str(fifo)], stdout=subprocess.PIPE, text=True
    )
    with emulator:
        process = int(emulator.stdout.readline())
        fifo.read_text()
        if not is_busy:
            assert emulator.stdout.readline() == "answered\n"
        os.kill(emulator.pid, signal.SIGKILL)
    wait_for_exit(process)


EMULATOR = """
import signal, sys, threading
from pathlib import Path
from wxemu.scf.project import FunctionSpec
from wxemu.scf.runtime import Identity, Runtime

spec = FunctionSpec("fn", Path(sys.argv[1]), None, "index.main", "Python3.11", 900, 256, {}, frozenset())
fifo = Path(sys.argv[2])
runtime = Runtime(variables=lambda *_: {"FIFO": str(fifo)}, new_request_id=lambda: "req-1", store=fifo.parent)
def tell():
    while not (processes := [one.process for one in runtime.instances() if one.process]): pass
    print(*processes, flush=True)
teller = threading.Thread(target=tell)
teller.start()
runtime.invoke(spec, {}, Identity(appid="wxA", env="e", openid="oA"))
teller.join()
print("answered", flush=True)
signal.pause()
"""


def test_an_interpreter_that_is_not_there_is_the_emulator_s_error_and_leaves_no_descriptor(start_runtime, deploy, user):
    runtime = start_runtime(interpreter="/nowhere/python")
    before = len(list(OPEN_FILES.iterdir()))
    with pytest.raises(InterpreterError, match="/nowhere/python cannot be run: No such file or directory"):
        runtime.invoke(deploy(ECHO), {}, user)
    assert len(list(OPEN_FILES.iterdir())) == before


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_the_bootstrap_runs_on_every_python_of_the_platform(start_runtime, deploy, user, version):
    interpreter = find(f"Python{version}")
    if interpreter is None:
        pytest.skip(f"there is no python{version} here")
    runtime = start_runtime(interpreter=interpreter)
    spec = deploy("import sys\ndef main(event, context):\n    return [list(sys.version_info[:2]), 1 / event]\n")
    assert runtime.invoke(spec, 1, user).result == [[int(part) for part in version.split(".")], 1.0]
    trace = runtime.invoke(spec, 0, user).failure.stack_trace.splitlines()
    assert trace[1] == '  File "/var/user/index.py", line 3, in main'
    assert trace[-1] == "ZeroDivisionError: division by zero"
