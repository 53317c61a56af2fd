"""Adding faults, looking at them, taking them away."""

from __future__ import annotations

import pytest

from wxemu.core.faults import FaultRequest
from wxemu.documents import openapi

MEMBERS = FaultRequest.__annotations__
API = {"api": "soter.verifySignature"}
FUNCTION = {"function": "ask"}


def test_there_are_none_at_first(control):
    assert control.get("faults") == {"faults": []}


def test_a_fault_is_shown_as_it_was_asked_for(control):
    fault = control.post("faults", **API, errcode=-1, latencyMs=300, times=2, probability=0.1)
    shown = {**API, "errcode": -1, "latencyMs": 300, "times": 2, "probability": 0.1, "hits": 0}
    assert fault == {"id": fault["id"], **shown}
    assert control.get("faults") == {"faults": [fault]}


def test_a_null_is_as_good_as_nothing(control):
    fault = control.post("faults", **API, errcode=-1, errmsg=None, times=None, status=None)
    assert (fault["times"], "errmsg" in fault) == (None, False)


@pytest.mark.parametrize("result", [None, 0, "text", [1], {"é": "\ud83d"}])
def test_a_function_may_be_given_any_result(control, result):
    assert control.post("faults", **FUNCTION, reply=result)["reply"] == result


def test_one_is_taken_away(control, http):
    first, second = (control.post("faults", **API, errcode=errcode)["id"] for errcode in (-1, 45009))
    assert http.delete(f"/emulator/v1/faults/{first}").json == {"removed": 1}
    assert [fault["id"] for fault in control.get("faults")["faults"]] == [second]


def test_taking_away_what_is_not_there_is_told(http):
    answered = http.delete("/emulator/v1/faults/7")
    told = "there is no fault 7; one that was met as often as it should be is gone"
    assert (answered.status_code, answered.json["error"]["message"]) == (404, told)


@pytest.mark.parametrize("number", ["-1", "x", "9" * 30])
def test_what_is_no_number_of_a_fault_is_not_found(http, number):
    assert http.delete(f"/emulator/v1/faults/{number}").status_code in (404, 405)


def test_those_of_one_app_are_shown_and_taken_away_without_the_others(control, http, tenant, other_tenant):
    for members in ({"appid": tenant.appid}, {"appid": other_tenant.appid}, {}):
        control.post("faults", **API, errcode=-1, **members)
    assert len(control.get(f"faults?appid={tenant.appid}")["faults"]) == 1
    assert http.delete(f"/emulator/v1/faults?appid={tenant.appid}").json == {"removed": 1}
    kept = [fault.get("appid") for fault in control.get("faults")["faults"]]
    assert kept == [other_tenant.appid, None]
    assert http.delete("/emulator/v1/faults").json == {"removed": 2}


def test_a_reset_forgets_them(control):
    control.post("faults", **API, errcode=-1)
    control.post("state/reset")
    assert control.get("faults") == {"faults": []}


NAMES = (
    "api: expected * or one of auth.getAccessToken, auth.getStableAccessToken, auth.code2Session, "
    "auth.checkSessionKey, auth.resetUserSessionKey, soter.verifySignature, openApi.getRidInfo, got 'verifySignature'"
)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"errcode": -1}, "expected api or function, got neither"),
        ({**API, **FUNCTION, "errcode": -1}, "expected api or function, got both"),
        ({"api": "verifySignature", "errcode": -1}, NAMES),
        ({**API, "appid": "wx0", "errcode": -1}, "appid: no app has the appid 'wx0'"),
        (API, "expected an effect, got none; name errcode, reply, status, abort or a latency"),
        (FUNCTION, "expected an effect, got none; name fail, reply or a latency"),
        ({**API, "errcode": -1, "abort": True}, "expected one effect, got errcode and abort"),
        ({**API, "reply": {}, "status": 502}, "expected one effect, got reply and status"),
        ({**FUNCTION, "reply": {}, "fail": "exit"}, "expected one effect, got reply and fail"),
        ({**API, "fail": "timeout"}, "fail: a fault of an openapi takes errcode, reply, status, abort or a latency"),
        ({**FUNCTION, "errcode": -1}, "errcode: a fault of a function takes fail, reply or a latency"),
        ({**FUNCTION, "abort": True}, "abort: a fault of a function takes fail, reply or a latency"),
        ({**FUNCTION, "status": 502}, "status: a fault of a function takes fail, reply or a latency"),
        ({**FUNCTION, "fail": "exit", "errmsg": "x"}, "errmsg and body: a fault of a function takes neither"),
        ({**FUNCTION, "fail": "exit", "body": "x"}, "errmsg and body: a fault of a function takes neither"),
        ({**FUNCTION, "fail": "boom"}, "fail: expected one of timeout, memory, error, exit, got 'boom'"),
        ({**API, "errcode": 0}, "errcode: 0 is no failure; for a success of your own name a reply"),
        ({**API, "errcode": 12345}, "errmsg: 12345 is not in the table of errors, so it needs a text"),
        ({**API, "errmsg": "x", "abort": True}, "errmsg: expected an errcode with it"),
        (
            {**API, "errcode": -604101, "errmsg": "x"},
            "errmsg: -604101 is the gateway's, which has its own text to it",
        ),
        (
            {"api": "auth.code2Session", "errcode": -501003},
            "errcode: -501003 is the gateway's, and auth.code2Session is not to be had by cloud call",
        ),
        ({**API, "reply": [1]}, "reply: expected an object, as every openapi's reply is, got [1]"),
        ({**API, "reply": None}, "reply: expected an object, as every openapi's reply is, got null"),
        ({**API, "abort": True, "body": "x"}, "body: expected a status with it"),
        ({**API, "status": 199}, "status: expected 200 to 599, got 199"),
        ({**API, "status": 600}, "status: expected 200 to 599, got 600"),
        ({**API, "latencyMs": -1}, "latencyMs: expected 0 to 600000 milliseconds, got -1"),
        ({**API, "latencyMs": 600_001}, "latencyMs: expected 0 to 600000 milliseconds, got 600001"),
        ({**API, "errcode": -1, "times": 0}, "times: expected 1 to 1000000000, got 0"),
        ({**API, "errcode": -1, "times": 10**30}, f"times: expected 1 to 1000000000, got {10**30}"),
        ({**API, "errcode": 10**30, "errmsg": "x"}, f"errcode: expected -1000000000 to 1000000000, got {10**30}"),
        ({**API, "errcode": -1, "probability": 0}, "probability: expected more than 0 and up to 1, got 0"),
        ({**API, "errcode": -1, "probability": 1.1}, "probability: expected more than 0 and up to 1, got 1.1"),
        ({**API, "errcode": "-1"}, "errcode: expected a whole number, got '-1'"),
        ({**API, "errcode": True}, "errcode: expected a whole number, got True"),
        ({**API, "errcode": -1, "times": 1.5}, "times: expected a whole number, got 1.5"),
        ({**API, "abort": 1}, "abort: expected true or false, got 1"),
        ({**API, "errcode": -1, "errmsg": "\ud83d"}, "errmsg: expected text, got a lone surrogate in it"),
        ({"api": 1}, "api: expected a string, got int"),
        ({**API, "latency": 300}, f"latency: a fault has no such member; there are {', '.join(MEMBERS)}"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_and_told_why(http, control, members, told):
    answered = http.post("/emulator/v1/faults", json=members)
    assert (answered.status_code, answered.json["error"]["message"]) == (400, told)
    assert control.get("faults") == {"faults": []}


def test_a_number_that_json_cannot_tell_again_is_refused(http):
    answered = http.post("/emulator/v1/faults", data='{"api": "*", "reply": {"a": 1e400}}')
    told = "reply: expected JSON that is not nested so deeply, with numbers that are finite"
    assert (answered.status_code, answered.json["error"]["message"]) == (400, told)


def test_a_reply_of_any_depth_is_refused_or_given(http, control):
    for depth in range(700, 1000, 10):
        nested = "[" * depth + "]" * depth
        fault = f'{{"api": "auth.code2Session", "reply": {{"a": {nested}}}, "times": 1}}'
        added = http.post("/emulator/v1/faults", data=fault)
        assert added.status_code in (200, 400)
        if added.status_code == 200:
            assert len(control.get("faults")["faults"]) == 1
            assert http.get("/sns/jscode2session").text == f'{{"a":{nested}}}'


def test_the_openapi_document_lists_every_member():
    schema = openapi()["paths"]["/emulator/v1/faults"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert list(schema["properties"]) == list(MEMBERS)
