"""The login-state signature: known answers, and the mistakes that people make, through the real endpoints."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from login_state_vectors import DOUYIN_KEY, EMPTY_BODY, FIELD, KEY, MIDAS, RAW_DATA_KEY, WITH_BODY, by_openssl

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


@pytest.fixture(scope="module")
def world_seed():
    keys = {"oAlice": KEY, "oMidas": MIDAS, "oField": FIELD, "oDouyin": DOUYIN_KEY, "oRaw": RAW_DATA_KEY}
    users = [{"openid": openid, "session_key": key} for openid, key in keys.items()]
    app = {"appid": "wx1234567890abcdef", "secret": "0123456789abcdef0123456789abcdef", "env": "env-demo"}
    return {"apps": [{**app, "users": users}]}


@pytest.fixture
def openid_of(world_seed):
    return {user["session_key"]: user["openid"] for user in world_seed["apps"][0]["users"]}


@pytest.mark.parametrize("path", ["/wxa/checksession", "/wxa/resetusersessionkey"])
@pytest.mark.parametrize(("key", "signature"), EMPTY_BODY.values(), ids=EMPTY_BODY)
def test_the_signature_of_an_empty_body_proves_a_session(wechat, openid_of, path, key, signature):
    assert wechat.with_signature(path, openid_of[key], signature).is_success


@pytest.mark.parametrize(("key", "body", "signature"), WITH_BODY.values(), ids=WITH_BODY)
def test_the_signature_of_a_body_is_the_known_one(key, body, signature):
    assert sessions.signature_of(key, body.encode()) == signature == by_openssl(key, body)


@pytest.mark.parametrize("path", ["/wxa/checksession", "/wxa/resetusersessionkey"])
@pytest.mark.parametrize("signature", MISTAKES.values(), ids=MISTAKES)
def test_a_mistaken_signature_is_invalid(wechat, path, signature):
    assert wechat.with_signature(path, "oAlice", signature).refusal == (87009, "invalid signature")


def test_the_signature_of_user_data_proves_no_session(wechat):
    of_user_data = "75e81ceda165f4ffa64f4068af58c64b8f54b88c"
    assert wechat.with_signature("/wxa/checksession", "oRaw", of_user_data).refusal == (87009, "invalid signature")


def test_the_signature_of_another_users_key_is_invalid(wechat):
    signature = sessions.signature_of(MIDAS)
    assert wechat.with_signature("/wxa/checksession", "oAlice", signature).errcode == 87009


@settings(deadline=None)
@given(key=st.text(st.characters(codec="utf-8"), min_size=1), body=st.binary())
def test_the_signature_is_hmac_sha256_over_the_characters_of_the_key(key, body):
    assert sessions.signature_of(key, body) == hmac.digest(key.encode(), body, "sha256").hex()
