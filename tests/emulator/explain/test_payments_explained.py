"""Why virtual payment is refused: which key signed what, in the place of what should be signed."""

import hashlib
import hmac
import json

import pytest
from mini_program_server import WeChat

GAME, XPAY, MIDAS = "/wxa/game/pay", "/xpay/currency_pay", "/cgi-bin/midas/pay"
KEY, APP_KEY, OTHER_APP_KEY = "9hAb/NEYUlkaMBEsmFgzig==", "app-key-of-this-app", "app-key-of-another"
BODY = '{"openid":"oPayer","amount":1,"remark":"中"}'
SPELT_OTHERWISE = json.dumps(json.loads(BODY))


def sign(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


@pytest.fixture
def shop(emulator, http):
    """The server of an app with an AppKey."""
    emulator.new_app(app_key=OTHER_APP_KEY)
    users = [{"openid": "oPayer", "session_key": KEY}, {"openid": "oGuest"}]
    return WeChat(http, emulator.new_app(app_key=APP_KEY, users=users))


@pytest.fixture
def causes(shop):
    """Why a payment is refused."""

    def told(path, body=BODY, *, errcode, **query):
        refused = shop.call("POST", path, body=body.encode(), access_token=shop.access_token, **query)
        assert refused.errcode == errcode
        return shop.tenant.requests.explain(refused.rid).causes

    return told


SIGNATURES = {
    "nothing": ("", ("session_key_unknown",)),
    "the body spelt otherwise": (sign(KEY, SPELT_OTHERWISE), ("body_unicode_escaped", "body_encoded_again")),
    "the AppKey": (sign(APP_KEY, BODY), ("signed_with_app_key",)),
    "capitals": (sign(KEY, BODY).upper(), ("digest_in_upper_case",)),
}
WITH_PATH = {
    "the path too": (lambda path: sign(KEY, f"{path}&{BODY}"), ("signed_with_path",)),
    "all that pay_sig takes": (
        lambda path: sign(APP_KEY, f"{path}&{BODY}"),
        ("signed_with_app_key", "signed_with_path"),
    ),
}


@pytest.mark.parametrize(("path", "errcode"), [(GAME, 90010), (XPAY, 268490003)])
@pytest.mark.parametrize(("signature", "found"), SIGNATURES.values(), ids=SIGNATURES)
def test_what_made_the_signature_is_found_out(causes, path, errcode, signature, found):
    assert causes(path, errcode=errcode, signature=signature) == found


@pytest.mark.parametrize(("path", "errcode"), [(GAME, 90010), (XPAY, 268490003)])
@pytest.mark.parametrize(("make", "found"), WITH_PATH.values(), ids=WITH_PATH)
def test_so_is_the_recipe_of_pay_sig(causes, path, errcode, make, found):
    assert causes(path, errcode=errcode, signature=make(path)) == found


PAY_SIGS = {
    "nothing": (lambda _: "", ("pay_sig_missing",)),
    "the body alone": (lambda _: sign(APP_KEY, BODY), ("pay_sig_message",)),
    "no &": (lambda path: sign(APP_KEY, path + BODY), ("pay_sig_message",)),
    "no first slash": (lambda path: sign(APP_KEY, f"{path[1:]}&{BODY}"), ("pay_sig_message",)),
    "the whole address": (lambda path: sign(APP_KEY, f"https://api.weixin.qq.com{path}&{BODY}"), ("pay_sig_message",)),
    "the session_key": (lambda path: sign(KEY, f"{path}&{BODY}"), ("pay_sig_key",)),
    "another app's AppKey": (lambda path: sign(OTHER_APP_KEY, f"{path}&{BODY}"), ("pay_sig_key",)),
    "the signature itself": (lambda _: sign(KEY, BODY), ("pay_sig_key", "pay_sig_message")),
    "the body spelt otherwise": (
        lambda path: sign(APP_KEY, f"{path}&{SPELT_OTHERWISE}"),
        ("body_unicode_escaped", "body_encoded_again"),
    ),
    "capitals": (lambda path: sign(APP_KEY, f"{path}&{BODY}").upper(), ("digest_in_upper_case",)),
    "a key of nobody": (lambda path: sign("nobody's", f"{path}&{BODY}"), ("pay_sig_unknown",)),
}


@pytest.mark.parametrize(("path", "errcode"), [(GAME, 90011), (XPAY, 268490003)])
@pytest.mark.parametrize(("make", "found"), PAY_SIGS.values(), ids=PAY_SIGS)
def test_what_made_pay_sig_is_found_out(causes, path, errcode, make, found):
    assert causes(path, errcode=errcode, signature=sign(KEY, BODY), pay_sig=make(path)) == found


def test_the_app_secret_is_no_app_key(causes, shop):
    pay_sig = sign(shop.tenant.secret, f"{GAME}&{BODY}")
    assert causes(GAME, errcode=90011, signature=sign(KEY, BODY), pay_sig=pay_sig) == ("pay_sig_key",)


@pytest.mark.parametrize(("path", "errcode"), [(GAME, 90016), (XPAY, 268490009), (MIDAS, 90010)])
def test_a_session_that_is_not_there_is_told_from_one_that_has_ended(causes, clock, path, errcode):
    assert causes(path, '{"openid":"oGuest"}', errcode=errcode) == ("session_never_began",)
    clock.advance(4 * 24 * 3600)
    assert causes(path, errcode=errcode) == ("session_expired",)


@pytest.mark.parametrize(("path", "errcode"), [(GAME, 90018), (XPAY, 268490001), (MIDAS, 90018)])
def test_an_openid_of_nobody_is_told(causes, path, errcode):
    assert causes(path, '{"openid":"oDave"}', errcode=errcode) == ("openid_of_another_app",)


@pytest.mark.parametrize(("members", "errcode"), [({"mp_sig": "0"}, 90009), ({"sig": "0"}, 90011)])
def test_the_rule_of_midas_is_told(causes, members, errcode):
    assert causes(MIDAS, json.dumps({"openid": "oPayer", **members}), errcode=errcode) == ("midas_signature",)


def test_no_key_stands_in_an_explanation(shop, http):
    refused = shop.call("POST", GAME, body=BODY.encode(), access_token=shop.access_token, signature=sign(APP_KEY, BODY))
    told = http.get(f"/emulator/v1/exchanges/{refused.rid}/explanation").text
    assert "signed_with_app_key" in told
    assert APP_KEY not in told
    assert KEY not in told
