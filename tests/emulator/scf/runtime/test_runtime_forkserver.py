"""The warm process that instances are forked from: what is ready in it, and what becomes of it."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest


def test_all_instances_come_from_one_server_and_functions_see_nothing_of_it(runtime, deploy, user):
    code = """
        import os, sys
        from pathlib import Path
        def main(event, context):
            own = [name for name in sys.modules if name.split(".")[0] in ("scf", "emulator")]
            threads = len(os.listdir("/proc/self/task"))
            return [os.getppid(), own, sys.argv[1:], threads, Path(f"/proc/{os.getppid()}/environ").read_text()]
        """
    outcomes = [runtime.invoke(deploy(code), {}, user).result for _ in range(2)]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1:] == [[], [], 1, "PATH=/usr/local/bin:/usr/bin:/bin\0LANG=C.UTF-8\0"]


def test_a_server_that_died_takes_its_instances_along_and_is_replaced(start_runtime, deploy, user, wait_for_exit):
    runtime = start_runtime()
    spec = deploy(
        """
        import os, subprocess
        child = subprocess.Popen(["sleep", "1000"]).pid
        def main(event, context): return [os.getppid(), os.getpid(), child]
        """
    )
    server, *processes = runtime.invoke(spec, {}, user).result
    os.kill(server, signal.SIGKILL)
    wait_for_exit(server)
    wait_for_exit(processes[0])
    replaced = runtime.invoke(spec, {}, user)
    assert (replaced.ok, replaced.is_cold) == (True, True)
    assert replaced.result[0] != server
    wait_for_exit(processes[1])


def test_an_invocation_whose_server_dies_fails_and_the_next_one_works(start_runtime, deploy, user):
    runtime = start_runtime()
    spec = deploy(
        "import os, signal\n"
        "def main(event, context):\n"
        "    if event: os.kill(os.getppid(), signal.SIGKILL); signal.pause()\n"
        "    return 'fine'\n"
    )
    assert runtime.invoke(spec, "kill it", user).failure.status_code == 439
    assert runtime.invoke(spec, "", user).result == "fine"


def test_what_left_its_group_ends_with_the_runtime(start_runtime, deploy, user):
    runtime = start_runtime()
    spec = deploy(
        """
        import os, subprocess
        def main(event, context):
            return subprocess.Popen(["sleep", "1000"], start_new_session=True).pid
        """
    )
    daemon = runtime.invoke(spec, {}, user).result
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
