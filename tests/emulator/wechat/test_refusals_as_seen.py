"""The setting ``refusals``: WeChat's answers as they were seen, in the place of the emulator's."""

import pytest

LOGIN_STATE = {"openid": "oNobody", "signature": "0" * 64, "sig_method": "hmac_sha256"}
SEEN = {"errcode": 87009, "errmsg": "no such user"}


@pytest.fixture
def check(wechat):
    return lambda **query: wechat.get("/wxa/checksession", access_token=wechat.access_token, **query).refusal


def test_an_answer_takes_the_place_of_one_errcode_of_one_openapi(wechat, control, check):
    control.set(refusals={"auth.checkSessionKey": {"40003": SEEN}})

    assert check(**LOGIN_STATE) == (87009, "no such user")
    assert check(**{**LOGIN_STATE, "openid": ""}) == (41009, "missing openid")
    reset = wechat.get("/wxa/resetusersessionkey", access_token=wechat.access_token, **LOGIN_STATE)
    assert reset.refusal == (40003, "invalid openid")


def test_a_token_s_refusal_can_be_another_one(wechat, control):
    control.set(refusals={"auth.checkSessionKey": {"40014": {"errcode": 40001, "errmsg": "invalid credential"}}})
    assert wechat.get("/wxa/checksession", access_token="nonsense").refusal == (40001, "invalid credential")


def test_a_path_of_no_openapi_has_a_star(wechat, control):
    control.set(refusals={"*": {"40066": {"errcode": 48001, "errmsg": "api unauthorized"}}})
    assert wechat.get("/cgi-bin/nothing").refusal == (48001, "api unauthorized")


def test_what_an_answer_has_besides_stays(wechat, control):
    control.set(refusals={"internet.getUserEncryptKey": {"40003": SEEN}})
    answered = wechat.get("/wxa/business/getuserencryptkey", access_token=wechat.access_token, **LOGIN_STATE)
    assert (answered.errcode, answered["key_info_list"]) == (87009, [])


def test_it_counts_for_cloud_calls_too(sdk, grant, control):
    control.set(refusals={"soter.verifySignature": {"40003": SEEN}})
    sdk.token = grant()
    answered = sdk.api({"openid": "oNobody", "json_string": "{}", "json_signature": "AAAA"})
    assert (answered["errcode"], answered["errmsg"].partition(" rid: ")[0]) == (87009, "no such user")


def test_a_fault_is_answered_as_it_was_asked_for(tenant, wechat, control):
    control.set(refusals={"auth.checkSessionKey": {"40003": SEEN}})
    tenant.faults.add(api="auth.checkSessionKey", errcode=40003)
    answered = wechat.get("/wxa/checksession", access_token=wechat.access_token, **LOGIN_STATE)
    assert answered.refusal == (40003, "invalid openid")
