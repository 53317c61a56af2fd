"""A cloud call that meets a fault, in protobuf as wx-server-sdk sends it and in JSON as Python does."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from wxemu.cloudbase.admin.errors import OVERLOAD_CODES
from wxemu.cloudbase.admin.openapi_pb2 import CommApiData, CommOpenApiResp
from wxemu.wechat.errors import CLOUD_CALL_REFUSALS, OVERLOADS

API = "soter.verifySignature"


@pytest.fixture(autouse=True)
def sdk(sdk, grant):
    sdk.token = grant()
    return sdk


@pytest.fixture
def add(control):
    return lambda **members: control.post("faults", api=API, **members)


@pytest.fixture
def in_protobuf(sdk):
    """The request of wx.openApi, whose parameters are missing."""
    return lambda: sdk.request("wx.openApi", apiName=API, requestData=CommApiData().SerializeToString())


@pytest.fixture
def in_json(sdk):
    """The request of wx.api, whose parameters are missing."""
    return lambda: sdk.request("wx.api", apiName=API, requestData="{}")


@pytest.fixture
def packed(sdk, in_protobuf):
    """What is answered in protobuf."""
    return lambda: CommOpenApiResp.FromString(sdk.send(in_protobuf()).data)


@pytest.fixture
def plain(sdk, in_json):
    """What is answered in JSON."""
    return lambda: json.loads(json.loads(sdk.send(in_json()).data)["data"]["responseData"])


@pytest.fixture
def both(packed, plain):
    """What WeChat answers, which is the same both ways but for the rid."""

    def ask():
        answers = [without_rid(json.loads(packed().resp_data)), without_rid(plain())]
        assert answers[0] == answers[1]
        return answers[0]

    return ask


def without_rid(members):
    return {name: value.partition(" rid: ")[0] if name == "errmsg" else value for name, value in members.items()}


def test_wechats_refusal_comes_through(add, both):
    assert both()["errcode"] == 41009
    add(errcode=45011)
    assert both() == {"errcode": 45011, "errmsg": "api minute-quota reach limit, must slower, retry next minute"}


def test_a_programmed_answer_comes_through(add, both):
    add(reply={"is_ok": True, "more": ["支"]})
    assert both() == {"is_ok": True, "more": ["支"]}


@pytest.mark.parametrize("code", CLOUD_CALL_REFUSALS)
def test_the_gateways_refusal_stands_where_its_own_would(add, packed, plain, control, code):
    fault = add(errcode=code)
    assert packed() == CommOpenApiResp(error_code=code)
    assert plain() == {"errcode": code, "errmsg": CLOUD_CALL_REFUSALS[code]}
    assert {exchange["remark"] for exchange in control.exchanges} == {f"fault {fault['id']}"}


@pytest.mark.parametrize("code", OVERLOAD_CODES)
def test_a_gateway_that_cannot_serve_says_so_in_its_own_form(add, sdk, in_protobuf, in_json, code):
    add(errcode=code)
    for request in (in_protobuf(), in_json()):
        answered = sdk.send(request)
        assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
        members = json.loads(answered.data)
        assert (members["code"], members["message"]) == (OVERLOAD_CODES[code], OVERLOADS[code])
        assert members["requestId"]


def test_every_number_of_an_overload_has_its_word():
    assert OVERLOAD_CODES.keys() == OVERLOADS.keys()


def test_a_fault_is_met_the_times_that_it_says_even_if_the_gateway_refuses(add, packed):
    add(errcode=-604103, times=2)
    assert [packed().error_code for _ in range(3)] == [-604103, -604103, 0]


def test_a_connection_is_cut(add, http, in_protobuf, in_json):
    add(abort=True, times=2)
    for request in (in_protobuf(), in_json()):
        with pytest.raises(ConnectionAbortedError):
            http.post(f"/admin?{request.query}", data=request.body, headers=request.headers)


def test_a_proxy_answers_in_the_gateways_place(add, http, in_protobuf):
    add(status=503)
    request = in_protobuf()
    answered = http.post(f"/admin?{request.query}", data=request.body, headers=request.headers)
    assert (answered.status_code, answered.content_type) == (503, "text/html")


def test_a_latency_passes_before_the_answer(add, both, monkeypatch):
    waited = []
    monkeypatch.setattr("wxemu.core.faults.time", SimpleNamespace(sleep=waited.append))
    add(latencyMs=300)
    assert both()["errcode"] == 41009
    assert waited == [0.3, 0.3]


def test_a_token_of_no_invocation_meets_no_fault(add, sdk, packed, control):
    add(errcode=-1)
    sdk.token = "nobody's"
    assert packed().error_code == -604104
    assert control.get("faults")["faults"][0]["hits"] == 0


def test_a_fault_of_another_app_is_not_met(control, both, other_tenant):
    control.post("faults", api=API, errcode=-1, appid=other_tenant.appid)
    assert both()["errcode"] == 41009
