"""Invocations that are watched while they run, and the instances that they run in."""

import json
import socket
from itertools import islice

import pytest

ASK = """
import socket

def main(event, context):
    print("asked", flush=True)
    if "meet" in event:
        socket.create_connection(("127.0.0.1", event["meet"])).recv(1)
    if event.get("ask") == "fail":
        raise ValueError("no such question")
    return event
"""
PATH = "/emulator/v1/functions/ask/invocations"


@pytest.fixture
def project(project_of):
    return project_of(ASK)


@pytest.fixture
def watch(http):
    """Invoke, and read on as it goes: documents, those that are nothing left out."""
    opened = []

    def begin(**members):
        response = http.post(PATH, json=members)
        opened.append(response)
        assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
        return (json.loads(chunk) for chunk in response.response if chunk.strip())

    yield begin
    for response in opened:
        response.close()


def test_a_watched_invocation_tells_its_log_line_by_line_and_its_outcome_last(watch, control):
    *lines, outcome = watch(event={"a": 1}, stream=True)
    unwatched = control.post("functions/ask/invocations", event={"a": 1})
    assert "\n".join(line["line"] for line in lines) == outcome["scfResult"]["Log"]
    assert outcome.keys() == unwatched.keys()
    assert (outcome["ok"], outcome["result"]) == (True, {"a": 1})


def test_a_failed_one_ends_with_its_error(watch):
    *_, outcome = watch(event={"ask": "fail"}, stream=True)
    assert (outcome["ok"], outcome["error"]["statusCode"]) == (False, 430)


def test_a_line_is_told_before_the_function_goes_on(watch):
    with socket.create_server(("127.0.0.1", 0)) as gate:
        told = watch(event={"meet": gate.getsockname()[1]}, stream=True)
        assert [next(told)["line"].split(" RequestId")[0] for _ in range(3)] == ["START", "Init Report", "asked"]
        gate.accept()[0].close()
        assert list(told)[-1]["ok"]


@pytest.mark.slow
def test_where_a_debugger_can_attach_is_told_in_the_words_of_an_editor(watch, tmp_path):
    told = watch(event={}, debugPort=0)
    debugger = next(told)["debugger"]
    assert debugger["connect"]["host"] == "127.0.0.1"
    socket.create_connection(("127.0.0.1", debugger["connect"]["port"])).close()
    assert debugger["pathMappings"][0]["localRoot"] == str(tmp_path / "functions/ask")


@pytest.mark.slow
def test_an_invocation_that_waits_for_a_debugger_ends_with_its_caller(http):
    waiting = http.post(PATH, json={"event": {}, "debugPort": 0})
    assert b"debugger" in next(iter(waiting.response))
    waiting.close()
    ended = http.get("/emulator/v1/logs/stream?limit=1")
    (kept,) = islice((json.loads(chunk) for chunk in islice(ended.response, 20) if chunk.strip()), 1)
    assert '"errorMessage":"User process exit when running"' in kept["log"]
    ended.close()


@pytest.mark.slow
def test_a_port_that_is_taken_is_refused(http):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        response = http.post(PATH, json={"debugPort": taken.getsockname()[1]})
    assert response.status_code == 409
    assert response.json["error"]["message"].endswith("Address already in use; name another port")


def test_instances_are_listed_with_what_they_do_and_hold(control, tenant):
    assert control.get("instances") == {"instances": []}
    control.post("functions/ask/invocations", event={})
    control.post("functions/ask/invocations", event={})
    (instance,) = control.get("instances")["instances"]
    assert instance.pop("process") > 0
    assert instance.pop("sinceSeconds") >= 0
    assert instance.pop("memoryBytes") > 1 << 20
    assert instance.pop("coldStartMs") > 0
    assert instance == {"function": "ask", "appid": tenant.appid, "env": "env-demo", "state": "idle", "invocations": 2}
