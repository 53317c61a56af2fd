"""The login-state signature: known answers, and the mistakes that people make, through the real endpoints."""

import base64
import hashlib
import hmac
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from login_state_vectors import (
    DOUYIN_KEY,
    EMPTY_BODY,
    FIELD,
    KEY,
    MIDAS,
    POSTS,
    RAW_DATA_KEY,
    SHORT_KEY,
    TWINS,
    WITH_BODY,
    by_openssl,
)

from wxemu.wechat import sessions

MISTAKES = {
    "base64-decodes the key": "bfa6883695fed51bb7e5897ce895842574a58f8a9cc5c4343f47c515ab337b89",
    "swaps key and message": "960b00797a7ea423d40216c7e6e9c227ce79ab6535f7bd1b47eac64555a08085",
    "signs a body": "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b",
    "signs a body with a blank": "fda6d1f70635d53ea65f2fe7205194db6508654494ea06be90c1b7bf79e63ebb",
    "hashes rawData": hashlib.sha1(b'{"nickName":"A"}' + KEY.encode()).hexdigest(),
    "base64 of the hex": base64.b64encode(sessions.signature_of(KEY).encode()).decode(),
    "base64 of the bytes": base64.b64encode(bytes.fromhex(sessions.signature_of(KEY))).decode(),
    "the bytes as they are": bytes.fromhex(sessions.signature_of(KEY)).decode("latin-1"),
    "upper case": sessions.signature_of(KEY).upper(),
    "the word session_key as the key": sessions.signature_of("session_key"),
    "the key itself": KEY,
    "signs the openid": hmac.new(KEY.encode(), b"oAlice", hashlib.sha256).hexdigest(),
    "another hash": hmac.new(KEY.encode(), b"", hashlib.sha1).hexdigest(),
    "a blank behind": f"{sessions.signature_of(KEY)} ",
    "a digit short": sessions.signature_of(KEY)[:-1],
    "the docs' sample of an unknown key": "fefce01bfba4",
    "no ASCII": "字" * 64,
}

BODY = b'{"kv_list":[{"key":"score","value":"100"}]}'
MISTAKES_OF_A_BODY = {
    "base64-decodes the key": hmac.new(base64.b64decode(KEY), BODY, hashlib.sha256).hexdigest(),
    "swaps key and message": hmac.new(BODY, KEY.encode(), hashlib.sha256).hexdigest(),
    "signs nothing": sessions.signature_of(KEY),
    "signs the body's inner list": sessions.signature_of(KEY, b'[{"key":"score","value":"100"}]'),
    "signs the body with a line's end": sessions.signature_of(KEY, BODY + b"\n"),
    "hashes body and key": hashlib.sha1(BODY + KEY.encode()).hexdigest(),
    "upper case": sessions.signature_of(KEY, BODY).upper(),
    "the word session_key as the key": sessions.signature_of("session_key", BODY),
    "another user's key": sessions.signature_of(MIDAS, BODY),
}
EMPTY_PATHS = ["/wxa/checksession", "/wxa/resetusersessionkey", "/wxa/business/getuserencryptkey"]
POST_PATHS = ["/wxa/set_user_storage", "/wxa/remove_user_storage", "/wxa/setuserinteractivedata"]
VECTORS = {**WITH_BODY, **POSTS}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.binary(max_size=200) | st.builds(
    lambda value, is_ascii, indent: json.dumps(value, ensure_ascii=is_ascii, indent=indent).encode(errors="replace"),
    json_values | st.fixed_dictionaries({"kv_list": json_values}),
    st.booleans(),
    st.none() | st.integers(0, 3),
)


@pytest.fixture(scope="module")
def world_seed():
    keys = {
        "oAlice": KEY,
        "oMidas": MIDAS,
        "oField": FIELD,
        "oDouyin": DOUYIN_KEY,
        "oRaw": RAW_DATA_KEY,
        "oShort": SHORT_KEY,
    }
    users = [{"openid": openid, "session_key": key} for openid, key in keys.items()]
    app = {"appid": "wx1234567890abcdef", "secret": "0123456789abcdef0123456789abcdef", "env": "env-demo"}
    return {"apps": [{**app, "users": users}]}


@pytest.fixture
def openid_of(world_seed):
    return {user["session_key"]: user["openid"] for user in world_seed["apps"][0]["users"]}


@pytest.mark.parametrize("path", EMPTY_PATHS)
@pytest.mark.parametrize(("key", "signature"), EMPTY_BODY.values(), ids=EMPTY_BODY)
def test_the_signature_of_an_empty_body_proves_a_session(wechat, openid_of, path, key, signature):
    assert wechat.with_signature(path, openid_of[key], signature).is_success


@pytest.mark.parametrize(("key", "body", "signature"), VECTORS.values(), ids=VECTORS)
def test_the_signature_of_a_body_is_the_known_one(key, body, signature):
    assert sessions.signature_of(key, body.encode()) == signature == by_openssl(key, body)


@pytest.mark.parametrize(("key", "body", "signature"), VECTORS.values(), ids=VECTORS)
def test_the_signature_of_a_body_proves_its_post(wechat, openid_of, key, body, signature):
    path = "/wxa/remove_user_storage" if '"key":[' in body else "/wxa/set_user_storage"
    answered = wechat.post_signed(path, body.encode(), openid_of[key], key, signature=signature)
    is_kept = '"key":[' in body or '"kv_list":[' in body
    assert answered.errcode == (0 if is_kept else 40101)  # the others are bodies of other openapis, without a kv_list


@pytest.mark.parametrize(("sent", "signed"), [*itertools.permutations(TWINS, 2)])
def test_the_same_json_spelt_otherwise_is_another_body(wechat, sent, signed):
    assert wechat.post_signed("/wxa/set_user_storage", sent.encode(), "oAlice", KEY).is_success
    signature = sessions.signature_of(KEY, signed.encode())
    answered = wechat.post_signed("/wxa/set_user_storage", sent.encode(), "oAlice", KEY, signature=signature)
    assert answered.refusal == (87009, "invalid signature")


@given(body=bodies)
def test_any_body_is_proved_by_the_signature_of_its_bytes_and_by_no_other(wechat, body):
    token = wechat.access_token
    for path in POST_PATHS:
        assert wechat.post_signed(path, body, "oAlice", KEY, access_token=token).errcode != 87009


@given(body=bodies.filter(bool), data=st.data())
def test_one_byte_changed_and_the_signature_is_invalid(wechat, body, data):
    at, bit = data.draw(st.integers(0, len(body) - 1)), data.draw(st.integers(0, 7))
    changed = bytes([*body[:at], body[at] ^ 1 << bit, *body[at + 1 :]])
    signature = sessions.signature_of(KEY, body)
    answered = wechat.post_signed("/wxa/set_user_storage", changed, "oAlice", KEY, signature=signature)
    assert answered.refusal == (87009, "invalid signature")


@pytest.mark.parametrize("path", POST_PATHS)
@pytest.mark.parametrize("signature", MISTAKES_OF_A_BODY.values(), ids=MISTAKES_OF_A_BODY)
def test_a_mistaken_signature_of_a_body_is_invalid(wechat, path, signature):
    answered = wechat.post_signed(path, BODY, "oAlice", KEY, signature=signature)
    assert answered.refusal == (87009, "invalid signature")


def test_a_post_for_the_encrypt_keys_signs_nothing_too(wechat):
    path, body = "/wxa/business/getuserencryptkey", b'{"openid":"oAlice"}'
    assert wechat.post_signed(path, body, "oAlice", KEY, signature=sessions.signature_of(KEY)).is_success
    assert wechat.post_signed(path, body, "oAlice", KEY).errcode == 87009


@pytest.mark.parametrize("path", EMPTY_PATHS)
@pytest.mark.parametrize("signature", MISTAKES.values(), ids=MISTAKES)
def test_a_mistaken_signature_is_invalid(wechat, path, signature):
    assert wechat.with_signature(path, "oAlice", signature).errcode == 87009


def test_the_signature_of_user_data_proves_no_session(wechat):
    of_user_data = "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    assert wechat.with_signature("/wxa/checksession", "oRaw", of_user_data).refusal == (87009, "invalid signature")


def test_the_signature_of_another_users_key_is_invalid(wechat):
    signature = sessions.signature_of(MIDAS)
    assert wechat.with_signature("/wxa/checksession", "oAlice", signature).errcode == 87009


@given(key=st.text(st.characters(codec="utf-8"), min_size=1), body=st.binary())
def test_the_signature_is_hmac_sha256_over_the_characters_of_the_key(key, body):
    assert sessions.signature_of(key, body) == hmac.digest(key.encode(), body, "sha256").hex()
