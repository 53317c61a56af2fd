"""Adding faults, looking at them, taking them away."""

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
def test_a_function_may_be_given_any_result(http, result):
    assert http.post("/emulator/v1/faults", json={**FUNCTION, "reply": result}).json["reply"] == result


def test_one_is_taken_away(control, http):
    first, second = (control.post("faults", **API, errcode=errcode)["id"] for errcode in (-1, 45009))
    assert http.delete(f"/emulator/v1/faults/{first}").json == {"removed": 1}
    assert [fault["id"] for fault in control.get("faults")["faults"]] == [second]


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


def test_a_reply_of_any_depth_is_refused_or_given(http, control):
    for depth in (400, *range(700, 1000, 10), 5_000):
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


def test_no_number_is_given_twice(control, http):
    first = control.post("faults", **API, errcode=-1)["id"]
    http.delete(f"/emulator/v1/faults/{first}")
    assert control.post("faults", **API, errcode=-1)["id"] > first
