"""cloud.auth: signed POSTs, encryption keys, and data that a phone has encrypted for the server."""

import base64
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from login_state_vectors import KEY, POSTS, by_openssl

import wxcloud

SET, KEYS = "/wxa/set_user_storage", "/wxa/business/getuserencryptkey"
PATHS = {
    "storage.setUserStorage": SET,
    "storage.removeUserStorage": "/wxa/remove_user_storage",
    "storage.setUserInteractiveData": "/wxa/setuserinteractivedata",
}
IV = base64.b64encode(bytes(range(16))).decode()
APPID = "wx1234567890abcdef"
OK = {"errcode": 0, "errmsg": "ok"}


@pytest.mark.parametrize("api", PATHS)
@pytest.mark.parametrize(("key", "body", "signature"), POSTS.values(), ids=POSTS)
def test_a_text_is_signed_and_sent_as_it_is(cloud, wechat, *, api, key, body, signature):
    wechat.answers(PATHS[api], OK)
    assert cloud.auth.signed_post(api, body, openid="oAlice", session_key=key) == {}
    (sent,) = wechat.sent(PATHS[api])
    assert (sent.method, sent.body) == ("POST", body.encode())
    assert sent.query == {
        "access_token": "token-0",
        "openid": "oAlice",
        "signature": signature,
        "sig_method": "hmac_sha256",
    }
    assert sent.headers["Content-Type"] == "application/json"


json_objects = st.dictionaries(
    st.text(),
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)),
)


@given(body=st.binary(min_size=1, max_size=200).filter(bytes.strip) | json_objects)
def test_the_bytes_that_are_signed_are_the_bytes_that_are_sent(cloud, wechat, body):
    wechat.answers(SET, OK)
    cloud.auth.signed_post("storage.setUserStorage", body, openid="oAlice", session_key=KEY)
    sent = wechat.sent(SET)[-1]
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", KEY, "-r"], input=sent.body, capture_output=True, check=True
    )
    assert sent.query["signature"] == done.stdout.decode().split()[0]
    if isinstance(body, dict):
        assert sent.json == body
    else:
        assert sent.body == body


def test_a_new_token_makes_the_same_post_again(cloud, wechat):
    wechat.answers(SET, {"errcode": 40001, "errmsg": "invalid credential"}, OK)
    wechat.answers("/cgi-bin/stable_token", *({"access_token": token, "expires_in": 7200} for token in "ab"))
    cloud.auth.signed_post("storage.setUserStorage", {"kv_list": []}, openid="oAlice", session_key=KEY)
    first, second = wechat.sent(SET)
    assert first.body == second.body
    assert first.query == {**second.query, "access_token": first.query["access_token"]}


def test_a_refused_signature_is_raised(cloud, wechat):
    wechat.answers(SET, {"errcode": 87009, "errmsg": "invalid signature rid: 1-2-3"})
    with pytest.raises(wxcloud.CloudError) as refused:
        cloud.auth.signed_post("storage.setUserStorage", "{}", openid="oAlice", session_key=KEY)
    assert refused.value.errCode == 87009


@pytest.mark.parametrize("api", ["soter.verifySignature", "auth.checkSessionKey", "no.such"])
def test_what_has_no_signed_body_is_not_posted_so(cloud, wechat, api):
    with pytest.raises(wxcloud.CloudError, match=r"has no signed body; these have: storage\.setUserStorage") as refused:
        cloud.auth.signed_post(api, "{}", openid="oAlice", session_key=KEY)
    assert refused.value.errCode == -604100
    assert wechat.requests == []


def test_over_https_an_openapi_with_a_signed_body_names_the_way_to_sign_it(cloud, wechat):
    with pytest.raises(wxcloud.CloudError, match=r"cloud\.auth\.signed_post"):
        cloud.of({}).openapi.storage.setUserStorage(openid="oAlice", kvList=[])
    assert wechat.requests == []


def test_the_encryption_keys_are_asked_for_with_a_signature_over_nothing(cloud, wechat):
    key = {"encrypt_key": "k==", "iv": "0" * 16, "version": 7, "expire_in": 3600, "create_time": 1}
    wechat.answers(KEYS, {**OK, "key_info_list": [key]})
    assert cloud.auth.user_encrypt_keys(openid="oAlice", session_key=KEY) == [key]
    (sent,) = wechat.sent(KEYS)
    assert (sent.method, sent.body, sent.query["signature"]) == ("GET", b"", by_openssl(KEY))


@pytest.mark.parametrize("answer", [{}, {"key_info_list": {}}, {"key_info_list": ["key"]}])
def test_an_answer_without_keys_is_none(cloud, wechat, answer):
    wechat.answers(KEYS, {**OK, **answer})
    with pytest.raises(wxcloud.CloudError) as refused:
        cloud.auth.user_encrypt_keys(openid="oAlice", session_key=KEY)
    assert refused.value.errCode == -604103


def encrypt(text, *, session_key=KEY):
    """What OpenSSL makes of a text."""
    key, iv = (base64.b64decode(part).hex() for part in (session_key, IV))
    command = ["openssl", "enc", "-aes-128-cbc", "-K", key, "-iv", iv]
    encrypted = subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout
    return base64.b64encode(encrypted).decode()


def marked(**members):
    return json.dumps({**members, "watermark": {"timestamp": 1, "appid": APPID}}, ensure_ascii=False)


@pytest.mark.parametrize("name", ["", "Band", "微信用户 😀", "x" * 1000])
def test_data_are_decrypted(cloud, name):
    data = cloud.auth.decrypt_data(KEY, encrypt(marked(nickName=name)), IV)
    assert data == {"nickName": name, "watermark": {"timestamp": 1, "appid": APPID}}


UNREADABLE = {
    "another session_key": (encrypt(marked(), session_key="9hAb/NEYUlkaMBEsmFgzig=="), "with this session_key"),
    "cut off": (base64.b64encode(base64.b64decode(encrypt(marked()))[:-1]).decode(), "must be base64 of blocks"),
    "empty": ("", "must be base64 of blocks"),
    "no base64": ("not base64!", "must be base64"),
    "no text": (None, "must be base64"),
    "no JSON": (encrypt("no JSON"), "with this session_key"),
    "no object": (encrypt("[1]"), "with this session_key"),
    "too deep": (encrypt("[" * 100_000), "with this session_key"),
    "another app's": (encrypt('{"watermark":{"appid":"wxfedcba0987654321"}}'), "this app"),
    "without a watermark": (encrypt('{"openId":"oAlice"}'), "this app"),
    "with a watermark that is none": (encrypt('{"watermark":"wx1234567890abcdef"}'), "this app"),
}


@pytest.mark.parametrize(("encrypted", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_other_data_are_refused_without_a_word_of_them(cloud, encrypted, reason):
    with pytest.raises(wxcloud.CloudError, match=reason) as refused:
        cloud.auth.decrypt_data(KEY, encrypted, IV)
    assert refused.value.errCode == -501007
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize("text", ["123456", "", "AAAA", "no base64 at all!!!!", None])
def test_a_session_key_and_an_iv_are_sixteen_bytes(cloud, place, text):
    given = [KEY, encrypt(marked()), IV]
    given[place] = text
    with pytest.raises(wxcloud.CloudError, match="must be base64") as refused:
        cloud.auth.decrypt_data(*given)
    assert refused.value.errCode == -501007


def test_without_cryptography_it_says_what_is_needed(cloud, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers", None)
    with pytest.raises(wxcloud.CloudError, match=r"requirements\.txt"):
        cloud.auth.decrypt_data(KEY, encrypt(marked()), IV)


def test_without_an_appid_no_watermark_is_taken(environ):
    cloud = wxcloud.init({**environ, "WX_APPID": ""})
    with pytest.raises(wxcloud.CloudError, match="WX_APPID"):
        cloud.auth.decrypt_data(KEY, encrypt(marked()), IV)
