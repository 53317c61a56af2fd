"""Functions that fail on purpose, or answer what was programmed, whoever calls them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from wxemu.core.faults import FAILURES
from wxemu.scf.stand_in import _FAILURES

FUNCTION = "def main(event, context):\n    return 'ran'\n"
REPLY = {"errCode": 0, "第": [1, None]}
DEVICE = {"X-Device-Id": "device-of-alice-1"}


@pytest.fixture
def http(world, serve, project_of):
    return serve(world, project_of(FUNCTION))


@pytest.fixture
def add(control):
    return lambda **members: control.post("faults", **{"function": "ask", **members})


@pytest.fixture
def invoked(control):
    """Invoke it by hand."""
    return lambda: control.post("functions/ask/invocations")


@pytest.fixture
def from_phone(new_phone):
    return lambda: new_phone("none", openid="oAlice").do("callFunction", name="ask", data={})


@pytest.fixture
def from_web_app(http):
    """Over the functions' HTTP API."""

    def call():
        log_in = "/auth/v1/signin/anonymously?client_id=env-demo"
        token = http.post(log_in, json={}, headers=DEVICE).json["access_token"]
        return http.post("/v1/functions/ask", json={}, headers={"Authorization": f"Bearer {token}"})

    return call


@pytest.mark.parametrize(
    ("name", "status", "message"),
    [
        ("timeout", 433, "Invoking task timed out after 5 seconds"),
        ("memory", 434, "Task memory exceeded 256 MB"),
        ("error", 430, "user code exception caught"),
        ("exit", 439, "User process exit when running"),
    ],
)
def test_it_fails_as_the_platform_tells_it(add, invoked, name, status, message):
    add(fail=name)
    done = invoked()
    assert (done["ok"], done["error"]["statusCode"], done["error"]["errorMessage"]) == (False, status, message)


def test_there_is_a_failure_for_every_name():
    assert tuple(_FAILURES) == FAILURES


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("timeout", (-504003, "FUNCTION_TIME_LIMIT_EXCEEDED")),
        ("memory", (-504002, "FUNCTION_MEMORY_LIMIT_EXCEEDED")),
        ("error", (-504002, "FUNCTION_INVOCATION_FAILED")),
        ("exit", (-504002, "FUNCTION_INVOCATION_FAILED")),
    ],
)
def test_every_caller_is_told_in_its_own_codes(add, from_phone, from_web_app, name, codes):
    add(fail=name)
    assert (from_phone()["errCode"], from_web_app().json["code"]) == codes


@pytest.mark.parametrize("result", [REPLY, None, [], "text", 0])
def test_a_programmed_result_stands_in_for_the_functions(add, invoked, from_phone, result):
    add(reply=result, times=2)
    assert invoked()["result"] == result
    assert from_phone()["result"] == result
    assert invoked()["result"] == "ran"


def test_a_web_app_gets_a_programmed_result_as_it_gets_any(add, from_web_app):
    add(reply=REPLY, times=1)
    assert from_web_app().json == REPLY
    assert from_web_app().text == "ran"


def test_a_late_function_runs_all_the_same(add, invoked, monkeypatch):
    waited = []
    monkeypatch.setattr("wxemu.core.faults.time", SimpleNamespace(sleep=waited.append))
    add(latencyMs=1500)
    assert invoked()["result"] == "ran"
    assert waited == [1.5]


def test_a_late_failure_lasts_as_long(add, invoked, monkeypatch):
    monkeypatch.setattr("wxemu.core.faults.time", SimpleNamespace(sleep=lambda seconds: None))
    add(latencyMs=1500, fail="error")
    assert invoked()["durationMs"] == 1500


def test_the_log_says_that_the_function_did_not_run(add, invoked, control):
    fault = add(fail="error")
    told = f"wxemu: fault {fault['id']} stands in for the function, which did not run"
    assert told in invoked()["log"]
    assert told in control.get("logs")["logs"][0]["log"]


def test_a_trace_is_that_of_its_handler(add, invoked):
    add(fail="error")
    assert 'File "/var/user/index.py", line 1, in main' in invoked()["error"]["stackTrace"]


def test_only_calls_of_its_function_and_app_meet_it(add, invoked, other_tenant):
    add(function="other", fail="exit")
    add(fail="exit", appid=other_tenant.appid)
    assert invoked()["ok"]


def test_any_function_meets_one_for_all(add, invoked):
    add(function="*", fail="exit")
    assert not invoked()["ok"]


def test_openapis_and_functions_do_not_meet_each_others_faults(add, invoked, control, wechat):
    control.post("faults", api="*", errcode=-1)
    assert invoked()["ok"]
    add(function="*", fail="exit")
    assert wechat.stable_token().errcode == -1


def test_a_function_that_is_not_deployed_uses_up_no_fault(add, http, control):
    add(function="*", fail="exit", times=1)
    assert http.post("/emulator/v1/functions/nobody/invocations", json={}).status_code == 404
    assert len(control.get("faults")["faults"]) == 1
