"""Each way a function can fail is one failed invocation in the platform's form, and the next one works."""

import os
import re
import signal
import sys

import pytest

from wxemu.scf.runtime import instance

pytestmark = pytest.mark.slow  # processes are started

USER_CODE = {"errorCode": 1, "errorMessage": "user code exception caught", "requestId": "req-1", "statusCode": 430}
EXITED = {"errorCode": -1, "errorMessage": "User process exit when running", "requestId": "req-1", "statusCode": 439}
TIMED_OUT = {
    "errorCode": -1,
    "errorMessage": "Invoking task timed out after 1 seconds",
    "requestId": "req-1",
    "statusCode": 433,
}
OUT_OF_MEMORY = {
    "errorCode": -1,
    "errorMessage": "Task memory exceeded 128 MB",
    "requestId": "req-1",
    "statusCode": 434,
}
TOO_LARGE = {
    "errorCode": -1,
    "errorMessage": "The size of response exceeds the upper limit (6MB)",
    "requestId": "req-1",
    "statusCode": 407,
}
NO_FRAMES = "Traceback (most recent call last):\n"
USER_FRAME = NO_FRAMES + '  File "/var/user/index.py", line 7, in main\n    '
HOG = "held = []\n        while True: held.append(bytes(1 << 20))"

# What `main` does when the event says so.
FAILURES = {
    "an exception": (
        "raise Exception('err msg')",
        {**USER_CODE, "stackTrace": USER_FRAME + "raise Exception('err msg')\nException: err msg"},
    ),
    "input() where nobody types": (
        "input()",
        {**USER_CODE, "stackTrace": USER_FRAME + "input()\nEOFError: EOF when reading a line"},
    ),
    "a decimal inside of a value": (
        "return [decimal.Decimal(1)]",
        {**USER_CODE, "stackTrace": NO_FRAMES + "TypeError: Object of type Decimal is not JSON serializable"},
    ),
    "writing to its code": (
        "open('index.py', 'w')",
        {
            **USER_CODE,
            "stackTrace": USER_FRAME + "open('index.py', 'w')\nOSError: [Errno 30] Read-only file system: 'index.py'",
        },
    ),
    "a value that is not JSON": (
        "return {1}",
        {**USER_CODE, "stackTrace": NO_FRAMES + "TypeError: Object of type set is not JSON serializable"},
    ),
    "a number that is not JSON": (
        "return float('nan')",
        {**USER_CODE, "stackTrace": NO_FRAMES + "ValueError: Out of range float values are not JSON compliant"},
    ),
    "a number too long to read": (
        "sys.set_int_max_str_digits(0); return 10**5000",
        {**USER_CODE, "stackTrace": "ValueError: the returned value cannot be read as JSON"},
    ),
    "os._exit": ("os._exit(0)", EXITED),
    "sys.exit": ("sys.exit('bye')", EXITED),
    "a signal": ("os.kill(os.getpid(), signal.SIGKILL)", EXITED),
    "a crash": ("import ctypes; ctypes.string_at(0)", EXITED),
    "an abort": ("os.abort()", EXITED),
    "an interrupt": ("raise KeyboardInterrupt", EXITED),
    "closing the reply pipe": ("os.closerange(3, 64)", EXITED),
    "an exit that leaves a fork behind": ("os.fork() and os._exit(0); signal.pause()", EXITED),
    "an exit that leaves a fork behind, and no output": (
        "os.closerange(1, 3); os.fork() and os._exit(0); signal.pause()",
        EXITED,
    ),
    "an exit that leaves a talking fork behind": ("os.fork() and os._exit(0)\n        while True: print('x')", EXITED),
    "an endless loop": ("while True: pass", TIMED_OUT),
    "endless output": ("subprocess.run('yes')", TIMED_OUT),
    "too much memory": (HOG, OUT_OF_MEMORY),
    "too much memory for a moment": ("len(bytes(range(256)) * (1 << 20)); return 'it was enough'", OUT_OF_MEMORY),
    "too much memory in a process it started": (
        f"subprocess.run([sys.executable, '-c', {HOG.replace(chr(10) + ' ' * 8, chr(10))!r}])",
        OUT_OF_MEMORY,
    ),
    "a result over 6 MB": ("return 'x' * (6 << 20)", TOO_LARGE),
    "a result over 6 MB, fewer characters": ("return chr(0xe9) * (3 << 20)", TOO_LARGE),
}

FAILS_ON_REQUEST = """
import decimal, os, signal, subprocess, sys

def main(event, context):
    if event:
        print("begun", flush=True)
        {}
    return "fine"
"""
ENDS_THE_INSTANCE = (EXITED, TIMED_OUT, OUT_OF_MEMORY)


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_has_the_platform_s_payload_and_the_next_invocation_works(request, runtime, deploy, user, case):
    if case == "writing to its code":
        request.getfixturevalue("needs_view")
    statement, payload = FAILURES[case]
    spec = deploy(
        FAILS_ON_REQUEST.format(statement), timeout_seconds=1 if payload is TIMED_OUT else 30, memory_megabytes=128
    )
    failed = runtime.invoke(spec, "fail", user)
    assert (failed.ok, failed.result, without_marks(failed.error)) == (False, None, payload)
    assert failed.log.startswith("begun\n")
    succeeded = runtime.invoke(spec, "", user)
    assert (succeeded.ok, succeeded.result, succeeded.error) == (True, "fine", None)
    assert (succeeded.log, succeeded.is_cold) == ("", payload in ENDS_THE_INSTANCE)


def without_marks(payload):
    """Leave out the lines with which Python 3.11 and later mark a part of a line."""
    if "stackTrace" not in payload:
        return payload
    trace = "\n".join(line for line in payload["stackTrace"].splitlines() if line.strip(" ~^"))
    return {**payload, "stackTrace": re.sub(r"compliant: nan", "compliant", trace)}


def test_the_payload_of_an_exception_is_the_captured_one(runtime, deploy, user):
    spec = deploy('def main_handler(event, context):\n    raise Exception("err msg")\n', handler="index.main_handler")
    assert runtime.invoke(spec, {}, user).error == {
        "errorCode": 1,
        "errorMessage": "user code exception caught",
        "requestId": "req-1",
        "stackTrace": 'Traceback (most recent call last):\n  File "/var/user/index.py", line 2, in main_handler\n'
        '    raise Exception("err msg")\nException: err msg',
        "statusCode": 430,
    }


def test_only_an_invocation_that_failed_for_good_costs_the_instance(runtime, deploy, user):
    spec = deploy(FAILS_ON_REQUEST.format("raise Exception if event == 1 else SystemExit"))
    assert [runtime.invoke(spec, event, user).is_cold for event in (1, 0, 2, 0)] == [True, False, False, True]


def test_a_handler_of_the_wrong_arguments_has_no_user_frames(runtime, deploy, user):
    error = runtime.invoke(deploy("def main(event): pass\n"), {}, user).error
    assert error["stackTrace"] == NO_FRAMES + "TypeError: main() takes 1 positional argument but 2 were given"


def test_a_trace_names_no_place_of_this_machine(runtime, deploy, tmp_path, user):
    shared = tmp_path / "_shared"
    shared.mkdir()
    (shared / "reader.py").write_text("import json\ndef read(text):\n    return json.loads(text)\n")
    spec = deploy(
        """
        import reader
        def main(event, context):
            try: reader.read("")
            except ValueError: open(__file__ + "/x")
        """,
        shared=shared,
    )
    trace = runtime.invoke(spec, {}, user).error["stackTrace"]
    assert '"/var/user/index.py", line 4, in main' in trace
    assert '"/opt/reader.py", line 3, in read' in trace
    assert '"/var/lang/python311/lib/python3.' in trace
    assert trace.endswith("NotADirectoryError: [Errno 20] Not a directory: '/var/user/index.py/x'")
    for place in (str(tmp_path), sys.prefix, sys.base_prefix + "/lib/python"):
        assert place not in trace


def test_six_megabytes_are_not_too_large_either_way(runtime, deploy, user):
    spec = deploy("def main(event, context): return event\n")
    largest = "\N{LATIN SMALL LETTER E WITH ACUTE}" * ((6 << 19) - 1)
    assert runtime.invoke(spec, largest, user).result == largest


@pytest.mark.parametrize("event", ["x" * (6 << 20), "\N{LATIN SMALL LETTER E WITH ACUTE}" * (6 << 19)])
def test_an_event_over_6_mb_is_refused_before_there_is_an_instance(runtime, deploy, user, event):
    spec = deploy("def main(event, context): return 'fine'\n")
    refused = runtime.invoke(spec, event, user)
    assert refused.error == {
        "errorCode": -1,
        "errorMessage": "RequestTooLarge",
        "requestId": "req-1",
        "statusCode": 406,
    }
    assert (refused.is_cold, refused.memory_bytes, refused.log) == (False, 0, "")
    assert runtime.invoke(spec, {}, user).is_cold


def test_a_decimal_is_answered_as_text(runtime, deploy, user):
    spec = deploy("from decimal import Decimal\ndef main(event, context): return Decimal('1.50')\n")
    assert runtime.invoke(spec, {}, user).result == "1.50"


def test_threads_left_behind_do_no_harm(runtime, deploy, user):
    spec = deploy(
        """
        import threading, time
        def chatter():
            while True: print("chatter", flush=True)
        def main(event, context):
            threading.Thread(target=chatter).start()
            return event
        """
    )
    results = [runtime.invoke(spec, number, user) for number in range(3)]
    assert [(one.result, one.failure) for one in results] == [(0, None), (1, None), (2, None)]


def test_memory_is_limited_while_a_function_loads(runtime, deploy, user):
    spec = deploy("held = bytes(range(256)) * (1 << 20)\ndef main(event, context): pass\n", memory_megabytes=128)
    assert runtime.invoke(spec, {}, user).error == OUT_OF_MEMORY


def test_a_function_that_never_loads_runs_into_a_limit_of_its_own(runtime, deploy, user, monkeypatch):
    monkeypatch.setattr(instance, "LOAD_LIMIT_SECONDS", 1)
    assert runtime.invoke(deploy("while True: pass\n"), {}, user).error == TIMED_OUT


UNLOADABLE = {
    "no such function": ("", "index.main", "AttributeError: module 'index' has no attribute 'main'"),
    "no such module": ("import not_there", "index.main", "ModuleNotFoundError: No module named 'not_there'"),
    "an error on import": ("1/0", "index.main", "ZeroDivisionError: division by zero"),
    "no such file": ("", "gone.main", "FileNotFoundError: [Errno 2] No such file or directory: '/var/user/gone.py'"),
    "no function named": ("", "main", "ValueError: not enough values to unpack (expected 2, got 1)"),
}


@pytest.mark.parametrize("case", UNLOADABLE)
def test_a_handler_that_cannot_be_loaded_fails_with_the_bootstrap_s_traceback(runtime, deploy, user, case):
    code, handler, reason = UNLOADABLE[case]
    spec = deploy(code, handler=handler)
    for _ in range(2):
        error = runtime.invoke(spec, {}, user).error
        first, frame, *_, last = error.pop("errorMessage").splitlines()
        assert error == {"errorCode": 1, "requestId": "req-1", "statusCode": 443}
        assert first + "\n" == NO_FRAMES
        assert re.fullmatch(r'  File "/var/runtime/python311/bootstrap.py", line \d+, in init_handler', frame)
        assert last == reason


def test_code_that_is_no_python_shows_its_line(runtime, deploy, user):
    message = runtime.invoke(deploy("def main(:\n"), {}, user).error["errorMessage"]
    assert '  File "/var/user/index.py", line 1\n    def main(:\n' in message


def test_a_repaired_function_works_at_the_next_invocation(runtime, deploy, user):
    spec = deploy("import not_there")
    assert not runtime.invoke(spec, {}, user).ok
    (spec.directory / "index.py").write_text("def main(event, context): return 1\n")
    assert runtime.invoke(spec, {}, user).result == 1


def test_a_removed_folder_fails_to_load(runtime, deploy, user):
    spec = deploy("def main(event, context): return 1\n")
    (spec.directory / "index.py").unlink()
    spec.directory.rmdir()
    error = runtime.invoke(spec, {}, user).error
    assert error["statusCode"] == 443
    assert re.search(r"No such file or directory: '/var/user/(index\.py)?'$", error["errorMessage"])


def test_a_module_that_exits_while_it_loads_is_an_exit(runtime, deploy, user):
    assert runtime.invoke(deploy("import sys; sys.exit(1)"), {}, user).error == EXITED


def test_a_function_of_another_language_is_not_started(runtime, deploy, user):
    invocation = runtime.invoke(deploy("", runtime="Nodejs18.15"), {}, user)
    assert invocation.failure.status_code == 443
    assert invocation.failure.message == "runtime Nodejs18.15 is not emulated, only Python is"


def test_an_event_nested_too_deeply_fails_and_costs_nothing(runtime, deploy, user):
    spec = deploy("def main(event, context): return 'fine'\n")
    event = []
    for _ in range(100_000):
        event = [event]
    runtime.invoke(spec, {}, user)
    assert runtime.invoke(spec, event, user).failure.status_code == 400
    next_one = runtime.invoke(spec, {}, user)
    assert (next_one.result, next_one.is_cold) == ("fine", False)


def test_a_result_nested_too_deeply_fails_and_costs_nothing(runtime, deploy, user):
    spec = deploy(
        """
        import sys
        sys.setrecursionlimit(100_000)
        def main(depth, context):
            value = []
            for _ in range(depth):
                value = [value]
            return value
        """
    )
    depth = 5000 if sys.version_info < (3, 12) else 12_000  # where no function can raise the limit of JSON's depth
    failed = runtime.invoke(spec, depth, user)
    assert failed.failure.status_code == 430
    assert "RecursionError" in failed.failure.stack_trace
    next_one = runtime.invoke(spec, 1, user)
    assert (next_one.result, next_one.is_cold) == ([[]], False)


def test_a_process_that_no_longer_reads_runs_into_the_time_limit(runtime, deploy, user, process_of):
    spec = deploy("def main(event, context): pass\n", timeout_seconds=1)
    os.kill(process_of(runtime, spec, user), signal.SIGSTOP)
    assert runtime.invoke(spec, "x" * 1_000_000, user).error == TIMED_OUT


def test_an_invocation_that_was_broken_off_leaves_no_answer_to_the_next(runtime, deploy, user, request):
    class BrokenOffError(Exception):
        pass

    def break_off(_number, _frame):
        raise BrokenOffError

    before = signal.signal(signal.SIGUSR1, break_off)
    request.addfinalizer(lambda: signal.signal(signal.SIGUSR1, before))

    def hear(line):
        if line == "begun":
            signal.raise_signal(signal.SIGUSR1)

    spec = deploy(FAILS_ON_REQUEST.format("return 'late'"))
    with pytest.raises(BrokenOffError):
        runtime.invoke(spec, "fail", user, hear=hear)
    assert runtime.invoke(spec, "", user).result == "fine"


def test_where_code_stays_in_its_folder_a_trace_changes_that_folder_only(start_runtime, deploy, user, tmp_path):
    (tmp_path / "_shared").mkdir()
    spec = deploy("def main(event, context): raise Exception(event)\n", shared=tmp_path / "_shared")
    event = f"{spec.directory}-old {spec.directory} {spec.shared}"
    error = start_runtime(is_isolated=False).invoke(spec, event, user).error
    assert error["stackTrace"].endswith(f"Exception: {spec.directory}-old /var/user /opt")
