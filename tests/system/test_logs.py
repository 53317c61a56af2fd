"""``wxemu invoke`` and ``wxemu logs`` on a running emulator."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
import requests

pytestmark = pytest.mark.slow  # an emulator of its own for each test, and several commands

CODE = """
def main(event, context):
    print("asked", event)
    if event.get("ask") == "fail":
        raise ValueError("no such question")
    return {"asked": event}
"""
PROJECT = """
envId: env-demo
functions:
  - name: ask
    runtime: Python3.11
    envVariables: {WXEMU_TEST_GREETING: "{{env.WXEMU_TEST_GREETING}}"}
"""
RESULT = {
    "FunctionRequestId",
    "RetMsg",
    "ErrMsg",
    "Log",
    "Duration",
    "BillDuration",
    "MemUsage",
    "InvokeResult",
}


@pytest.fixture(scope="module")
def project(write_project):
    return write_project(PROJECT, ask=CODE)


@pytest.fixture(scope="module")
def running(start_for_module, project):
    return start_for_module(project=project)


@pytest.fixture
def alone(start, project):
    """An emulator that no other test has asked for anything."""
    return start(project=project)


@pytest.fixture
def wxemu(wxemu, running):
    return partial(wxemu, of=running)


@pytest.fixture
def followed(running):
    """A ``wxemu logs --follow --json`` that has begun."""
    followers = []

    def begin(*arguments, of=running):
        command = [sys.executable, "-m", "wxemu", "logs", "--follow", "--json", *arguments, "--url", of.url]
        begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        followers.append(begun)
        return begun

    yield begin
    for follower in followers:
        follower.kill()
        follower.communicate()


def test_an_invocation_has_the_form_of_the_clis_result(wxemu):
    done = wxemu("invoke", "ask", "--data", '{"a":1}', "--json")
    result = json.loads(done.stdout)
    assert (done.returncode, done.stderr, set(result)) == (0, "", RESULT)
    assert (json.loads(result["RetMsg"]), result["InvokeResult"]) == ({"asked": {"a": 1}}, 0)
    assert "\nasked {'a': 1}\n" in result["Log"]


def test_for_people_the_result_is_on_standard_output_and_the_log_on_standard_error(wxemu):
    done = wxemu("invoke", "ask")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"asked": {}})
    assert done.stderr.startswith("START RequestId: ")
    assert "\nasked {}\n" in done.stderr


def test_a_failure_shows_its_trace_and_is_exit_code_1(wxemu):
    failed = wxemu("invoke", "ask", "--data", '{"ask":"fail"}')
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.endswith("ValueError: no such question\n")
    explained = wxemu("explain", failed.stderr.split()[2])
    assert "function_failed: ValueError: no such question\n" in explained.stdout
    in_json = wxemu("invoke", "ask", "--data", '{"ask":"fail"}', "--json")
    assert (in_json.returncode, json.loads(in_json.stdout)["InvokeResult"]) == (1, 1)


def test_the_event_can_stand_in_a_file_or_come_on_standard_input(wxemu, tmp_path):
    (tmp_path / "event.json").write_text('{"from": "文件"}', encoding="utf-8")
    of_file = wxemu("invoke", "ask", "--data", f"@{tmp_path / 'event.json'}")
    of_input = wxemu("invoke", "ask", "--data", "-", given='{"from": "input"}')
    assert json.loads(of_file.stdout) == {"asked": {"from": "文件"}}
    assert json.loads(of_input.stdout) == {"asked": {"from": "input"}}


@pytest.mark.parametrize(
    ("sent", "told"), [("@nowhere.json", "'nowhere.json' cannot be read: No such file"), ("-", "got '-'")]
)
def test_an_event_that_cannot_be_read_is_a_usage_error(wxemu, sent, told):
    refused = wxemu("invoke", "ask", "--data", sent, given="[]")
    assert refused.returncode == 2
    assert told in refused.stderr


def test_another_caller_is_named_by_an_option(wxemu, running):
    openid = running.new_phone("none").openid

    def asked(*options):
        return json.loads(wxemu("invoke", "ask", *options).stdout)["asked"]

    assert asked("--as", openid) == {"userInfo": {"appId": "wx1234567890abcdef", "openId": openid}}
    assert asked("--anonymous") == {}
    assert asked("--timer")["Type"] == "Timer"


def test_two_callers_at_once_are_refused(wxemu):
    refused = wxemu("invoke", "ask", "--timer", "--anonymous")
    assert (refused.returncode, refused.stderr) == (1, "Error: as, anonymous, timer: expected one of them at most\n")


def test_logs_are_printed_in_the_order_in_which_they_ended(wxemu, alone):
    wxemu = partial(wxemu, of=alone)
    for number in (1, 2, 3):
        wxemu("invoke", "ask", "--data", f'{{"n":{number}}}')
    shown = wxemu("logs", "ask", "--limit", "2").stdout
    assert "'n': 1" not in shown
    assert 0 < shown.index("asked {'n': 2}") < shown.index("asked {'n': 3}")
    assert [json.loads(line)["function"] for line in wxemu("logs", "--json").stdout.splitlines()] == ["ask"] * 3
    assert wxemu("logs", "other").stdout == ""


def test_one_invocation_is_found_by_its_request_id(wxemu):
    request_id = json.loads(wxemu("invoke", "ask", "--json").stdout)["FunctionRequestId"]
    wxemu("invoke", "ask")
    assert json.loads(wxemu("logs", "--request-id", request_id, "--json").stdout)["requestId"] == request_id
    unknown = wxemu("logs", "--request-id", "nothing")
    assert unknown.returncode == 1
    assert unknown.stderr == (
        "Error: no invocation that was kept has the request id 'nothing'; `wxemu logs` shows the latest\n"
    )


def test_a_follower_sees_what_was_and_what_comes(wxemu, followed):
    before = json.loads(wxemu("invoke", "ask", "--json").stdout)
    follower = followed("--limit", "1")
    assert json.loads(follower.stdout.readline())["requestId"] == before["FunctionRequestId"]
    after = json.loads(wxemu("invoke", "ask", "--json").stdout)
    told = json.loads(follower.stdout.readline())
    assert (told["requestId"], told["log"]) == (after["FunctionRequestId"], after["Log"])


def test_a_follower_is_told_when_the_emulator_ends_which_ends_cleanly(alone, wxemu, followed):
    wxemu("invoke", "ask", of=alone)
    follower = followed(of=alone)
    follower.stdout.readline()
    code, words = alone.stop()
    _, told = follower.communicate(timeout=20)
    assert (follower.returncode, told) == (1, f"Error: the emulator at {alone.url} has ended\n")
    assert (code, words.count("\n")) == (0, 0)
    assert words.count("nothing is set for {{env.WXEMU_TEST_GREETING}}") == 1


def test_an_interrupt_is_the_way_to_end_a_follower(wxemu, followed):
    wxemu("invoke", "ask")
    follower = followed("--limit", "1")
    follower.stdout.readline()
    follower.send_signal(signal.SIGINT)
    _, told = follower.communicate(timeout=20)
    assert (follower.returncode, told) == (0, "")


def test_followers_that_leave_hold_no_place(running):
    with requests.Session() as session:
        session.trust_env = False

        def is_open():
            with session.get(f"{running.url}/emulator/v1/logs/stream", stream=True) as stream:
                return stream.status_code == 200

        for _ in range(60):  # more than may follow at one time
            # A place is free again at the stream's next heartbeat, when the server sees that its reader has left.
            while not is_open():
                time.sleep(0.05)


def test_a_refused_stream_is_told_like_anything_else(wxemu):
    refused = wxemu("logs", "--follow", "--appid", "wx0")
    assert refused.returncode == 1
    assert refused.stderr == "Error: no app has the appid 'wx0'; `wxemu app list` shows which there are\n"
