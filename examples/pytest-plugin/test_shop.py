"""No account, no network, no phone. Each test has its own mini program, so `pytest -n 4` can run them in parallel."""

import pytest
from shop import Shop


@pytest.fixture
def shop(wxcloud, wx_app, monkeypatch):
    """The unchanged server: by the proxy, its requests to api.weixin.qq.com reach the emulator."""
    monkeypatch.setenv("HTTPS_PROXY", wxcloud.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", wxcloud.ca_bundle)
    return Shop(wx_app.appid, wx_app.secret)


def test_a_code_tells_who_logs_in(shop, wx_phone):
    assert shop.openid_of(wx_phone.login()) == wx_phone.openid


def test_a_confirmed_order_counts_once(shop, wx_phone):
    done = wx_phone.start_soter_authentication("order-1", auth_content="Pay 1.00")

    assert shop.is_confirmed(wx_phone.openid, "order-1", done.result_json, done.result_json_signature)
    assert not shop.is_confirmed(wx_phone.openid, "order-1", done.result_json, done.result_json_signature)


def test_a_confirmation_of_somebody_else_does_not_count(shop, wx_app, wx_phone):
    thief = wx_app.new_user()
    done = wx_phone.start_soter_authentication("order-1")

    assert not shop.is_confirmed(thief.openid, "order-1", done.result_json, done.result_json_signature)


def test_a_forged_confirmation_does_not_count(shop, wx_phone, wx_requests):
    wx_phone.override("tamperedRaw")
    done = wx_phone.start_soter_authentication("order-1")

    assert not shop.is_confirmed(wx_phone.openid, "order-1", done.result_json, done.result_json_signature)
    assert wx_requests.last(api="soter.verifySignature").answer["is_ok"] is False


def test_a_busy_wechat_is_no_confirmation(shop, wx_phone, wx_faults):
    wx_faults.add(api="soter.verifySignature", errcode=-1, times=1)
    done = wx_phone.start_soter_authentication("order-1")

    with pytest.raises(ConnectionError, match="-1"):
        shop.is_confirmed(wx_phone.openid, "order-1", done.result_json, done.result_json_signature)


def test_a_code_that_is_too_old_logs_nobody_in(shop, wx_phone, wx_clock):
    code = wx_phone.login()
    wx_clock.advance(301)

    with pytest.raises(ConnectionError, match="40029"):
        shop.openid_of(code)


@pytest.mark.parametrize("profile", ["android", "ios", "huawei"])
def test_every_kind_of_phone_will_do(shop, wx_user, profile):
    done = wx_user.new_phone(profile).start_soter_authentication("order-1")

    assert shop.is_confirmed(wx_user.openid, "order-1", done.result_json, done.result_json_signature)


def test_the_cloud_function_knows_its_caller(wx_phone):
    assert wx_phone.call_function("whoami", name="Alice") == {"openid": wx_phone.openid, "greeting": "Hello, Alice"}
