"""wx.cloud.callFunction on a phone: what `success` or `fail` gets."""

import os
import re

import pytest

from wxemu.core.steps import POSTPONE, Decision, Ready
from wxemu.scf.watches import UnwatchableError, Watch

RESULT_LIMIT = 1024 * 1024
FUNCTION = """
import json

def main(event, context):
    asked = event["ask"]
    if asked == "echo":
        return event
    if asked == "environment":
        return json.loads(context["environment"])
    if asked == "grow":
        return "x" * event["length"]
    raise ValueError("no such question")
"""


@pytest.fixture
def project(project_of):
    return project_of(FUNCTION)


@pytest.fixture
def phone(new_phone):
    return new_phone("none", openid="oAlice")


@pytest.fixture
def ask(phone):
    return lambda question, **data: phone.do("callFunction", name="ask", data={"ask": question, **data})


def _is_failure(answered, code, text):
    assert answered["errCode"] == code
    form = rf"cloud\.callFunction:fail Error: errCode: {code}{text} \(callId: \d+-0\.\d+\)"
    return re.fullmatch(form, answered["errMsg"], re.DOTALL)


def test_the_function_answers_with_a_request_id(ask):
    answered = ask("echo", data="order-1")
    assert answered["errMsg"] == "cloud.callFunction:ok"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", answered["requestID"])
    assert answered["result"]["data"] == "order-1"


def test_the_platform_says_who_calls_whatever_the_caller_says(ask):
    user = {"appId": "wx1234567890abcdef", "openId": "oAlice"}
    assert ask("echo", userInfo={"appId": "wx", "openId": "oBob"})["result"]["userInfo"] == user
    environment = ask("environment")["result"]
    told = {name: environment[name] for name in ("WX_OPENID", "WX_UNIONID", "WX_APPID", "TCB_ENV")}
    assert told == {
        "WX_OPENID": "oAlice",
        "WX_UNIONID": "uAlice",
        "WX_APPID": "wx1234567890abcdef",
        "TCB_ENV": "env-demo",
    }


def test_an_exception_is_told_with_its_trace(ask):
    answered = ask("fail")
    text = r" functions execute fail \| errMsg: Traceback .*ValueError: no such question"
    assert _is_failure(answered, -504002, text)
    assert answered["requestID"]


def test_a_result_of_one_megabyte_passes_and_a_longer_one_does_not(ask):
    assert ask("grow", length=RESULT_LIMIT - 2)["errMsg"] == "cloud.callFunction:ok"
    answered = ask("grow", length=RESULT_LIMIT - 1)
    text = r" cloudfunction result size exceed limit \(1MB\) \| errMsg: result size exceed limit"
    assert _is_failure(answered, -604001, text)


def test_a_call_keeps_the_session_alive(ask, wechat, clock):
    for _ in range(4):
        clock.advance(2 * 24 * 3600)
        ask("echo")
    assert wechat.check_session("oAlice", "o0q0otL8aEzpcZL/FT9WsQ==").is_success


class TestServerCall:
    def test_the_functions_are_listed(self, control):
        assert control.get("functions")["functions"] == [
            {
                "name": "ask",
                "runtime": "Python3.11",
                "handler": "index.main",
                "timeout": 5,
                "memorySize": 256,
                "type": "Event",
                "path": "/ask",
                "triggers": [],
                "openapi": [],
                "problem": None,
            }
        ]


def old_failure(code, text, request_id=""):
    served = f"requestID {request_id}, cloud function service error code {code}, error message {text}"
    return f"cloud.callFunction:fail {served}; at cloud.callFunction api;"


class TestOlderBaseLibrary:
    """Before 2.30.1 a failure has one errCode, and the service's own in its text."""

    def test_a_function_that_failed(self, phone):
        answered = phone.do("callFunction", name="ask", data={"ask": "fail"}, baseLibrary="2.10.0")
        assert answered["errCode"] == -404011
        head, tail = old_failure(-504002, "*", answered["requestID"]).split("*")
        assert answered["errMsg"].startswith(head)
        assert answered["errMsg"].endswith(f"ValueError: no such question{tail}")

    def test_a_function_that_is_not_there(self, phone):
        answered = phone.do("callFunction", name="nobody", baseLibrary="2.30.0")
        assert answered == {"errCode": -404011, "errMsg": old_failure(-504002, "Function not found: [nobody]")}

    def test_an_environment_that_is_not_there(self, phone):
        answered = phone.do("callFunction", name="ask", env="env-nobody", baseLibrary="1.9.90")
        assert answered == {"errCode": -404011, "errMsg": old_failure(-501000, "[100004] env not exists")}

    def test_from_2_30_1_on_the_form_is_the_newer_one(self, phone):
        answered = phone.do("callFunction", name="nobody", baseLibrary="2.30.1")
        assert answered["errCode"] == -501000


class TestEnvironment:
    def test_it_may_be_named(self, phone):
        answered = phone.do("callFunction", name="ask", data={"ask": "echo"}, env="env-demo")
        assert answered["errMsg"] == "cloud.callFunction:ok"

    def test_another_one_is_not_found(self, phone):
        answered = phone.do("callFunction", name="ask", env="env-other")
        assert _is_failure(answered, -501000, r" \| errMsg: Environment not found")


class TestCloudIDs:
    def test_the_function_gets_the_data_behind_it(self, phone):
        cloud_id = phone.do("cloudID", data={"step": 9103})["cloudID"]
        data = {"ask": "echo", "weRunData": cloud_id, "other": cloud_id}
        event = phone.do("callFunction", name="ask", data=data, cloudIDs=["weRunData"])["result"]
        assert event["weRunData"]["cloudID"] == cloud_id
        assert event["weRunData"]["data"]["step"] == 9103
        assert event["other"] == cloud_id

    def test_one_that_buys_nothing_is_replaced_by_the_reason(self, phone):
        data = {"ask": "echo", "weRunData": "10_nobody"}
        event = phone.do("callFunction", name="ask", data=data, cloudIDs=["weRunData"])["result"]
        assert event["weRunData"] == {"cloudID": "10_nobody", "errCode": -601005, "errMsg": "invalid cloudID."}

    def test_another_user_s_is_refused(self, phone, new_phone):
        cloud_id = new_phone("none", openid="oBob").do("cloudID")["cloudID"]
        data = {"ask": "echo", "weRunData": cloud_id}
        event = phone.do("callFunction", name="ask", data=data, cloudIDs=["weRunData"])["result"]
        assert event["weRunData"]["errCode"] == -601007

    def test_no_more_than_five_are_replaced(self, phone):
        names = [f"data{number}" for number in range(6)]
        data = {"ask": "echo", **dict.fromkeys(names, "10_nobody")}
        event = phone.do("callFunction", name="ask", data=data, cloudIDs=names)["result"]
        assert [isinstance(event[name], dict) for name in names] == [True] * 5 + [False]

    def test_a_member_that_is_not_there_is_no_fault(self, phone):
        answered = phone.do("callFunction", name="ask", data={"ask": "echo"}, cloudIDs=["weRunData"])
        assert "weRunData" not in answered["result"]


@pytest.mark.parametrize(
    ("members", "outcome"),
    [
        ({"ask": "echo"}, ("ok", False)),
        ({"ask": "echo", "errCode": -1}, ("-1", True)),
        ({"ask": "echo", "errCode": 0, "isOk": False}, ("is_ok false", True)),
        ({"ask": "fail"}, ("-504002", True)),
    ],
)
def test_the_journal_says_what_came_of_it(phone, control, members, outcome):
    phone.do("callFunction", name="ask", data=members)
    kept = control.exchanges[0]
    assert (kept["outcome"], kept["is_failure"]) == outcome


@pytest.fixture
def steps_of(http, phone):
    """The steps of a call of `ask`, each as the kind of what it wants."""

    def take():
        postponed = []
        before = POSTPONE.set(postponed.append)
        try:
            http.post(f"/phone/v1/phones/{phone.phone_id}/callFunction", json={"name": "ask", "data": {"ask": "echo"}})
        finally:
            POSTPONE.reset(before)
        kinds, steps = [], postponed[0].steps
        try:
            wanted = next(steps)
            while True:
                kinds.append(type(wanted))
                wanted = steps.send(wanted())
        except StopIteration:
            return kinds

    return take


def test_a_warm_call_waits_for_nothing_but_its_function_until_a_file_is_saved(ask, steps_of, project):
    try:
        Watch([str(project)])
    except UnwatchableError:
        pytest.skip("the file system of temporary files is not watched")
    file = project / "functions" / "ask" / "index.py"
    os.utime(file.parent, (1, 1))
    for _ in range(4):
        ask("echo")
    assert list(dict.fromkeys(steps_of())) == [Decision, Ready]
    file.write_text(f"{FUNCTION}\n")
    assert set(steps_of()) > {Decision, Ready}
