"""Why a ready answer is a refusal: the value that caused it, the code that was none, the fault that was met."""

import pytest

from wxemu.wechat.ready_answers import RISKY

SEND, NUMBER = "/cgi-bin/message/subscribe/send", "/wxa/business/getuserphonenumber"
MESSAGE = {"touser": "oAlice", "template_id": "t1", "data": {"thing1": {"value": "tea"}}}


@pytest.fixture
def refused(wechat):
    """Be refused by an openapi."""

    def rid(path, errcode, /, **members):
        answer = wechat.post(path, members, access_token=wechat.access_token)
        assert answer.errcode == errcode
        return answer.rid

    return rid


@pytest.mark.parametrize(
    ("path", "errcode", "members", "value"),
    [
        (SEND, 40037, {**MESSAGE, "template_id": ""}, "template_id"),
        (SEND, 47003, {**MESSAGE, "data": {"thing1": {"value": "字" * 21}}}, "字字字"),
        ("/cgi-bin/message/custom/send", 40008, {"touser": "oAlice", "msgtype": "song"}, "song"),
        ("/wxa/getwxacode", 40159, {"path": ""}, "path"),
        ("/wxa/getwxacodeunlimit", 40169, {"scene": "x" * 33}, "xxx"),
        ("/wxa/msg_sec_check", 45002, {"content": "x" * 600_000}, "600000"),
        ("/wxa/generate_urllink", 85401, {"expire_time": 1}, "1"),
    ],
)
def test_the_value_that_caused_it_is_told(refused, explain, *, path, errcode, members, value):
    explained = explain(refused(path, errcode, **members))
    assert explained["causes"] == ["parameter_wrong"]
    assert value in explained["findings"][0]["result"]


def test_risky_content_is_told_as_such(refused, explain):
    explained = explain(refused("/wxa/msg_sec_check", 87014, content=RISKY))
    assert explained["causes"] == ["content_risky"]


@pytest.mark.parametrize("errcode", [43101, 40037, 47003])
def test_a_message_that_a_fault_refuses_names_the_fault(refused, explain, tenant, errcode):
    number = tenant.faults.add(api="subscribeMessage.send", errcode=errcode, times=1).number
    explained = explain(refused(SEND, errcode, **MESSAGE))
    assert (explained["causes"], explained["findings"][0]["result"]) == (["server_side"], f"it met fault {number}")


@pytest.mark.parametrize("errcode", [45015, 45047])
def test_so_does_one_of_the_customer_service(refused, explain, tenant, errcode):
    tenant.faults.add(api="customerServiceMessage.send", errcode=errcode, times=1)
    rid = refused("/cgi-bin/message/custom/send", errcode, touser="oAlice", msgtype="text")
    assert explain(rid)["causes"] == ["server_side"]


def test_a_user_to_write_to_who_is_nobody_is_looked_for_elsewhere(refused, explain):
    assert explain(refused(SEND, 40003, **{**MESSAGE, "touser": "oDave"}))["causes"] == ["openid_of_another_app"]
    assert explain(refused(SEND, 40003, **{**MESSAGE, "touser": "OPENID"}))["causes"] == ["openid_placeholder"]


class TestCodesForPhoneNumbers:
    def test_one_of_wx_login_is_of_another_kind(self, refused, explain, new_phone):
        assert explain(refused(NUMBER, 40029, code=new_phone().login()))["causes"] == ["code_of_another_kind"]

    def test_and_wx_login_s_place_is_not_for_one_of_these(self, wechat, explain, new_phone):
        bought = wechat.code_to_session(new_phone().get_phone_number())
        assert (bought.errcode, explain(bought.rid)["causes"]) == (40029, ["code_of_another_kind"])

    def test_a_used_one_is_told_with_the_call_that_used_it(self, wechat, refused, explain, new_phone):
        code = new_phone().get_phone_number()
        assert wechat.post(NUMBER, {"code": code}, access_token=wechat.access_token).is_success
        explained = explain(refused(NUMBER, 40029, code=code))
        assert explained["causes"] == ["code_used"]
        assert "(rid " in explained["findings"][0]["result"]

    def test_an_old_one_is_told(self, refused, explain, new_phone, clock):
        code = new_phone().get_phone_number()
        clock.advance(300)
        assert explain(refused(NUMBER, 40029, code=code))["causes"] == ["code_expired"]

    def test_one_of_another_app_is_told(self, other_wechat, explain, new_phone):
        code = new_phone().get_phone_number()
        answer = other_wechat.post(NUMBER, {"code": code}, access_token=other_wechat.access_token)
        assert explain(answer.rid)["causes"] == ["code_of_another_app"]

    @pytest.mark.parametrize("code", ["", "nobody's", "0" * 64])
    def test_one_of_nobody_is_told(self, refused, explain, code):
        assert explain(refused(NUMBER, 40029, code=code))["causes"] == ["code_unknown"]
