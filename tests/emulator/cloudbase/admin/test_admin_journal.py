"""Calls of the gateway in the journal: on every layer, with the invocation that made them, explained, and once more."""

import json
from urllib.parse import quote

import pytest
from node_sdk import message

from wxemu.cloudbase.admin.openapi_pb2 import CommApiData
from wxemu.scf import invocation_records
from wxemu.scf.invocation_records import Record
from wxemu.wechat.openapis import TABLE

INVOCATION = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def call(sdk, grant, control):
    """Make a cloud call in one of the two forms; what the journal keeps of it, with its layers."""

    def make(parameters, form="wx.api", api="soter.verifySignature", **granted):
        sdk.token = grant(**granted)
        data = json.dumps(parameters) if form == "wx.api" else message(parameters)
        sdk.send(sdk.request(form, apiName=api, requestData=data))
        return control.get(f"exchanges/{control.exchanges[0]['rid']}")

    return make


@pytest.fixture
def explain(http):
    return lambda rid: http.get(f"/emulator/v1/exchanges/{quote(rid, safe='')}/explanation").json


@pytest.fixture
def replay(http):
    def again(rid, status=200):
        response = http.post(f"/emulator/v1/exchanges/{rid}/replay", json={})
        assert response.status_code == status, response.text
        return response.json

    return again


def forms(shown, direction):
    return [(layer["form"], layer["place"]) for layer in shown["layers"] if layer["direction"] == direction]


def test_protobuf_is_shown_on_every_layer(call, verification):
    shown = call(verification, "wx.openApi")
    assert forms(shown, "request") == [("query", ""), ("multipart/form-data", ""), ("CommApiData (protobuf)", "")]
    form, protobuf = [layer["content"] for layer in shown["layers"] if layer["direction"] == "request"][1:]
    assert form["wxCloudApiToken"] == "***"
    pairs = {pair["key"]: json.loads(pair["value"]) for pair in protobuf["openapi_data"]["pairs"]}
    assert pairs == shown["given"] == verification
    assert forms(shown, "response") == [("CommOpenApiResp (protobuf)", ""), ("JSON", "resp_data")]
    assert shown["layers"][-1]["content"]["is_ok"] is True


def test_json_in_json_is_shown_on_every_layer(call, verification):
    shown = call(verification)
    assert forms(shown, "request") == [("query", ""), ("JSON", ""), ("JSON", "requestData"), ("JSON", "json_string")]
    assert shown["layers"][3]["content"]["raw"] == "订单/1"
    assert forms(shown, "response") == [("JSON", ""), ("JSON", "data.responseData")]


@pytest.mark.parametrize("form", ["wx.api", "wx.openApi"])
def test_a_call_belongs_to_the_invocation_that_made_it(call, control, verification, form):
    kept = call(verification, form)
    assert (kept["request_id"], kept["errcode"], kept["api"], kept["name"]) == (
        INVOCATION,
        "0",
        "soter.verifySignature",
        form,
    )
    assert [one["rid"] for one in control.get(f"exchanges?request_id={INVOCATION}")["exchanges"]] == [kept["rid"]]


def test_a_call_of_a_function_is_known_by_its_invocation(sdk, control):
    request_id = sdk.call_function(data={"ask": "echo"})["requestId"]
    kept = control.get(f"exchanges/{request_id}")
    assert (kept["rid"], kept["name"]) == (request_id, "functions.invokeFunction")


@pytest.mark.parametrize("form", ["wx.api", "wx.openApi"])
def test_a_forgery_is_explained_as_over_https(call, explain, verification, form):
    text = json.dumps(json.loads(verification["json_string"]))
    kept = call({**verification, "json_string": text}, form)
    assert explain(kept["rid"])["causes"] == ["json_string_reserialised"]


def test_an_explanation_is_found_by_the_request_id_that_the_gateway_told(sdk, grant, explain, verification):
    sdk.token = grant()
    data = json.dumps({**verification, "openid": "oBob"})
    told = sdk.ask("wx.api", apiName="soter.verifySignature", requestData=data)
    assert explain(told["requestId"])["causes"] == ["key_of_another_user"]


@pytest.mark.parametrize("form", ["wx.api", "wx.openApi"])
def test_the_journal_says_what_came_of_a_cloud_call(call, verification, form):
    def outcome(parameters, **options):
        kept = call(parameters, form, **options)
        return kept["outcome"], kept["is_failure"]

    assert outcome(verification) == ("is_ok true", False)
    assert outcome({**verification, "json_string": "{}"}) == ("is_ok false", True)
    assert outcome({**verification, "openid": "oNobody"}) == ("40003", True)
    assert outcome(verification, openapis=()) == ("-604101", True)


def test_the_journal_says_what_the_result_of_a_function_says(sdk, control):
    for result, outcome in (({}, ("ok", False)), ({"errCode": 40163}, ("40163", True))):
        kept = control.get(f"exchanges/{sdk.call_function(data=result)['requestId']}")
        assert (kept["outcome"], kept["is_failure"], kept["errcode"]) == (*outcome, None)


def test_a_call_that_names_no_openapi_is_a_failure_with_its_code(sdk, grant, control):
    sdk.token = grant()
    sdk.send(sdk.request("wx.openApi", requestData=CommApiData(api_type="TOKEN_API").SerializeToString()))
    assert (control.exchanges[0]["outcome"], control.exchanges[0]["errcode"]) == ("-604100", "-604100")


@pytest.mark.parametrize("form", ["wx.api", "wx.openApi"])
def test_an_undeclared_api_is_named_with_the_line_to_add(call, explain, verification, form):
    explained = explain(call(verification, form, openapis=())["rid"])
    assert explained["causes"] == ["permission_undeclared"]
    assert '{"permissions": {"openapi": ["soter.verifySignature"]}}' in explained["findings"][0]["result"]


def test_the_function_that_lacks_it_is_named_too(call, explain, world, verification):
    kept = call(verification, openapis=())
    done = Record(INVOCATION, "env-demo", "ask", kept["at"], 1.0, 0, is_ok=True, log="", result="null")
    with world.transaction():
        invocation_records.save(world, done)
    assert "functions/ask/config.json" in explain(kept["rid"])["findings"][0]["result"]


@pytest.mark.parametrize(
    ("api", "told"),
    [
        ("soter.verifySignatur", "'soter.verifySignatur' is none; is soter.verifySignature meant?"),
        ("auth.code2Session", "auth.code2Session is to be had over HTTPS only"),
        ("zzz", f"'zzz' is none; there is {', '.join(api.name for api in TABLE if api.has_cloud_call)}"),
    ],
)
def test_what_is_no_cloud_call_is_told_with_what_is_one(call, explain, api, told):
    explained = explain(call({}, api=api, openapis=(api,))["rid"])
    assert (explained["causes"], explained["findings"][0]["result"]) == (["api_without_cloud_call"], told)


def test_a_call_of_no_invocation_is_told(explain, sdk, control, verification):
    sdk.token = "no-token"
    sdk.ask("wx.api", apiName="soter.verifySignature", requestData=json.dumps(verification))
    assert explain(control.exchanges[0]["rid"])["causes"] == ["invocation_ended"]


@pytest.mark.parametrize("form", ["wx.api", "wx.openApi"])
def test_a_replay_counts_with_what_is_declared_by_now(call, replay, verification, project, form):
    kept = call(verification, form, openapis=())
    assert kept["errcode"] == "-604101"
    declared = {"permissions": {"openapi": ["soter.verifySignature"]}}
    (project / "functions" / "ask" / "config.json").write_text(json.dumps(declared))
    answered = replay(kept["rid"])
    assert answered["replayed"]["rid"] == kept["rid"]
    assert (answered["exchange"]["errcode"], answered["exchange"]["given"]) == ("0", verification)
    assert {"place": "is_ok", "before": None, "now": True} in answered["differences"]


def test_a_function_can_be_called_again(sdk, replay):
    request_id = sdk.call_function(data={"ask": "echo", "number": 7})["requestId"]
    answered = replay(request_id)
    assert answered["differences"] == []
    assert answered["exchange"]["rid"] != request_id


def test_a_call_of_an_invocation_that_is_forgotten_cannot_be_made_again(call, replay, world, verification):
    kept = call(verification)
    world.store.run("DELETE FROM wx_api_tokens")
    assert "call the function again" in replay(kept["rid"], 409)["error"]["message"]
