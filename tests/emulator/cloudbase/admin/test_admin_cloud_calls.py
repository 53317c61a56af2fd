"""wx.openApi in protobuf and wx.api in JSON: the same openapi, each in its own form."""

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from node_sdk import message

from wxemu.cloudbase.admin.openapi_pb2 import ApiGetOpenDataByCloudIdReq, ApiGetOpenDataByCloudIdResp, CommApiData

NOON = 1_700_000_000
APPID, OTHER_APPID = "wx1234567890abcdef", "wxfedcba0987654321"
RID = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"
# What wx-server-sdk 4.0.2 sent for openapi.soter.verifySignature({openid, jsonString, jsonSignature}) [recorded].
RECORDED = base64.b64decode(
    "CAASXgoQCgZvcGVuaWQSBiJvQUJDIgouCgtqc29uX3N0cmluZxIfIntcInJhd1wiOlwiclwiLFwiZmlkXCI6XCIyXCJ9IgoaCg5qc29uX3NpZ25h"
    "dHVyZRIIIlNJRysvPSI="
)


@pytest.fixture(autouse=True)
def sdk(sdk, grant):
    """Inside an invocation for Alice, unless a test has another token."""
    sdk.token = grant()
    return sdk


@pytest.fixture
def both(sdk):
    """Ask in both forms; the answer must be the same, but for a rid. -604101 and its like have no body in protobuf."""

    def ask(parameters, api_name="soter.verifySignature"):
        reply, in_json = sdk.open_api(message(parameters), api_name), sdk.api(parameters, api_name)
        if reply.error_code:
            assert (in_json["errcode"], reply.resp_data) == (reply.error_code, b"")
        else:
            assert reply.content_type == "application/json"
            in_protobuf = json.loads(reply.resp_data)
            assert re.sub(RID, "", json.dumps(in_protobuf)) == re.sub(RID, "", json.dumps(in_json))
        return in_json

    return ask


def test_a_genuine_confirmation_is_verified(both, verification):
    assert both(verification) == {"errcode": 0, "errmsg": "ok", "is_ok": True}


def test_a_changed_text_is_not(both, verification):
    assert both({**verification, "json_string": verification["json_string"] + " "}) == {"is_ok": False}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"openid": "oNobody"}, "40003 invalid openid"),
        ({"openid": None}, "41009 missing openid"),
        ({"json_string": {}}, "40097 invalid args"),
    ],
)
def test_wechats_refusal_comes_with_a_rid(both, verification, change, told):
    refused = both({**verification, **change})
    assert re.fullmatch(f"{told} rid: {RID}", f"{refused['errcode']} {refused['errmsg']}")


def test_an_app_that_may_not_use_the_openapi_may_not_by_cloud_call_either(both, verification, tenant):
    tenant.restrict(unauthorized=["soter.verifySignature"])
    refused = both(verification)
    assert refused["errcode"] == 48001
    assert refused["errmsg"].startswith("api unauthorized")


@pytest.mark.parametrize("name", ["soter.nothing", "", "auth.checkSessionKey", "auth.code2Session"])
def test_an_openapi_that_is_not_there_by_cloud_call_is_not_found(both, sdk, grant, verification, name):
    sdk.token = grant(openapis=("soter.verifySignature", name))
    assert both(verification, name) == {"errcode": -604100, "errmsg": "API not found"}


def test_an_openapi_that_the_function_does_not_declare_is_refused(both, sdk, grant, verification):
    sdk.token = grant(openapis=())
    refused = both(verification)
    assert refused == {"errcode": -604101, "errmsg": "function has no permission to call this API"}


class TestIllegalSource:
    def test_no_token(self, both, sdk, verification):
        sdk.token = ""
        assert both(verification) == {"errcode": -604104, "errmsg": "illegal source of invocation"}

    def test_a_token_of_nobody(self, both, sdk, verification):
        sdk.token = "tok-of-nobody"
        assert both(verification)["errcode"] == -604104

    def test_a_token_of_another_app(self, both, sdk, grant, verification):
        sdk.token = grant("oDave", appid=OTHER_APPID, env="env-other")
        assert both(verification)["errcode"] == -604104

    def test_an_ended_token(self, sdk, clock):
        clock.advance(600)
        answered = sdk.ask("wx.api", at=NOON + 600, apiName="soter.verifySignature")
        assert json.loads(answered["data"]["responseData"])["errcode"] == -604104

    def test_another_app_than_the_credentials_own(self, sdk, verification):
        assert sdk.open_api(message(verification, appid=OTHER_APPID)).error_code == -604104
        assert sdk.open_api(message(verification, appid=APPID)).error_code == 0


def test_what_wx_server_sdk_sent_is_understood(sdk):
    assert json.loads(sdk.open_api(RECORDED).resp_data)["errcode"] == 40003


def test_a_file_is_no_json(sdk, verification):
    sent = CommApiData.FromString(message({**verification, "openid": "oAlice"}))
    sent.openapi_data.pairs.add(key="openid", value=b"\x89PNG\xff", filename="a.png", content_type="image/png")
    assert json.loads(sdk.open_api(sent.SerializeToString()).resp_data)["errcode"] == 40003


@pytest.mark.parametrize("kind", ["INNER_API", "TOKEN_API", "SVRKIT_API"])
def test_other_kinds_of_call_are_not_found(sdk, kind):
    assert sdk.open_api(message({}, api_type=kind)).error_code == -604100


@pytest.mark.parametrize("content", [b"\xff", b"\x12\x05ab", RECORDED[:-1]])
def test_what_is_no_protobuf_is_refused_in_json(sdk, content):
    refused = sdk.ask("wx.openApi", apiName="soter.verifySignature", requestData=content)
    assert refused["code"] == "INVALID_PARAM"
    assert refused["message"] == "requestData: expected a message CommApiData of protobuf"


def test_a_value_that_is_no_json_is_refused(sdk):
    sent = CommApiData()
    sent.openapi_data.pairs.add(key="openid", value=b"oAlice")
    refused = sdk.ask("wx.openApi", apiName="soter.verifySignature", requestData=sent.SerializeToString())
    assert (refused["code"], refused["message"]) == (
        "INVALID_PARAM",
        "openid: expected JSON in UTF-8, got something else",
    )


@pytest.mark.parametrize("text", ["[]", "text", '"text"', "\xff"])
def test_parameters_that_are_no_json_object_are_refused(sdk, text):
    refused = sdk.ask("wx.api", apiName="soter.verifySignature", requestData=text)
    assert refused["code"] == "INVALID_PARAM"
    assert refused["message"].startswith("requestData: expected ")


def test_the_request_data_of_a_form_must_be_bytes(sdk):
    refused = sdk.ask("wx.openApi", apiName="soter.verifySignature", requestData="text")
    assert refused["message"] == "requestData: expected the bytes of a form's part, got a string"


def test_a_cloud_call_is_in_the_journal_without_its_token(both, sdk, verification, control):
    both(verification)
    kept = [exchange for exchange in control.exchanges if exchange["api"] == "soter.verifySignature"]
    assert [exchange["name"] for exchange in kept] == ["wx.api", "wx.openApi"]
    assert all(exchange["given"] == verification for exchange in kept)
    assert sdk.token not in json.dumps([control.get(f"exchanges/{exchange['rid']}") for exchange in kept])


class TestOpenData:
    @pytest.fixture
    def cloud_id(self, http, new_phone):
        def make(openid="oAlice", **data):
            return new_phone("none", openid=openid).do("cloudID", data=data)["cloudID"]

        return make

    @pytest.fixture
    def trade(self, sdk):
        def ask(*cloud_ids):
            inner = ApiGetOpenDataByCloudIdReq(cloudid_list=cloud_ids)
            svrkit = {"api_name": "ApiGetOpenDataByCloudId", "req_data": inner.SerializeToString()}
            reply = sdk.open_api(
                CommApiData(api_type="SVRKIT_API", svrkit_data=svrkit).SerializeToString(), "ApiGetOpenDataByCloudId"
            )
            assert reply.HasField("svrkit_error_code") == (reply.error_code == 0)
            found = ApiGetOpenDataByCloudIdResp.FromString(reply.resp_data)
            return reply.error_code or [json.loads(item.json) for item in found.data_list]

        return ask

    def test_the_cloud_id_of_get_user_info_buys_what_a_server_decrypts(self, new_phone, trade):
        told = new_phone("none", openid="oAlice").do("getUserInfo")
        (item,) = trade(told["cloudID"])
        assert item["data"] == {
            "openId": "oAlice",
            "unionId": "uAlice",
            **told["userInfo"],
            "watermark": {"appid": APPID, "timestamp": NOON},
        }

    def test_the_data_come_with_a_watermark_for_the_users_own_function(self, trade, cloud_id):
        bought = cloud_id(步数=9103)
        watermark = {"appid": APPID, "timestamp": 1_700_000_000}
        assert trade(bought) == [{"cloudID": bought, "data": {"步数": 9103, "watermark": watermark}}]

    def test_each_has_its_own_answer_in_order(self, trade, cloud_id):
        bobs, alices = cloud_id("oBob"), cloud_id()
        answers = trade(bobs, "31_nobody", alices)
        assert answers[:2] == [
            {"cloudID": bobs, "errCode": -601007, "errMsg": "cloudID and calling user does not match"},
            {"cloudID": "31_nobody", "errCode": -601005, "errMsg": "invalid cloudID"},
        ]
        assert answers[2]["cloudID"] == alices

    def test_a_cloud_id_lives_for_five_minutes(self, trade, cloud_id, clock):
        bought = cloud_id()
        clock.advance(299)
        assert "data" in trade(bought)[0]
        clock.advance(1)
        assert trade(bought) == [{"cloudID": bought, "errCode": -601006, "errMsg": "cloudID expired"}]

    def test_a_function_that_runs_for_nobody_gets_nobodys_data(self, trade, sdk, grant, cloud_id):
        sdk.token = grant(None)
        assert trade(cloud_id())[0]["errCode"] == -601007

    def test_without_an_invocation_there_are_none(self, trade, sdk, cloud_id):
        sdk.token = ""
        assert trade(cloud_id()) == -604104

    def test_none_asked_for_is_none_given(self, trade):
        assert trade() == []


texts = st.text(st.characters(codec="utf-8"), max_size=300)


@given(parameters=st.dictionaries(st.sampled_from(["openid", "json_string", "json_signature"]) | texts, texts))
def test_any_texts_arrive_alike_in_both_forms(both, parameters):
    assert {"errcode", "is_ok"} & set(both(parameters))
