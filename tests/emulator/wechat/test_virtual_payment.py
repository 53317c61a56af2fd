"""Virtual payment, which is known by name: session_key and AppKey must have signed before there is an answer."""

import hashlib
import hmac
import json

import pytest
from mini_program_server import WeChat

GAME, XPAY, MIDAS = "/wxa/game/getbalance", "/xpay/query_user_balance", "/cgi-bin/midas/getbalance"
NAMES = {GAME: "wxa.game.getBalance", XPAY: "query_user_balance", MIDAS: "midas.getBalance"}
OK = {"errcode": 0, "errmsg": "ok"}
ALICES_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
KEY, OPENID = "9hAb/NEYUlkaMBEsmFgzig==", "xxx"
APP_KEY = "12345"
BODY = b'{"openid": "xxx", "user_ip": "127.0.0.1", "env": 0}'
SIGNATURE = "089d9e8dc5d308977360c4b79ec600a93d736802802a807d634192328032f6c7"
PAY_SIG = "c37809f27c6d7fd1837ad2500a04512b66b34fd793a39a385fade56dca89a4b5"
MIDAS_KEY, MIDAS_OPENID = "V7Q38/i2KXaqrQyl2Yx9Hg==", "odkx20ENSNa2w5y3g_qOkOvBNM1g"
MIDAS_APP_KEY = "zNLgAGgqsEWJOg1nFVaO5r7fAlIQxr1u"
MIDAS_BODY = {
    "openid": MIDAS_OPENID,
    "appid": "wx1234567",
    "offer_id": "12345678",
    "ts": 1507530737,
    "zone_id": "1",
    "pf": "android",
    "access_token": "ACCESSTOKEN",
    "sig": "1ad64e8dcb2ec1dc486b7fdf01f4a15159fc623dc3422470e51cf6870734726b",
    "mp_sig": "ff4c5bb39dea1002a8f03be0438724e1a8bcea5ebce8f221f9b9fea3bcf3bf76",
}
"""Its documentation's example, as the other signatures here."""


def hmac_of(key, message):
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


@pytest.fixture
def answered(wechat, tenant):
    """Alice's server asks; the answer is programmed."""
    for name in NAMES.values():
        tenant.faults.answer(OK, api=name)
    token = wechat.access_token
    return lambda path, body, **query: wechat.call("POST", path, body=body, access_token=token, **query)


@pytest.fixture
def paying(emulator, http):
    """The server of an app with an AppKey."""

    def server(app_key, openid, session_key):
        app = emulator.new_app(app_key=app_key, users=[{"openid": openid, "session_key": session_key}])
        for name in NAMES.values():
            app.faults.answer(OK, api=name)
        wechat = WeChat(http, app)
        token = wechat.access_token
        return lambda path, body, **query: wechat.call("POST", path, body=body, access_token=token, **query)

    return server


@pytest.mark.parametrize(
    ("path", "refusal"), [(GAME, (90010, "invalid signature")), (XPAY, (268490003, "签名校验失败"))]
)
def test_the_body_is_signed_with_the_session_key(answered, path, refusal):
    body = json.dumps({"openid": "oAlice", "amount": 1, "remark": "中"}, ensure_ascii=False).encode()
    signed = {"signature": hmac_of(ALICES_KEY, body), "sig_method": "hmac_sha256"}
    assert answered(path, body, **signed).is_success
    assert answered(path, body + b" ", **signed).refusal == refusal
    assert answered(path, body).refusal == refusal
    assert answered(path, body, **{**signed, "sig_method": "sha1"}).refusal == refusal


@pytest.mark.parametrize(
    ("path", "of_nobody", "without_session"),
    [(GAME, 90018, 90016), (XPAY, 268490001, 268490009), (MIDAS, 90018, 90010)],
)
def test_it_is_signed_by_a_user_with_a_session(answered, path, of_nobody, without_session):
    def errcode(openid):
        body = json.dumps({"openid": openid}).encode()
        return answered(path, body, signature=hmac_of(ALICES_KEY, body)).errcode

    assert {errcode(openid) for openid in ("oNobody", "oDave", 5, None, "\ud800")} == {of_nobody}
    assert errcode("oCarol") == without_session
    assert answered(path, b"no JSON").errcode == of_nobody


def test_the_documented_pay_sig_is_right_and_another_is_not(paying):
    ask = paying(APP_KEY, OPENID, KEY)
    assert ask(XPAY, BODY, signature=SIGNATURE, pay_sig=PAY_SIG).is_success
    for wrong in ("", "0" * 64, PAY_SIG.upper(), hmac_of(APP_KEY, BODY), hmac_of(KEY, XPAY.encode() + b"&" + BODY)):
        refused = ask(XPAY, BODY, signature=SIGNATURE, pay_sig=wrong)
        assert refused.refusal == (268490003, "支付签名(pay_sig)校验失败")
    assert ask(XPAY, BODY, signature="0" * 64, pay_sig=PAY_SIG).refusal == (268490003, "签名校验失败")


def test_of_mini_games_it_has_a_code_of_its_own(paying):
    ask = paying(APP_KEY, OPENID, KEY)
    pay_sig = hmac_of(APP_KEY, GAME.encode() + b"&" + BODY)
    assert ask(GAME, BODY, signature=SIGNATURE, pay_sig=pay_sig).is_success
    assert ask(GAME, BODY, signature=SIGNATURE, pay_sig=PAY_SIG).refusal == (90011, "invalid pay_sig")


def test_without_an_app_key_nobody_looks_at_pay_sig(answered):
    body = b'{"openid":"oAlice"}'
    assert answered(XPAY, body, signature=hmac_of(ALICES_KEY, body), pay_sig="any").is_success


def test_the_documented_signatures_of_midas_are_right(paying):
    assert paying(MIDAS_APP_KEY, MIDAS_OPENID, MIDAS_KEY)(MIDAS, json.dumps(MIDAS_BODY).encode()).is_success


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"mp_sig": "0" * 64}, (90009, "mp_sig error")),
        ({"mp_sig": 5}, (90009, "mp_sig error")),
        ({"ts": 1507530738}, (90009, "mp_sig error")),
        ({"access_token": "OTHER"}, (90009, "mp_sig error")),
        ({"sig": "0" * 64, "mp_sig": None}, (90011, "sig error")),
        ({"sig": None, "mp_sig": None}, (90011, "sig error")),
        ({"mp_sig": None}, None),
    ],
)
def test_midas_signs_the_members_of_the_body(paying, change, refusal):
    body = {name: value for name, value in {**MIDAS_BODY, **change}.items() if value is not None}
    answer = paying(MIDAS_APP_KEY, MIDAS_OPENID, MIDAS_KEY)(MIDAS, json.dumps(body).encode())
    assert answer.is_success if refusal is None else answer.refusal == refusal


def test_an_app_key_is_shown_nowhere(emulator, http):
    app = emulator.new_app(app_key="a key that nobody guesses")
    shown = [http.get(f"/emulator/v1/apps/{app.appid}"), http.get("/emulator/v1/exchanges")]
    assert all("nobody guesses" not in answer.text for answer in shown)


@pytest.mark.parametrize("app_key", ["", 5, None])
def test_an_app_key_is_text(http, app_key):
    refused = http.post("/emulator/v1/apps", json={"app_key": app_key})
    assert refused.status_code == 400
    assert "app_key" in refused.json["error"]["message"]
