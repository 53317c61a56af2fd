"""The life of instances: reuse, change, load, output, and the end."""

import json
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.runtime import RuntimeClosedError
from emulator.runtime.instance import LOG_LIMIT_BYTES
from emulator.runtime.pool import MAX_IDLE

COUNT = "count = 0\ndef main(event, context):\n    global count\n    count += 1\n    return count\n"
PROCESS = "import os\ndef main(event, context):\n    return os.getpid()\n"
ECHO = "def main(event, context):\n    return event\n"
OPEN_FILES = Path("/proc/self/fd")


def wait_for_exit(process):
    """Wait until a process, a child of ours or not, has ended."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], 20)[0], f"process {process} still runs"
    finally:
        os.close(descriptor)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(st.characters()), values, max_size=4),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


def test_a_function_sees_what_scf_gives_and_nothing_of_the_emulator(
    start_runtime, deploy, server, tmp_path, monkeypatch
):
    monkeypatch.setenv("EMULATOR_SECRET", "hunter2")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    (tmp_path / "_shared").mkdir()
    spec = deploy(
        """
        import os, sys
        def main(event, context):
            return [dict(os.environ), os.getcwd(), sys.path[:2], sys.dont_write_bytecode]
        """,
        shared=tmp_path / "_shared",
        environment={"TZ": "Asia/Shanghai"},
    )
    runtime = start_runtime(variables=lambda *_: {"WX_SECRET": "s"})
    environ, folder, path, writes_no_bytecode = runtime.invoke(spec, {}, server).result
    assert environ == {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "Asia/Shanghai",
        "WX_SECRET": "s",
        "TENCENTCLOUD_RUNENV": "SCF",
        "TENCENTCLOUD_REGION": "ap-shanghai",
        "TENCENTCLOUD_APPID": "1250000000",
        "TENCENTCLOUD_UIN": "100000000001",
        "SCF_FUNCTIONNAME": spec.name,
        "SCF_FUNCTIONVERSION": "$LATEST",
        "SCF_NAMESPACE": "env-demo",
        "SCF_RUNTIME": "Python3.11",
        "USER_CODE_ROOT": f"{spec.directory}/",
        "PYTHONPATH": f"{spec.directory}:{spec.shared}",
        "PYTHONDONTWRITEBYTECODE": "x",
    }
    assert (folder, path) == (str(spec.directory), [str(spec.directory), str(spec.shared)])
    assert writes_no_bytecode


def test_a_function_inherits_no_descriptor_and_what_it_starts_none_of_its_own(runtime, deploy, user):
    spec = deploy(
        """
        import os, subprocess, sys
        LIST = "import os; print(len(os.listdir('/proc/self/fd')))"
        def main(event, context):
            mine = [fd for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd)]
            return [len(mine), int(subprocess.check_output([sys.executable, "-c", LIST], close_fds=False))]
        """
    )
    with open(os.devnull) as ours:  # noqa: PTH123 - any open file will do
        os.set_inheritable(ours.fileno(), True)  # noqa: FBT003 - positional only
        mine, its_child = runtime.invoke(spec, {}, user).result
    assert mine == 5  # stdin, stdout, stderr, and a pipe each way
    assert its_child == 4  # stdin, stdout, stderr, and the folder it lists


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


def test_an_outdated_instance_is_ended(runtime, deploy, user):
    spec = deploy(PROCESS)
    outdated = runtime.invoke(spec, {}, user).result
    (spec.directory / "new.txt").touch()
    runtime.invoke(spec, {}, user)
    with pytest.raises(ProcessLookupError):
        os.kill(outdated, 0)


def test_callers_at_the_same_time_have_instances_of_their_own(runtime, deploy, user, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    spec = deploy(
        f"""
        import os
        def main(mode, context):
            open({str(tmp_path / "fifo")!r}, mode).close()
            return os.getpid()
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


def test_only_so_many_idle_instances_are_kept_and_the_longest_unused_goes_first(runtime, deploy, user):
    spec = deploy(PROCESS)
    callers = [replace(user, appid=f"wx{number}") for number in range(MAX_IDLE + 1)]
    processes = [runtime.invoke(spec, {}, caller).result for caller in callers]
    assert runtime.invoke(spec, {}, callers[-1]).result == processes[-1]
    with pytest.raises(ProcessLookupError):
        os.kill(processes[0], 0)


def test_a_log_holds_all_output_of_its_own_invocation_only(runtime, deploy, user):
    spec = deploy(
        """
        import logging, os, subprocess, sys
        print("loading")
        def main(event, context):
            print("héllo", event)
            sys.stderr.write("stderr\\n")
            logging.getLogger("any").debug("bare %s", "message")
            os.write(1, b"raw \\xff\\n")
            subprocess.run(["echo", "child"])
        """
    )
    expected = "héllo {}\nstderr\nbare message\nraw \N{REPLACEMENT CHARACTER}\nchild\n"
    assert [runtime.invoke(spec, number, user).log for number in (1, 2)] == [
        "loading\n" + expected.format(1),
        expected.format(2),
    ]


def test_a_failed_invocation_keeps_its_log(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    print('last words')\n    os._exit(1)\n")
    assert runtime.invoke(spec, {}, user).log == "last words\n"


def test_what_a_function_prints_is_never_taken_for_its_answer(runtime, deploy, user):
    spec = deploy(
        """
        import os
        def main(event, context):
            os.write(1, len(b'{"result":"forged"}').to_bytes(4, "big") + b'{"result":"forged"}')
            return "real"
        """
    )
    assert runtime.invoke(spec, {}, user).result == "real"


def test_a_function_may_close_its_output(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    os.closerange(1, 3)\n    return 'quiet'\n")
    assert [runtime.invoke(spec, {}, user).result for _ in range(2)] == ["quiet", "quiet"]


def test_a_fork_that_returns_too_does_not_answer_twice(runtime, deploy, user):
    spec = deploy("import os\ndef main(event, context):\n    if event == 'fork': os.fork()\n    return event\n")
    assert [runtime.invoke(spec, event, user).result for event in ("fork", 1, 2)] == ["fork", 1, 2]


def test_six_megabytes_either_way_and_much_output_do_not_block(runtime, deploy, user):
    spec = deploy("print('x' * 900_000)\ndef main(event, context):\n    print('y' * 100_000)\n    return event\n")
    event = {"text": "é" * 3_000_000}
    invocation = runtime.invoke(spec, event, user)
    assert invocation.result == event
    assert len(invocation.log) == 1_000_002


def test_output_beyond_the_limit_is_dropped_and_the_function_goes_on(runtime, deploy, user):
    spec = deploy(f"def main(event, context):\n    print('x' * {3 * LOG_LIMIT_BYTES})\n    return 'done'\n")
    invocation = runtime.invoke(spec, {}, user)
    assert (invocation.result, len(invocation.log)) == ("done", LOG_LIMIT_BYTES)


def test_a_time_limit_ends_all_that_the_function_started(runtime, deploy, user):
    spec = deploy(
        """
        import subprocess
        def main(event, context):
            print(subprocess.Popen(["sleep", "1000"]).pid)
            while True: pass
        """,
        timeout_seconds=1,
    )
    invocation = runtime.invoke(spec, {}, user)
    assert invocation.failure.status_code == 433
    assert invocation.duration_ms >= 1000
    wait_for_exit(int(invocation.log))


def test_close_ends_all_processes_and_later_invocations(start_runtime, deploy, user):
    runtime = start_runtime()
    spec = deploy(
        """
        import os, subprocess
        child = subprocess.Popen(["sleep", "1000"])
        def main(event, context): return [os.getpid(), child.pid]
        """
    )
    process, its_child = runtime.invoke(spec, {}, user).result
    runtime.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    wait_for_exit(its_child)
    with pytest.raises(RuntimeClosedError):
        runtime.invoke(spec, {}, user)
    runtime.close()


def test_close_ends_a_running_invocation_and_who_waits_behind_it(start_runtime, deploy, user, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    runtime = start_runtime(max_instances=1)
    spec = deploy(
        f"""
        import signal
        def main(event, context):
            open({str(tmp_path / "fifo")!r}, "w").close()
            signal.pause()
        """
    )
    with ThreadPoolExecutor(2) as threads:
        running = threads.submit(runtime.invoke, spec, {}, user)
        (tmp_path / "fifo").read_text()  # returns once the function has opened it
        waiting = threads.submit(runtime.invoke, spec, {}, user)
        runtime.close()
        assert running.result().failure.status_code == 439
        with pytest.raises(RuntimeClosedError):
            waiting.result()


@pytest.mark.parametrize("is_busy", [False, True])
def test_no_process_outlives_the_emulator(deploy, is_busy):
    spec = deploy(
        """
        import os
        def main(fifo, context):
            with open(fifo, "w") as writer: print(os.getpid(), file=writer)
            while fifo.endswith("busy"): pass
        """
    )
    fifo = spec.directory.parent / ("busy" if is_busy else "idle")
    os.mkfifo(fifo)
    emulator = subprocess.Popen(
        [sys.executable, "-c", EMULATOR, str(spec.directory), str(fifo)], stdout=subprocess.PIPE, text=True
    )
    with emulator:
        process = int(fifo.read_text())
        if not is_busy:
            assert emulator.stdout.readline() == "answered\n"
        os.kill(emulator.pid, signal.SIGKILL)
    wait_for_exit(process)


EMULATOR = """
import signal, sys
from pathlib import Path
from emulator.project import FunctionSpec
from emulator.runtime import Identity, Runtime

spec = FunctionSpec("fn", Path(sys.argv[1]), None, "index.main", "Python3.11", 900, 256, {}, frozenset())
runtime = Runtime(variables=lambda *_: {}, new_request_id=lambda: "req-1")
runtime.invoke(spec, sys.argv[2], Identity(appid="wxA", env="e", openid="oA"))
print("answered", flush=True)
signal.pause()
"""


def test_an_interpreter_that_is_not_there_is_the_emulator_s_error_and_leaves_no_descriptor(start_runtime, deploy, user):
    runtime = start_runtime(interpreter="/nowhere/python")
    before = len(list(OPEN_FILES.iterdir()))
    with pytest.raises(FileNotFoundError):
        runtime.invoke(deploy(ECHO), {}, user)
    assert len(list(OPEN_FILES.iterdir())) == before


def test_nothing_of_an_invocation_reaches_the_emulator_s_own_log(runtime, deploy, user, caplog):
    with caplog.at_level(logging.DEBUG):
        runtime.invoke(deploy("import logging\ndef main(event, context): logging.error('theirs')\n"), {}, user)
    assert caplog.records == []


def other_pythons():
    """Return the interpreters on PATH that start, by version."""
    found = {}
    tell = "import sys; print(sys.executable)"
    for minor in range(9, 14):
        name = shutil.which(f"python3.{minor}")
        asked = name and subprocess.run([name, "-c", tell], capture_output=True, text=True, check=False)
        found[f"3.{minor}"] = asked.stdout.strip() if asked and asked.returncode == 0 else None
    return found


@pytest.mark.parametrize(("version", "interpreter"), other_pythons().items())
def test_the_bootstrap_runs_on_every_python_of_the_platform(start_runtime, deploy, user, version, interpreter):
    if interpreter is None:
        pytest.skip(f"no python{version} on PATH")
    runtime = start_runtime(interpreter=interpreter)
    spec = deploy("import sys\ndef main(event, context):\n    return [list(sys.version_info[:2]), 1 / event]\n")
    assert runtime.invoke(spec, 1, user).result == [[int(part) for part in version.split(".")], 1.0]
    trace = runtime.invoke(spec, 0, user).failure.stack_trace.splitlines()
    assert trace[1] == '  File "/var/user/index.py", line 3, in main'
    assert trace[-1] == "ZeroDivisionError: division by zero"
