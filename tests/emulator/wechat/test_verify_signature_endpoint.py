"""POST /cgi-bin/soter/verify_signature, with texts that the openssl command has signed."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.state import seed

OK = {"errcode": 0, "errmsg": "ok", "is_ok": True}
NOT_OK = {"is_ok": False}

ANDROID = (
    r'{"raw":"order\/2024","fid":"2","counter":246,"tee_n":"QSEE","tee_v":"4.0","fp_n":"ET","fp_v":"320",'
    r'"cpu_id":"0f000\/26","uid":"10206"}'
)
IOS = (
    '{"raw":"2268266204184576","counter":94,"uid":"59078fa8fd382addf501c40aaa92a8a9",'
    '"cpu_id":"F5D3F2DF-7ABF-4822-9B01-304DCEDA97D4"}'
)
HUAWEI = (
    r'{"raw":"a\/b","fid":"1","counter":7,"tee_n":"iTrustee","tee_v":"3.0","fp_n":"HW_FP","fp_v":"1.0",'
    r'"cpu_id":"HUAWEI_HWTAS_x","uid":"10316","bo_t":1,"fc_n":"","fc_v":"","rsa_pss_saltlen":32}'
)
TEXTS = {
    "android": (ANDROID, 20),
    "ios": (IOS, 20),
    "huawei states its salt": (HUAWEI, 32),
    "spaces as in the server guide": ('{ "raw":"a" , "fid":"3" , "counter":246 , "uid":"10206" }', 20),
    "escaped slashes": (r'{"raw":"a\/b\/\/c","counter":1}', 20),
    "Chinese as it is": ('{"raw":"请用指纹解锁","counter":1}', 20),
    "Chinese escaped": (r'{"raw":"\u8bf7\u7528","counter":1}', 20),
    "beyond the basic plane": ('{"raw":"😀","counter":1,"rsa_pss_saltlen":32}', 32),
    "line ends in both styles": ('{\r\n"raw":"a",\n"counter":1\r\n}\n', 20),
    "stated salt of 20": ('{"raw":"a","rsa_pss_saltlen":20}', 20),
    "stated salt below 20 counts as 20": ('{"raw":"a","rsa_pss_saltlen":8}', 20),
    "stated salt below zero counts as 20": ('{"raw":"a","rsa_pss_saltlen":-1}', 20),
    "the longest salt of RSA-2048": ('{"raw":"a","rsa_pss_saltlen":222}', 222),
    "the last of two salts counts": ('{"rsa_pss_saltlen":20,"rsa_pss_saltlen":32}', 32),
    "the salt's name escaped": (r'{"rsa_pss\u005fsaltlen":32}', 32),
    "a salt in an inner object is not stated": ('{"raw":{"rsa_pss_saltlen":32}}', 20),
    "a salt in a list is not stated": ('[{"rsa_pss_saltlen":32}]', 20),
    "a salt of true": ('{"rsa_pss_saltlen":true}', 20),
    "a salt of null": ('{"rsa_pss_saltlen":null}', 20),
    "a salt as a string": ('{"rsa_pss_saltlen":"32"}', 20),
    "a salt with a fraction": ('{"rsa_pss_saltlen":32.0}', 20),
    "a salt that is no number": ('{"rsa_pss_saltlen":NaN}', 20),
    "no JSON at all": ("rsa_pss_saltlen 32", 20),
    "JSON that breaks off": ('{"rsa_pss_saltlen":32', 20),
    "a bare number": ("32", 20),
    "an empty object": ("{}", 20),
    "brackets without end": ("[" * 100_000, 20),
    "an object in an object, 50,000 times": ('{"a":' * 50_000, 20),
    "a number of 5,000 digits beside the salt": ('{"raw":' + "9" * 5_000 + ',"rsa_pss_saltlen":32}', 32),
    "infinities beside the salt": ('{"a":Infinity,"b":-Infinity,"c":1e999999,"rsa_pss_saltlen":32}', 32),
}


@pytest.fixture(scope="module")
def signed(openssl):
    return openssl.sign(ANDROID, 20)


@pytest.fixture(scope="module")
def world_seed(openssl):
    """Read from a seed file's text, where the public key stands as a block."""
    key = openssl.public_key.replace("\n", "\n" + " " * 14)
    return seed.read(
        f"""
apps:
  - appid: wx1234567890abcdef
    secret: 0123456789abcdef0123456789abcdef
    env: env-demo
    users:
      - openid: oAlice
        phones:
          - id: alices
            profile: android
            auth_key: |
              {key}
      - openid: oBob
        phones:
          - {{id: bobs, profile: android}}
      - openid: oCarol
  - appid: wxfedcba0987654321
    secret: fedcba9876543210fedcba9876543210
    env: env-other
    users:
      - openid: oAlice
""",
        name="seed.yaml",
    )


@pytest.mark.parametrize(("text", "salt_length"), TEXTS.values(), ids=TEXTS)
def test_what_openssl_signed_is_ok(wechat, openssl, text, salt_length):
    assert wechat.verify("oAlice", text, openssl.sign(text, salt_length)).members == OK


@pytest.mark.parametrize(("text", "salt_length"), TEXTS.values(), ids=TEXTS)
def test_another_salt_than_the_text_says_is_not(wechat, openssl, text, salt_length):
    other = 32 if salt_length == 20 else 20
    assert wechat.verify("oAlice", text, openssl.sign(text, other)).members == NOT_OK


def test_the_same_confirmation_is_ok_again_as_replay_is_for_the_caller_to_see(wechat, signed):
    assert [wechat.verify("oAlice", ANDROID, signed)["is_ok"] for _ in range(2)] == [True, True]


CHANGED_TEXTS = {
    "dumped again": json.dumps(json.loads(ANDROID)),
    "dumped again, compact": json.dumps(json.loads(ANDROID), separators=(",", ":")),
    "keys sorted": json.dumps(json.loads(ANDROID), separators=(",", ":"), sort_keys=True).replace("/", r"\/"),
    "slashes not escaped": ANDROID.replace(r"\/", "/"),
    "a newline behind": f"{ANDROID}\n",
    "a blank before": f" {ANDROID}",
    "a byte order mark before": f"\ufeff{ANDROID}",
    "a counter forged": ANDROID.replace("246", "247"),
    "escaped twice": json.dumps(ANDROID),
    "another text": "{}",
}


@pytest.mark.parametrize("text", CHANGED_TEXTS.values(), ids=CHANGED_TEXTS)
def test_any_other_text_of_the_same_meaning_is_not_ok(wechat, signed, text):
    assert wechat.verify("oAlice", text, signed).members == NOT_OK


CHANGED_SIGNATURES = {
    "url-safe base64": lambda signature: base64.urlsafe_b64encode(base64.b64decode(signature)).decode(),
    "hex": lambda signature: base64.b64decode(signature).hex(),
    "without padding": lambda signature: signature.rstrip("="),
    "a blank for every plus": lambda signature: signature.replace("+", " "),
    "a line end behind": lambda signature: f"{signature}\n",
    "in lines of 76": lambda signature: base64.encodebytes(base64.b64decode(signature)).decode(),
    "a byte short": lambda signature: base64.b64encode(base64.b64decode(signature)[:-1]).decode(),
    "too much padding": lambda signature: f"{signature}=",
    "more behind the padding": lambda signature: f"{signature}AAAA",
    "slashes escaped": lambda signature: signature.replace("/", r"\/"),
    "full-width letters": lambda signature: signature.translate({0x41 + i: 0xFF21 + i for i in range(26)}),
    "zeros": lambda _: base64.b64encode(bytes(256)).decode(),
    "no base64": lambda _: "*",
    "no ASCII": lambda _: "签名",
}


@pytest.mark.parametrize("change", CHANGED_SIGNATURES.values(), ids=CHANGED_SIGNATURES)
def test_a_signature_in_another_form_is_not_ok(wechat, openssl, change):
    text, signature = _with_plus_and_slash(openssl)
    assert wechat.verify("oAlice", text, signature).members == OK
    assert wechat.verify("oAlice", text, change(signature)).members == NOT_OK


def _with_plus_and_slash(openssl):
    """A text whose signature looks different in url-safe base64; nearly every one does."""
    signatures = ((text, openssl.sign(text, 20)) for text in (f"{number}" for number in range(1000)))
    return next((text, signature) for text, signature in signatures if "+" in signature and "/" in signature)


@given(place=st.integers(0, len(ANDROID.encode()) * 7 - 1))
def test_one_flipped_bit_of_the_text_is_not_ok(wechat, signed, place):
    changed = bytearray(ANDROID.encode())
    changed[place // 7] ^= 1 << place % 7  # the text is ASCII, and stays so
    assert wechat.verify("oAlice", changed.decode(), signed).members == NOT_OK


@given(place=st.integers(0, 256 * 8 - 1))
def test_one_flipped_bit_of_the_signature_is_not_ok(wechat, signed, place):
    changed = bytearray(base64.b64decode(signed))
    changed[place // 8] ^= 1 << place % 8
    assert wechat.verify("oAlice", ANDROID, base64.b64encode(changed).decode()).members == NOT_OK


@pytest.mark.parametrize("openid", ["oBob", "oCarol"], ids=["a user with another key", "a user with no key"])
def test_another_users_openid_is_not_ok(wechat, signed, openid):
    assert wechat.verify(openid, ANDROID, signed).members == NOT_OK


def test_the_same_openid_in_another_app_is_not_ok(other_wechat, signed):
    assert other_wechat.verify("oAlice", ANDROID, signed).members == NOT_OK


def test_an_openid_that_nobody_has_is_an_error(wechat, signed):
    assert wechat.verify("oNobody", ANDROID, signed).refusal == (40003, "invalid openid")


def test_the_answer_can_have_the_shape_seen_in_the_field_by_setting(wechat, control, signed):
    control.set(verify_signature_reply="field")
    assert wechat.verify("oAlice", ANDROID, signed).members == {"is_ok": True}
    assert wechat.verify("oBob", ANDROID, signed).members == NOT_OK


def test_a_second_phone_of_the_user_is_ok_beside_the_first(wechat, new_phone, signed):
    done = new_phone(openid="oAlice").confirm()
    assert wechat.verify("oAlice", done["resultJSON"], done["resultJSONSignature"]).members == OK
    assert wechat.verify("oAlice", ANDROID, signed).members == OK


def test_the_label_of_the_body_does_not_matter(http, wechat, signed):
    members = {"openid": "oAlice", "json_string": ANDROID, "json_signature": signed}
    for label in ("text/plain", "application/x-www-form-urlencoded", ""):
        path = f"/cgi-bin/soter/verify_signature?access_token={wechat.access_token}"
        assert http.post(path, data=json.dumps(members), content_type=label).json == OK
