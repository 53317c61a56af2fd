"""``wxemu invoke --debug``, and what a developer sees while a function is being written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from editor import Editor

pytestmark = pytest.mark.slow  # an emulator of its own for each test, and several commands

CODE = """
def main(event, context):
    greeting = f"hello {event['name']}"
    print("greeted")
    return greeting
"""
PROJECT = "envId: env-demo\nfunctions:\n  - {name: greet, runtime: Python3.11, timeout: 1}\n"


@pytest.fixture
def running(start, write_project):
    return start(project=write_project(PROJECT, greet=CODE))


@pytest.fixture
def index(running):
    """The file with the function's code."""
    return Path(running.facts["project"]) / "functions/greet/index.py"


@pytest.fixture
def begin(running):
    """A command that works with the running emulator, and has begun."""
    begun = []

    def begin(*arguments):
        command = [sys.executable, "-m", "wxemu", *arguments, "--url", running.url]
        begun.append(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        )
        return begun[-1]

    yield begin
    for command in begun:
        command.kill()
        command.communicate()


@pytest.fixture
def debugged(begin):
    """An invocation that waits for a debugger, and the launch configuration that it has printed."""
    invoked = begin("invoke", "greet", "--debug", "--debug-port", "0", "--data", '{"name": "you"}')
    assert "waits for a debugger on 127.0.0.1:" in invoked.stderr.readline()
    return invoked, json.loads(invoked.stderr.readline())


def test_an_editor_attaches_stops_at_a_breakpoint_and_the_invocation_ends_as_ever(debugged, index):
    invoked, launch = debugged
    assert {**launch, "connect": None, "pathMappings": None} == {
        "name": "greet in wxemu",
        "type": "debugpy",
        "request": "attach",
        "connect": None,
        "pathMappings": None,
    }
    folders = {mapping["localRoot"]: mapping["remoteRoot"] for mapping in launch["pathMappings"]}
    editor = Editor(launch["connect"]["port"], folders)
    assert editor.set_breakpoint(index, 4)["verified"]
    editor.begin()
    thread, path, line, variables = editor.stopped()
    assert (path, line, variables["greeting"]) == (str(index), 4, "'hello you'")
    editor.go_on(thread)
    result, log = invoked.communicate(timeout=20)
    editor.close()
    assert (invoked.returncode, json.loads(result)) == (0, "hello you")
    assert "\ngreeted\nResponse RequestId:" in log


def test_ctrl_c_ends_what_waits_for_a_debugger(debugged, begin):
    invoked, _ = debugged
    invoked.send_signal(signal.SIGINT)
    invoked.communicate(timeout=20)
    follower = begin("logs", "--follow", "--json", "--limit", "1")
    assert "User process exit when running" in json.loads(follower.stdout.readline())["log"]


def test_a_port_that_is_taken_is_one_sentence(running, begin):
    port = running.url.rpartition(":")[2]
    refused = begin("invoke", "greet", "--debug", "--debug-port", port)
    _, told = refused.communicate(timeout=60)
    reason = "Address already in use; name another port"
    assert (refused.returncode, told) == (1, f"Error: no debugger can be awaited on 127.0.0.1:{port}: {reason}\n")


def test_a_follower_sees_each_line_with_its_function_and_request(running, begin):
    begin("invoke", "greet", "--data", '{"name": "you"}').communicate(timeout=20)
    follower = begin("logs", "--follow", "--limit", "1")
    whole = [follower.stdout.readline() for _ in range(8)]
    assert (whole[0].split()[1], whole[3]) == ("greet", "greeted\n")
    begin("invoke", "greet", "--data", '{"name": "me"}')
    lines = [follower.stdout.readline().rstrip() for _ in range(5)]
    request_id = lines[0].split()[-1]
    assert lines[0] == f"greet {request_id[:8]} | START RequestId: {request_id}"
    assert lines[1] == f"greet {request_id[:8]} | greeted"
    assert lines[2].endswith('RetMsg:"hello me"')


def test_a_syntax_error_is_told_when_the_file_is_saved_to_the_terminal_and_to_followers(running, begin, index):
    follower = begin("logs", "--follow", "--limit", "1")
    begin("invoke", "greet", "--data", '{"name": "me"}').communicate(timeout=20)
    follower.stdout.readline()
    while "SyntaxError" not in running.said():  # until one look has learnt the file, and a later one sees its change
        with index.open("a") as file:
            file.write("def another(:\n")
        time.sleep(0.2)
    assert running.said().startswith("wxemu: functions/greet/index.py:6: SyntaxError: invalid syntax")
    heard = follower.stdout.readline()
    while "index.py" not in heard:
        heard = follower.stdout.readline()
    assert heard == "greet | functions/greet/index.py:6: SyntaxError: invalid syntax\n"
