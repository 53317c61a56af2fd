"""The logs of invocations: kept, chosen, and streamed as they end."""

import gc
import json
import re

import pytest

from wxemu.core.http import streams

GREET = "def main(event, context):\n    print(event.get('say', 'hello'))\n    return event.get('number')\n"


@pytest.fixture
def project(project_of):
    return project_of(GREET, "greet", "part", keys="memorySize: 128")


@pytest.fixture
def invoke(control):
    return lambda name="greet", **members: control.post(f"functions/{name}/invocations", **members)["requestId"]


@pytest.fixture
def numbered(world, invoke):
    """Invocations whose results are their numbers; who made them."""

    def make(*numbers):
        return [invoke(event={"number": number}) for number in numbers]

    return make


@pytest.fixture
def follow(http):
    """Follow the logs; what is given are the streams' members, one a line, empty lines left out."""
    opened = []

    def begin(query=""):
        response = http.get(f"/emulator/v1/logs/stream{query}")
        opened.append(response)
        assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
        return (json.loads(chunk) for chunk in response.response if chunk.strip())

    yield begin
    for response in opened:
        response.close()


def test_a_log_has_the_platforms_lines_and_what_the_function_wrote(invoke, control):
    request_id = invoke(event={"number": 7})
    (kept,) = control.get("logs")["logs"]
    lines = kept.pop("log").splitlines()
    assert lines[0] == f"START RequestId: {request_id}"
    assert lines[-4:-1] == ["hello", f"Response RequestId:{request_id} RetMsg:7", f"END RequestId: {request_id}"]
    assert lines[-1].startswith(f"Report RequestId: {request_id} Duration:")
    assert kept.pop("durationMs") >= 0
    assert kept.pop("memoryBytes") >= 0
    assert kept == {"requestId": request_id, "env": "env-demo", "function": "greet", "at": 1_700_000_000, "ok": True}


def test_a_cold_start_is_reported_and_a_warm_one_is_not(invoke, control):
    cold, warm = invoke(), invoke()
    warm_log, cold_log = (kept["log"].splitlines() for kept in control.get("logs")["logs"])
    reported = re.fullmatch(
        rf"Init Report RequestId: {cold} Coldstart: (\d+)ms"
        r" \(PullCode: 0ms InitRuntime: (\d+)ms InitFunction: (\d+)ms\)"
        r" Memory: 128MB MemUsage: \d+\.\d\dMB",
        cold_log[1],
    )
    assert reported
    whole_ms, runtime_ms, function_ms = map(int, reported.groups())
    assert whole_ms == runtime_ms + function_ms
    assert warm_log[:2] == [f"START RequestId: {warm}", "hello"]


def test_the_newest_come_first_and_the_limit_counts(numbered, control):
    first, second, third = numbered(1, 2, 3)
    assert [kept["requestId"] for kept in control.get("logs")["logs"]] == [third, second, first]
    assert [kept["requestId"] for kept in control.get("logs?limit=1")["logs"]] == [third]
    assert control.get("logs?limit=0")["logs"] == []


def test_they_are_chosen_by_function_by_request_and_by_app(invoke, control):
    greeted, parted = invoke("greet"), invoke("part")

    def chosen(query):
        return [kept["requestId"] for kept in control.get(f"logs?{query}")["logs"]]

    assert chosen("function=greet") == [greeted]
    assert chosen(f"requestId={parted}") == [parted]
    assert chosen(f"requestId={parted}&function=greet") == []
    assert chosen("appid=wx1234567890abcdef") == [parted, greeted]
    assert chosen("appid=wxfedcba0987654321") == []


class TestStream:
    def test_it_tells_of_each_invocation_as_it_ends(self, follow, numbered):
        ended = follow()
        for number in (1, 2):
            (request_id,) = numbered(number)
            told = next(ended)
            assert (told["requestId"], told["function"]) == (request_id, "greet")
            assert f"RetMsg:{number}\n" in told["log"]

    def test_it_begins_with_as_many_as_are_wanted_in_the_order_of_their_ends(self, follow, numbered):
        _, second, third = numbered(1, 2, 3)
        ended = follow("?limit=2")
        assert [next(ended)["requestId"] for _ in range(2)] == [second, third]
        (fourth,) = numbered(4)
        assert next(ended)["requestId"] == fourth

    def test_without_a_limit_it_begins_now(self, follow, numbered):
        numbered(1, 2)
        ended = follow()
        (third,) = numbered(3)
        assert next(ended)["requestId"] == third

    def test_others_are_left_out(self, follow, invoke):
        ended = follow("?function=part")
        invoke("greet")
        parted = invoke("part")
        assert next(ended)["requestId"] == parted

    def test_it_goes_on_after_a_reset(self, follow, numbered, control):
        numbered(1, 2)
        ended = follow()
        control.post("state/reset")
        (third,) = numbered(3)
        assert next(ended)["requestId"] == third

    def test_it_writes_while_nothing_happens(self, http, monkeypatch):
        monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0)
        response = http.get("/emulator/v1/logs/stream")
        chunks = iter(response.response)
        assert [next(chunks) for _ in range(3)] == [b"\n"] * 3
        response.close()

    def test_it_holds_no_lock_while_it_waits(self, follow, http, numbered):
        ended = follow("?limit=1")
        numbered(1)
        next(ended)
        assert http.post("/emulator/v1/state/reset", json={}).status_code == 200

    def test_more_than_may_follow_are_refused_until_one_ends(self, http, monkeypatch):
        monkeypatch.setattr(streams, "MOST_FOLLOWERS", 1)
        first = http.get("/emulator/v1/logs/stream")
        refused = http.get("/emulator/v1/logs/stream")
        assert (refused.status_code, refused.json["error"]["message"]) == (
            429,
            "1 clients follow the logs already; end one of them",
        )
        first.close()
        del first
        gc.collect()
        assert http.get("/emulator/v1/logs/stream").status_code == 200

    def test_with_lines_each_comes_as_it_is_said_and_the_whole_log_after_its_last(self, follow, numbered):
        told = follow("?lines=true")
        (request_id,) = numbered(7)
        said = []
        while "line" in (document := next(told)):
            said.append(document)
        assert document["requestId"] == request_id
        assert document["log"] == "\n".join(line.pop("line") for line in said)
        assert said == [{"requestId": request_id, "env": "env-demo", "function": "greet"}] * len(said)

    def test_lines_hold_no_credential(self, follow, invoke):
        told = follow("?lines=true")
        invoke(event={"say": '{"session_key": "o0q0otL8aEzpcZL/FT9WsQ=="}'})
        assert '{"session_key": "***"}' in [next(told)["line"] for _ in range(5)]

    def test_lines_of_others_are_left_out(self, follow, invoke):
        told = follow("?lines=true&function=part")
        invoke("greet")
        parted = invoke("part")
        assert next(told)["requestId"] == parted
