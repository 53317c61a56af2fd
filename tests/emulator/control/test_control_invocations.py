"""Invoking a function by hand: as a server, a user, a visitor of a web app, or a timer."""

import json

import pytest

from wxemu.scf.catalogue import SET_HERE

ASK = """
import json

def main(event, context):
    if event.get("ask") == "fail":
        raise ValueError("no such question")
    return {"event": event, "environment": json.loads(context["environment"])}
"""


@pytest.fixture
def project(project_of):
    return project_of(ASK, keys='timeout: 5, triggers: [{name: nightly, type: timer, config: "0 0 2 * * * *"}]')


@pytest.fixture
def told(control):
    """What the function was told: its event and its environment."""

    def ask(**members):
        result = control.post("functions/ask/invocations", **members)["result"]
        return result["event"], result["environment"]

    return ask


def of_platform(environment):
    return {name for name in environment if name.startswith(("WX_", "TCB_", "TRIGGER_"))} - {
        "WX_APPID",
        "WX_SECRET",
        "WX_API_BASE",
        "TCB_CONTEXT_CNFG",
    }


def test_what_need_not_be_set_is_set(control):
    assert set(control.post("environments")["env"]) >= SET_HERE


def test_a_server_calls_without_anybody(told):
    event, environment = told(event={"userInfo": {"openId": "oBob"}})
    assert event == {"userInfo": {"openId": "oBob"}}
    assert of_platform(environment) == set()


def test_a_user_calls_as_from_a_mini_program(told):
    event, environment = told(event={"a": 1, "userInfo": {"openId": "oBob"}}, **{"as": "oAlice"})
    assert event == {"a": 1, "userInfo": {"appId": "wx1234567890abcdef", "openId": "oAlice"}}
    assert (environment["WX_OPENID"], environment["WX_UNIONID"]) == ("oAlice", "uAlice")
    assert (environment["TRIGGER_SRC"], environment["TCB_SOURCE"]) == ("tcb", "wx_client")
    assert environment["WX_API_TOKEN"]


def test_a_users_call_keeps_the_session_alive(told, wechat, clock):
    for _ in range(4):
        clock.advance(2 * 24 * 3600)
        told(**{"as": "oAlice"})
    assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").is_success


def test_a_visitor_of_a_web_app_has_a_uuid_and_no_openid(told):
    event, environment = told(event={"userInfo": {"openId": "oBob"}}, anonymous=True)
    assert event == {}
    assert environment["TCB_ISANONYMOUS_USER"] == "true"
    assert (environment["TRIGGER_SRC"], environment["TCB_SOURCE"]) == ("tcb", "web_client")
    assert not {"WX_OPENID", "WX_API_TOKEN"} & of_platform(environment)
    assert told(anonymous=True)[1]["TCB_UUID"] == environment["TCB_UUID"]


def test_a_refused_invocation_leaves_no_visitor_behind(http, world):
    asked = {"event": {}, "anonymous": True}
    assert http.post("/emulator/v1/functions/nothing/invocations", json=asked).status_code == 404
    assert world.store.rows("SELECT * FROM web_users") == []


def test_the_declared_timer_sends_its_own_event_and_may_make_cloud_calls(told):
    event, environment = told(timer=True)
    assert event == {"Type": "Timer", "TriggerName": "nightly", "Time": "2023-11-14T22:13:20Z", "Message": ""}
    assert environment["TRIGGER_SRC"] == "timer"
    assert environment["WX_TRIGGER_API_TOKEN_V0"]
    assert environment["WX_CONTEXT_KEYS"] == "WX_TRIGGER_API_TOKEN_V0"
    assert not {"WX_OPENID", "WX_API_TOKEN", "TCB_UUID", "TCB_SOURCE"} & of_platform(environment)


def test_the_outcome_is_shown_as_scf_answers_it_too(control):
    answered = control.post("functions/ask/invocations", event={})
    result = answered["scfResult"]
    assert json.loads(result["RetMsg"]) == answered["result"]
    assert (result["FunctionRequestId"], result["InvokeResult"], result["ErrMsg"]) == (answered["requestId"], 0, "")
    assert result["Log"].startswith(f"START RequestId: {answered['requestId']}\n")
    assert 0 < result["Duration"] <= result["BillDuration"]


def test_a_failure_is_shown_as_scf_answers_it_too(control):
    answered = control.post("functions/ask/invocations", event={"ask": "fail"})
    result = answered["scfResult"]
    assert json.loads(result["ErrMsg"]) == answered["error"]
    assert (result["RetMsg"], result["InvokeResult"]) == ("", 1)
