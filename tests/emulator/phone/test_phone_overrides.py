"""The attacker's kit: what a phone that lies sends, and what WeChat and the caller can see of it."""

import json

import pytest

FORGERIES = ["tamperedRaw", "bogusSignature", "foreignKey", "wrongSalt"]


@pytest.fixture(params=["android", "ios", "huawei"])
def phone(request, new_phone):
    return new_phone(request.param)


@pytest.fixture
def is_genuine(wechat):
    def verify(phone, done):
        assert done["errMsg"] == "startSoterAuthentication:ok"
        return wechat.verify(phone.openid, done["resultJSON"], done["resultJSONSignature"])["is_ok"]

    return verify


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_is_seen_and_lasts_for_one_answer(phone, is_genuine, kind):
    assert phone.do("override", **{kind: True})["override"] == [kind]
    assert is_genuine(phone, phone.confirm()) is False
    assert phone.state["override"] == []
    assert is_genuine(phone, phone.confirm()) is True


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forgery_can_last_until_it_is_cleared(phone, is_genuine, kind):
    phone.do("override", **{kind: True, "untilCleared": True})
    assert [is_genuine(phone, phone.confirm()) for _ in range(3)] == [False] * 3
    assert phone.do("override")["override"] == []
    assert is_genuine(phone, phone.confirm()) is True


def test_a_stale_counter_is_genuine_to_wechat_and_for_the_caller_to_see(phone, is_genuine):
    phone.do("override", staleCounter=True)
    first, second, third = (phone.confirm() for _ in range(3))
    counters = [json.loads(done["resultJSON"])["counter"] for done in (first, second, third)]
    assert counters == [2, 3, 4]  # 2 was the AuthKey's
    assert is_genuine(phone, first) is True


def test_a_tampered_text_is_the_only_thing_that_is_tampered(phone):
    phone.do("override", tamperedRaw=True)
    assert json.loads(phone.confirm("order-1")["resultJSON"])["raw"] == "order-1!"


def test_several_kinds_go_together(phone, is_genuine):
    phone.do("override", tamperedRaw=True, staleCounter=True)
    done = phone.confirm("order-1")
    assert (json.loads(done["resultJSON"])["raw"], json.loads(done["resultJSON"])["counter"]) == ("order-1!", 2)
    assert is_genuine(phone, done) is False


def test_a_failed_confirmation_uses_no_forgery_up(phone, is_genuine):
    phone.do("override", bogusSignature=True)
    phone.confirm(outcome="cancel")
    assert is_genuine(phone, phone.confirm()) is False


def test_a_later_override_takes_the_place_of_the_former(phone):
    phone.do("override", tamperedRaw=True, untilCleared=True)
    assert phone.do("override", foreignKey=True)["override"] == ["foreignKey"]
