"""What a function reaches of the machine, the state and other functions: it tries, and answers what it could see."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("needs_view")]  # processes are started

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start processes of another user")
STATUS = """
import os
def main(event, context):
    with open("/proc/self/status") as status:
        told = dict(line.split(":", 1) for line in status)
    return {name: told[name].split() for name in event}
"""
SHELL = """
import subprocess
def main(command, context):
    return subprocess.run(command, shell=True, capture_output=True, text=True).stdout
"""
SEE = """
import os
def main(path, context):
    seen = {}
    for name, use in (("list", os.listdir), ("stat", os.stat), ("read", open)):
        try:
            use(path)
            seen[name] = True
        except OSError:
            seen[name] = False
    try:
        open(path + "-new", "w")
        seen["write"] = True
    except OSError:
        seen["write"] = False
    return seen
"""


def test_of_the_state_a_function_has_the_store_only(start_runtime, deploy, user, tmp_path):
    state = tmp_path / "state"
    (state / "store").mkdir(parents=True)
    (state / "packages").mkdir()
    for name in ("ca.pem", "ca-key.pem", "world.sqlite"):
        (state / name).write_text("secret")
    (tmp_path / ".env").write_text("WX_SECRET=hunter2")
    runtime, spec = start_runtime(store=state / "store"), deploy(SEE)
    for path in (state / "ca.pem", state / "ca-key.pem", state / "world.sqlite", state / "packages", tmp_path / ".env"):
        assert not any(runtime.invoke(spec, str(path), user).result.values()), path
    assert runtime.invoke(deploy("import os\nmain = lambda path, _: os.listdir(path)\n"), str(state), user).result == [
        "store"
    ]


def test_a_function_has_no_rights_and_gains_none(runtime, deploy, user):
    names = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]
    told = runtime.invoke(deploy(STATUS), [*names, "NoNewPrivs"], user).result
    assert told == {**{name: ["0000000000000000"] for name in names}, "NoNewPrivs": ["1"]}
    commands = (
        "mount -o remount,rw /usr; mount -t tmpfs none /tmp; unshare -Urm mount -o remount,rw /usr; echo x >/usr/x"
    )
    runtime.invoke(deploy(SHELL), commands, user)
    assert "ro," in runtime.invoke(deploy(SHELL), "grep ' /usr ' /proc/mounts", user).result
    assert not Path("/usr/x").exists()


@ROOT_ONLY
def test_a_function_of_roots_emulator_is_a_user_that_nobody_is(runtime, deploy, user):
    told = runtime.invoke(deploy(STATUS), ["Uid", "Gid", "Groups"], user).result
    assert len({*told["Uid"], *told["Gid"]}) == 1
    number = int(told["Uid"][0])
    assert subprocess.run(["getent", "passwd", str(number)], check=False, capture_output=True).returncode != 0
    assert (number > 65000, told["Groups"]) == (True, [])


@ROOT_ONLY
def test_code_that_only_root_can_read_is_run_as_root_without_rights_and_that_is_told(
    start_runtime, deploy, user, caplog
):
    spec = deploy(STATUS)
    (spec.directory / "index.py").chmod(0o600)
    told = start_runtime().invoke(spec, ["Uid", "CapBnd"], user).result
    assert told == {"Uid": ["0"] * 4, "CapBnd": ["0000000000000000"]}
    assert caplog.messages == [f"they run as this user (only its owner can read {spec.directory}/index.py)"]


def test_a_function_sees_its_own_processes_only(start_runtime, deploy, user, process_of):
    runtime, other = start_runtime(), deploy("def main(event, context): return 'alive'\n")
    neighbour = process_of(runtime, other, user)
    spec = deploy(
        """
        import os, signal
        def main(numbers, context):
            seen = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
            for number in (*numbers, *range(1, 2000)):
                if number != os.getpid():
                    try: os.kill(number, signal.SIGKILL)
                    except OSError: pass
            try: os.kill(-1, signal.SIGSTOP)
            except OSError: pass
            return [seen, os.getpid(), [os.path.exists(f"/proc/{number}/environ") for number in numbers]]
        """
    )
    seen, own, theirs = runtime.invoke(spec, [os.getpid(), neighbour], user).result
    assert (set(seen) <= {1, own}, theirs) == (True, [False, False])
    assert runtime.invoke(other, {}, user).result == "alive"
    assert not runtime.invoke(other, {}, user).is_cold


def test_a_function_cannot_look_into_the_process_above_it(runtime, deploy, user):
    code = "import os\ndef main(path, context):\n    try: return os.listdir(path)\n    except OSError: return None\n"
    for path in ("/proc/1/root", "/proc/1/fd", "/proc/1/cwd", "/proc/1/root/.machine"):
        assert runtime.invoke(deploy(code), path, user).result is None, path


def test_shared_memory_and_tmp_are_each_instances_own(runtime, deploy, user):
    spec = deploy(
        """
        import ctypes, os
        def main(event, context):
            before = [sorted(os.listdir(folder)) for folder in ("/tmp", "/dev/shm")]
            for folder in ("/tmp", "/dev/shm"):
                with open(folder + "/kept", "w") as file: file.write("mine")
            EXCLUSIVE = 0o3666  # IPC_CREAT | IPC_EXCL
            made = ctypes.CDLL(None).shmget(0x7778656d, 4096, EXCLUSIVE)
            return ["kept" in before[0], before[1], made != -1]
        """
    )
    other = deploy((spec.directory / "index.py").read_text() + "# another\n")
    first, second = (runtime.invoke(one, {}, user).result for one in (spec, other))
    assert first == second == [False, [], True]


def test_devices_that_harm_are_not_there(runtime, deploy, user):
    seen = runtime.invoke(deploy("import os\ndef main(event, context): return os.listdir('/dev')\n"), {}, user).result
    allowed = {"full", "null", "random", "tty", "urandom", "zero", "fd", "stdin", "stdout", "stderr", "shm"}
    assert {"null", "urandom", "shm"} <= set(seen) <= allowed


def test_a_daemon_of_memory_is_counted(start_runtime, deploy, user):
    spec = deploy(
        """
        import os, signal, time
        def main(event, context):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    held = bytes(range(256)) * (1 << 20)
                    signal.pause()
                os._exit(0)
            os.wait()
            signal.pause()
        """,
        timeout_seconds=20,
        memory_megabytes=128,
    )
    assert start_runtime().invoke(spec, {}, user).failure.status_code == 434


def test_a_function_that_removes_all_it_sees_removes_nothing_of_the_machine(start_runtime, deploy, user, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    spec = deploy(
        """
        import shutil
        def main(event, context):
            for folder in ("/var", "/opt", "/tmp", "/dev", "/usr/bin", "/"): shutil.rmtree(folder, ignore_errors=True)
        """,
        timeout_seconds=2,
    )
    (tmp_path / "precious").write_text("kept")
    before = sorted(path for path in spec.directory.rglob("*"))
    start_runtime(store=store).invoke(spec, {}, user)
    assert sorted(path for path in spec.directory.rglob("*")) == before
    assert (tmp_path / "precious").read_text() == "kept"


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root, and setpriv to take its rights away"
)
def test_a_root_without_rights_runs_functions(deploy):
    spec = deploy("def main(event, context): return 'done'\n")
    without_rights = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    done = subprocess.run(
        [*without_rights, sys.executable, "-c", EMULATOR, str(spec.directory)],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "done\n"


EMULATOR = """
import sys
from pathlib import Path
from wxemu.scf.project import FunctionSpec
from wxemu.scf.runtime import Identity, Runtime

spec = FunctionSpec("fn", Path(sys.argv[1]), None, "index.main", "Python3.11", 30, 256, {}, frozenset())
runtime = Runtime(variables=lambda _: {}, new_request_id=lambda: "req-1")
print(runtime.invoke(spec, {}, Identity(appid="wxA", env="e", openid="oA")).result)
runtime.close()
"""
