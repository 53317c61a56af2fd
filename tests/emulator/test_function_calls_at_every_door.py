"""A function is the same whoever calls it; why it has no result is told at every door in the door's own codes."""

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from tencent_cloud import RefusedError

from wxemu.core.faults import FAILURES
from wxemu.explain.refusals import REASONS
from wxemu.scf.failures import TooManyCallsError
from wxemu.scf.runtime import Failure, Invocation, Runtime

FUNCTION = """
def main(event, context):
    if event.get("ask") == "fail":
        raise ValueError("no such question")
    return event.get("value", "ran")
"""
DOORS = ("phone", "gateway", "web", "HTTP API", "Invoke", "by hand")
RESULTS = [{"errCode": 0, "第": [1, None]}, None, [], "text", "", 0, False, {"code": "MINE"}, '{"not": "parsed"}']
TEXTS = ['字/\\"\0\u2028😀', "\ud800", "\ud83d \ude00"]


@dataclass(frozen=True)
class Refused:
    """What a caller is told who gets no result."""

    code: int | str
    text: str
    request_id: str | None


class Doors:
    """The ways to call a function; each returns the function's result, or what is told instead."""

    def __init__(self, http, new_phone, sdk, web_app, cloud):
        self.http, self.sdk, self.web_app, self.cloud = http, sdk, web_app, cloud
        self.phone_id = new_phone("none", openid="oAlice").phone_id
        self.token = web_app.log_in()["access_token"]

    def call(self, door, name="ask", event=None):
        return getattr(self, f"_{door.replace(' ', '_').lower()}")(name, event or {})

    def _phone(self, name, event):
        path = f"/phone/v1/phones/{self.phone_id}/callFunction"
        told = self.http.post(path, json={"name": name, "data": event}).json
        return told["result"] if "result" in told else Refused(told["errCode"], told["errMsg"], told.get("requestID"))

    def _gateway(self, name, event):
        told = self.sdk.call_function(name, event)
        return self._told(told)

    def _web(self, name, event):
        asked = {"function_name": name, "request_data": json.dumps(event), "access_token": self.token}
        told = self.web_app.cloud_api("functions.invokeFunction", **asked)
        return self._told(told)

    def _told(self, told):
        if "data" in told:
            return json.loads(told["data"]["response_data"])
        return Refused(told["code"], told["message"], told["requestId"])

    def _http_api(self, name, event):
        told = self.web_app.invoke(name, event, self.token)
        if told.status_code == 200:
            return told.json if told.is_json else told.text
        return Refused(f"{told.status_code} {told.json['code']}", told.json["message"], told.json["requestId"])

    def _invoke(self, name, event):
        try:
            told = self.cloud.invoke(name, event)
        except RefusedError as refused:
            return Refused(refused.code, refused.message, None)
        if told["InvokeResult"] == 0:
            return json.loads(told["RetMsg"])
        return self._failed(json.loads(told["ErrMsg"]))

    def _failed(self, failure):
        return Refused(failure["statusCode"], failure.get("stackTrace", failure["errorMessage"]), failure["requestId"])

    def _by_hand(self, name, event):
        answered = self.http.post(f"/emulator/v1/functions/{name}/invocations", json={"event": event})
        told = answered.json
        if answered.status_code != 200:
            return Refused(answered.status_code, told["error"]["message"], None)
        if told["ok"]:
            return told["result"]
        return self._failed(told["error"])


@pytest.fixture
def project(project_of):
    return project_of(FUNCTION)


@pytest.fixture
def doors(http, new_phone, sdk, web_app, cloud):
    return Doors(http, new_phone, sdk, web_app, cloud)


every_door = pytest.mark.parametrize("door", DOORS)


@every_door
def test_any_value_goes_there_and_back(doors, door):
    for value in [*RESULTS, *([text] for text in TEXTS)]:
        assert doors.call(door, event={"value": value}) == value
    assert doors.call(door) == "ran"


@every_door
@pytest.mark.parametrize("result", RESULTS[:6])
def test_a_programmed_result_stands_in_for_the_functions(doors, tenant, door, result):
    tenant.faults.next_answer(result, function="ask")
    assert [doors.call(door) for _ in range(2)] == [result, "ran"]


CODES = {
    # What SCF's status is told as, in the order of DOORS; the last two hand the status itself on.
    400: (-504002, "FUNCTIONS_EXECUTE_FAIL", "FUNCTION_PARAM_INVALID", "400 FUNCTION_PARAM_INVALID"),
    406: (-504002, "FUNCTIONS_EXECUTE_FAIL", "FUNCTION_PARAM_INVALID", "400 FUNCTION_PARAM_INVALID"),
    407: (-604001, "FUNCTIONS_EXECUTE_FAIL", "FUNCTIONS_EXECUTE_FAIL", "400 FUNCTION_INVOCATION_FAILED"),
    430: (-504002, "FUNCTIONS_EXECUTE_FAIL", "FUNCTIONS_EXECUTE_FAIL", "400 FUNCTION_INVOCATION_FAILED"),
    433: (
        *(-504003, "FUNCTION_TIME_LIMIT_EXCEEDED"),
        *("FUNCTION_TIME_LIMIT_EXCEEDED", "400 FUNCTION_TIME_LIMIT_EXCEEDED"),
    ),
    434: (
        *(-504002, "FUNCTION_MEMORY_LIMIT_EXCEEDED"),
        *("FUNCTION_MEMORY_LIMIT_EXCEEDED", "400 FUNCTION_MEMORY_LIMIT_EXCEEDED"),
    ),
    439: (-504002, "FUNCTIONS_EXECUTE_FAIL", "FUNCTIONS_EXECUTE_FAIL", "400 FUNCTION_INVOCATION_FAILED"),
    443: (-504002, "FUNCTIONS_EXECUTE_FAIL", "FUNCTIONS_EXECUTE_FAIL", "400 FUNCTION_INVOCATION_FAILED"),
}


def ends_at_once(invocation):
    """The steps of an invocation that waits for nothing."""
    yield from ()
    return invocation


@every_door
def test_a_failed_invocation_has_the_code_of_the_door_and_the_platforms_text(doors, monkeypatch, door):
    for status, codes in CODES.items():
        failure = Failure(status, -1, "what the platform says")
        request_id = f"request-of-{status}"
        ended = Invocation(request_id, None, failure, log="", duration_ms=1, is_cold=False)
        monkeypatch.setattr(Runtime, "invoking", lambda *_, ended=ended, **__: ends_at_once(ended))
        told = doors.call(door)
        assert told.code == (*codes, status, status)[DOORS.index(door)]
        assert "what the platform says" in told.text
        assert told.request_id == request_id


@every_door
def test_an_exception_is_told_with_its_trace(doors, door):
    told = doors.call(door, event={"ask": "fail"})
    assert told.code == (*CODES[430], 430, 430)[DOORS.index(door)]
    assert re.search(r'Traceback \(most recent.*"/var/user/index.py", line .*ValueError: no such', told.text, re.DOTALL)


FAULTS = {
    "timeout": (433, "Invoking task timed out after 5 seconds"),
    "memory": (434, "Task memory exceeded 256 MB"),
    "error": (430, "user code exception caught"),
    "exit": (439, "User process exit when running"),
}


@every_door
def test_a_fault_fails_as_the_function_itself_would(doors, tenant, door):
    assert FAULTS.keys() == set(FAILURES)
    for name, (status, text) in FAULTS.items():
        tenant.faults.add(function="ask", fail=name, times=1)
        told = doors.call(door)
        assert told.code == (*CODES[status], status, status)[DOORS.index(door)]
        assert text in told.text or name == "error"  # of which the trace is told
    assert doors.call(door) == "ran"


@pytest.mark.parametrize(
    ("door", "code", "text"),
    [
        ("phone", -501000, "errMsg: FunctionName parameter could not be found. "),
        ("gateway", "FUNCTION_NOT_FOUND", "FunctionName parameter could not be found."),
        ("web", "FUNCTION_NOT_FOUND", "Function not found: [nobody]"),
        ("HTTP API", "404 FUNCTION_NOT_FOUND", "Function not found: [nobody]"),
        ("Invoke", "ResourceNotFound.FunctionName", ""),
        ("by hand", 404, "the project declares no function 'nobody'; add it to cloudbaserc.yaml"),
    ],
)
def test_a_function_that_is_not_there_is_not_found_and_meets_no_fault(doors, tenant, door, code, text):
    tenant.faults.add(function="*", fail="exit", times=1)
    told = doors.call(door, "nobody")
    assert told.code == code
    assert text in told.text
    assert len(tenant.faults.waiting()) == 1


TOO_MANY = (
    *(-501004, "EXCEED_CONCURRENT_REQUEST_LIMIT", "FUNCTION_EXCEED_RESOURCE_LIMIT"),
    *("429 FUNCTION_EXCEED_RESOURCE_LIMIT", "RequestLimitExceeded", 429),
)


@pytest.mark.parametrize(("door", "code"), list(zip(DOORS, TOO_MANY, strict=True)))
def test_too_many_calls_at_one_time_are_refused(doors, monkeypatch, door, code):
    def refuse(*_, **__):
        raise TooManyCallsError

    monkeypatch.setattr(Runtime, "invoking", refuse)
    assert doors.call(door).code == code


def test_a_deployment_counts_the_calls_in_flight(world, serve, project, monkeypatch):
    monkeypatch.setattr("wxemu.scf.deployment.MAX_IN_FLIGHT", 0)
    refused = serve(world, project).post("/emulator/v1/functions/ask/invocations", json={})
    assert refused.status_code == 429


BROKEN = (-501001, "SYS_ERR", "FUNCTION_STATUS_ABNORMAL", "400 FUNCTION_STATUS_ABNORMAL", "FailedOperation", 500)


@pytest.mark.parametrize(("door", "code"), list(zip(DOORS, BROKEN, strict=True)))
def test_a_project_that_cannot_be_read_is_told(doors, project, door, code):
    (project / "cloudbaserc.yaml").write_text("envId: [")
    told = doors.call(door)
    assert told.code == code
    assert "cloudbaserc.yaml" in told.text


class TestFaultOfAFunction:
    @pytest.fixture
    def invoked(self, control):
        return lambda: control.post("functions/ask/invocations")

    def test_a_late_function_runs_all_the_same_and_a_late_failure_lasts_as_long(self, tenant, invoked, monkeypatch):
        waited = []
        monkeypatch.setattr("wxemu.core.faults.time", SimpleNamespace(sleep=waited.append))
        tenant.faults.add(function="ask", latency_ms=1500, times=1)
        assert (invoked()["result"], waited) == ("ran", [1.5])
        tenant.faults.add(function="ask", latency_ms=2500, fail="error")
        assert (invoked()["durationMs"], waited) == (2500, [1.5, 2.5])

    def test_the_log_says_that_the_function_did_not_run_and_the_trace_is_its_handlers(self, tenant, invoked, control):
        fault = tenant.faults.add(function="ask", fail="error")
        told = f"wxemu: fault {fault.number} stands in for the function, which did not run"
        done = invoked()
        assert told in done["log"]
        assert told in control.get("logs")["logs"][0]["log"]
        assert 'File "/var/user/index.py", line 1, in main' in done["error"]["stackTrace"]

    def test_only_calls_of_its_function_and_app_meet_it(self, tenant, other_tenant, invoked, wechat):
        tenant.faults.add(function="other", fail="exit")
        other_tenant.faults.add(function="ask", fail="exit")
        tenant.faults.add(api="*", errcode=-1)
        assert invoked()["ok"]
        tenant.faults.add(function="*", fail="exit")
        assert not invoked()["ok"]
        assert wechat.stable_token().errcode == -1


def latest(http):
    return http.get("/emulator/v1/exchanges?limit=1").json["exchanges"][0]


@pytest.mark.parametrize("door", DOORS[:-1])  # a call by hand is no exchange
@pytest.mark.parametrize("reason", REASONS)
def test_a_refused_confirmation_is_explained_by_its_reason(doors, http, door, reason):
    event = {"value": {"errCode": 0, "isOk": False, "reason": reason}, "jsonString": '{"raw": "c-1"}'}
    assert doors.call(door, event=event) == event["value"]
    exchange = latest(http)
    explained = http.get(f"/emulator/v1/exchanges/{exchange['rid']}/explanation").json
    assert exchange["outcome"] == f"is_ok false, {reason}"
    assert explained["causes"] == [reason]


@pytest.mark.parametrize(
    "value",
    [
        {"isOk": False, "reason": "out of tea"},
        {"isOk": False, "reason": {"challenge_used": 1}},
        {"isOk": True, "reason": "challenge_used"},
        "challenge_used",
    ],
)
def test_a_reason_of_another_kind_is_none_of_a_confirmations(doors, http, value):
    doors.call("phone", event={"value": value})
    assert http.get(f"/emulator/v1/exchanges/{latest(http)['rid']}/explanation").json["causes"] == []


def test_a_challenge_that_came_too_late_is_told_with_its_issue(doors, http):
    doors.call("phone", event={"value": {"challenge": "c-1"}, "purpose": "pay"})
    issued = latest(http)["rid"]
    doors.call("phone", event={"value": {"isOk": False, "reason": "challenge_expired"}, "jsonString": '{"raw": "c-1"}'})
    explained = http.get(f"/emulator/v1/exchanges/{latest(http)['rid']}/explanation").json
    told = explained["findings"][0]["result"]
    assert told == f"raw is 'c-1', issued at 2023-11-14 22:13:20 UTC for 'pay' (rid {issued})"
