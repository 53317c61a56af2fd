"""POST /cgi-bin/soter/verify_signature, with texts that the openssl command has signed."""

from __future__ import annotations

import base64
import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
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
SHAPES = {
    "android": (ANDROID, 20),
    "ios": (IOS, 20),
    "huawei states its salt": (HUAWEI, 32),
    "blanks as in the server guide": ('{ "raw":"msg" , "fid":"3" , "counter":10 }', 20),
    "Chinese, escaped and not": (r'{"raw":"\u652f付 \/","counter":1}', 20),
    "beyond the basic plane": ('{"raw":"😀","counter":1,"rsa_pss_saltlen":32}', 32),
    "salt 20 stated": ('{"raw":"a","rsa_pss_saltlen":20}', 20),
}


class Openssl:
    """A device whose AuthKey the openssl command holds."""

    def __init__(self, folder):
        self.folder = folder
        self._run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", "key.pem")
        self.public_key = self._run("pkey", "-in", "key.pem", "-pubout").decode()

    def _run(self, *arguments, sent=b""):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, input=sent, capture_output=True, check=True)
        return done.stdout

    def sign(self, text, salt_length):
        pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", f"rsa_pss_saltlen:{salt_length}"]
        signature = self._run("dgst", "-sha256", *pss, "-sign", "key.pem", sent=text.encode())
        return base64.b64encode(signature).decode()


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    return Openssl(tmp_path_factory.mktemp("openssl"))


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


@pytest.mark.parametrize(("text", "salt_length"), SHAPES.values(), ids=SHAPES)
def test_what_openssl_signed_is_ok(wechat, openssl, text, salt_length):
    assert wechat.verify("oAlice", text, openssl.sign(text, salt_length)).members == OK


@pytest.mark.parametrize(("text", "salt_length"), SHAPES.values(), ids=SHAPES)
def test_another_salt_than_the_text_says_is_not(wechat, openssl, text, salt_length):
    assert wechat.verify("oAlice", text, openssl.sign(text, 52 - salt_length)).members == NOT_OK


def test_the_same_confirmation_is_ok_again_as_replay_is_for_the_caller_to_see(wechat, signed):
    assert [wechat.verify("oAlice", ANDROID, signed)["is_ok"] for _ in range(2)] == [True, True]


CHANGED_TEXTS = {
    "dumped again": json.dumps(json.loads(ANDROID)),
    "dumped again, compact": json.dumps(json.loads(ANDROID), separators=(",", ":")),
    "keys sorted": json.dumps(json.loads(ANDROID), separators=(",", ":"), sort_keys=True).replace("/", r"\/"),
    "slashes not escaped": ANDROID.replace(r"\/", "/"),
    "a newline behind": f"{ANDROID}\n",
    "a blank before": f" {ANDROID}",
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


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(ANDROID.encode()) * 7 - 1))
def test_one_flipped_bit_of_the_text_is_not_ok(wechat, signed, place):
    changed = bytearray(ANDROID.encode())
    changed[place // 7] ^= 1 << place % 7  # the text is ASCII, and stays so
    assert wechat.verify("oAlice", changed.decode(), signed).members == NOT_OK


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
