"""Login, and a confirmation by finger that counts once."""

import pytest

ORDER = {"order": "T1", "amount": 12800}


@pytest.fixture
def signed(wx_phone):
    """What a user sends after a touch: WeChat's text and signature, verbatim."""
    issued = wx_phone.call_function("issueChallenge", purpose="pay", payload=ORDER)
    return wx_phone.start_soter_authentication(issued["challenge"]).signed


def test_a_user_logs_in(wx_phone):
    assert wx_phone.call_function("login", code=wx_phone.login())["openid"] == wx_phone.openid
    assert wx_phone.call_function("checkSession")["errCode"] == 0


def test_a_finger_confirms_an_order(wx_phone, signed):
    assert wx_phone.call_function("verifySignature", purpose="pay", **signed)["payload"] == ORDER


def test_a_confirmation_counts_once(wx_phone, signed):
    first, second = (wx_phone.call_function("verifySignature", purpose="pay", **signed) for _ in range(2))

    assert (first["isOk"], second["isOk"], second["reason"]) == (True, False, "challenge_used")


def test_a_text_that_was_changed_on_the_way_is_refused(wx_phone, signed):
    signed["jsonString"] = signed["jsonString"].replace('"counter":', '"counter": ')

    assert wx_phone.call_function("verifySignature", purpose="pay", **signed)["isOk"] is False
