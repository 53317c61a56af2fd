"""An invocation that waits for a debugger, spoken to as an editor does: in the Debug Adapter Protocol."""

import importlib.util
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import pytest
from editor import Editor

from wxemu.scf.runtime import DebuggerError, Debugging, debugging

pytestmark = pytest.mark.slow  # each takes a second, which is debugpy's start

CODE = """
loaded = "as it was"
def main(event, context):
    doubled = event * 2
    print("about to answer")
    return [doubled, loaded]
"""
FILE_LINES = {"module": 2, "handler": 5}


@pytest.fixture
def debug(user):
    """Invoke with a debugger; what is given are the invocation to come, and where a debugger can attach."""
    wanted = threading.Event()
    wanted.set()
    with ThreadPoolExecutor(1) as threads:

        def begin(runtime, spec, event, *, port=0):
            announced = SimpleQueue()
            asked = Debugging(port, announced.put, wanted.is_set)
            running = threads.submit(runtime.invoke, spec, event, user, debugging=asked)
            running.add_done_callback(announced.put)
            first = announced.get(timeout=30)
            if first is running:
                first.result()
            return running, first

        yield begin
        wanted.clear()


@pytest.mark.parametrize("is_isolated", [True, False])
@pytest.mark.parametrize("place", FILE_LINES)
def test_a_debugger_stops_at_a_breakpoint_sees_and_lets_go(start_runtime, deploy, debug, place, is_isolated):
    spec = deploy(CODE, timeout_seconds=1, memory_megabytes=64)  # less than a debugger takes of either
    running, awaited = debug(start_runtime(is_isolated=is_isolated), spec, 21)
    editor = Editor(awaited.port, awaited.folders)
    file = spec.directory / "index.py"
    assert editor.set_breakpoint(file, FILE_LINES[place])["verified"]
    editor.begin()
    thread, path, line, variables = editor.stopped()
    assert (path, line) == (str(file), FILE_LINES[place])
    assert ("doubled" in variables and variables["doubled"]) == ("42" if place == "handler" else False)
    editor.go_on(thread)
    done = running.result()
    editor.close()
    assert (done.result, done.log) == ([42, "as it was"], "about to answer\n")


def test_an_instance_that_was_debugged_is_not_used_again(start_runtime, deploy, debug, user):
    runtime = start_runtime()
    spec = deploy(
        "import sys, uuid\nME = uuid.uuid4().hex\ndef main(event, context): return [ME, 'pydevd' in sys.modules]\n"
    )
    warm = runtime.invoke(spec, {}, user).result
    running, awaited = debug(runtime, spec, {})
    editor = Editor(awaited.port, awaited.folders)
    editor.begin()
    debugged = running.result().result
    editor.close()
    assert (debugged[0] != warm[0], debugged[1], warm[1]) == (True, True, False)
    assert runtime.invoke(spec, {}, user).result == warm


def test_the_next_one_may_wait_on_the_same_port(start_runtime, deploy, debug):
    runtime, spec = start_runtime(), deploy(CODE)
    running, awaited = debug(runtime, spec, 1)
    for event in (2, 3):
        editor = Editor(awaited.port, awaited.folders)
        editor.begin()
        running.result()
        editor.close()
        running, again = debug(runtime, spec, event, port=awaited.port)
        assert again.port == awaited.port


def test_functions_on_a_bare_python_are_lent_the_emulators_debugger(start_runtime, deploy, debug):
    spec = deploy("import sys\ndef main(event, context): return [name for name in sys.modules if name == 'flask']\n")
    running, awaited = debug(start_runtime(is_bare=True), spec, {})
    editor = Editor(awaited.port, awaited.folders)
    editor.begin()
    assert running.result().result == []
    editor.close()


def test_the_functions_secrets_and_modules_do_not_reach_the_debuggers_helper(start_runtime, deploy, debug):
    runtime = start_runtime(variables=lambda *_: {"WX_SECRET": "very-secret"})
    spec = deploy(CODE)
    (spec.directory / "debugpy.py").write_text("raise SystemExit('not this one')\n")
    running, awaited = debug(runtime, spec, 1)
    helpers = [folder for folder in Path("/proc").glob("[0-9]*") if "debugpy/adapter" in content(folder / "cmdline")]
    assert helpers
    assert not any("very-secret" in content(helper / "environ") for helper in helpers)
    editor = Editor(awaited.port, awaited.folders)
    editor.begin()
    assert running.result().ok
    editor.close()


def content(file):
    try:
        return file.read_text()
    except OSError:  # the process has ended meanwhile
        return ""


def test_whoever_no_longer_waits_ends_the_invocation(start_runtime, deploy, user):
    announced, spec = SimpleQueue(), deploy(CODE)
    asked = Debugging(0, announced.put, is_wanted=announced.empty)
    assert start_runtime().invoke(spec, 1, user, debugging=asked).failure.status_code == 439


def test_closing_the_runtime_ends_who_waits_for_a_debugger(start_runtime, deploy, debug):
    runtime = start_runtime()
    running, _ = debug(runtime, deploy(CODE), 1)
    runtime.close()
    assert running.result().failure.status_code == 439


def test_a_port_that_is_taken_is_told(start_runtime, deploy, debug):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = rf"no debugger can be awaited on 127.0.0.1:{port}: .*Address already in use.*; name another port"
        with pytest.raises(DebuggerError, match=told):
            debug(start_runtime(), deploy(CODE), 1, port=port)


def test_without_debugpy_it_is_told_what_to_install(start_runtime, deploy, debug, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(DebuggerError, match="there is no debugpy; install it beside the emulator: pip install debugpy"):
        debug(start_runtime(is_bare=True), deploy(CODE), 1)


def test_a_debugpy_for_another_python_is_told(start_runtime, deploy, debug, monkeypatch):
    lent = {**debugging.find_debugpy(), "python": [3, 99]}
    monkeypatch.setattr(debugging, "find_debugpy", lambda: lent)
    present = "Python{}.{}".format(*sys.version_info)
    told = f"the debugpy here is for Python3.99; install one for {present}, or declare runtime: Python3.99"
    with pytest.raises(DebuggerError, match=told):
        debug(start_runtime(is_bare=True), deploy(CODE), 1)


def test_an_instance_that_ends_before_a_debugger_can_attach_is_told(start_runtime, deploy, debug, monkeypatch):
    monkeypatch.setattr(debugging, "find_debugpy", lambda: {"nothing": "that an instance could use", "package": "/"})
    with pytest.raises(DebuggerError, match="the instance ended before a debugger could attach: User process exit"):
        debug(start_runtime(), deploy(CODE), 1)
