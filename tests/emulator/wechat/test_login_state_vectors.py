"""The login-state signature: known answers, and the mistakes that people make, through the real endpoints."""

from __future__ import annotations

import base64
import hashlib
import hmac
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wxemu.wechat import sessions

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
DOUYIN_KEY = "724edcafc423d167724edcbe"
RAW_DATA_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="
MIDAS = "9hAb/NEYUlkaMBEsmFgzig=="
FIELD = "49Q2zEXM3ogcyacpGdCa3A=="

WITH_BODY = {
    "1: the docs": (KEY, '{"foo":"bar"}', "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"),
    "3: minigame midas": (
        MIDAS,
        '{"offer_id": "12345678", "openid": "oUrsfxxxxxxxxxx", "ts": 1668136271, "zone_id": "1", "env": 0}',
        "42fe1d3341fb1c8bd6f5014ba735ab04eacc80a2deb3ab4669eab4700b5b6729",
    ),
    "4: virtual payment": (
        MIDAS,
        '{"openid": "xxx", "user_ip": "127.0.0.1", "env": 0}',
        "089d9e8dc5d308977360c4b79ec600a93d736802802a807d634192328032f6c7",
    ),
    "6: a real request": (
        FIELD,
        (
            '{"openid":"oRfYc5bilYLjGB6qb_e1qtSYbbBQ","offer_id":"1450043962","ts":1669957114,"zone_id":"1",'
            '"user_ip":"116.21.230.32","env":1}'
        ),
        "863baec574cde69d0468fdab78cfa2c70632895cbe1bfe634cd7ce9de1a2d132",
    ),
    "7: Douyin's twin": (
        DOUYIN_KEY,
        '{"foo":"bar"}',
        "44b5092fa1c9adba03803239934d4958b8a1840adf0cee8d5e95c1cf5d495e0e",
    ),
}


def _by_openssl(key: str, body: str = "") -> str:
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", key, "-r"], input=body.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().split()[0]


EMPTY_BODY = {
    "2: the docs' key": (KEY, "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"),
    "5: the midas key": (MIDAS, "1f7605aea24c0785899e51bc4c483167a20ea7b0f5f36cfd398e89cb21c91e9c"),
    "6: the key of a real request": (FIELD, _by_openssl(FIELD)),
    "7: a key that is no base64 of 16 bytes": (DOUYIN_KEY, _by_openssl(DOUYIN_KEY)),
}

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
    assert sessions.signature_of(key, body.encode()) == signature == _by_openssl(key, body)


@pytest.mark.parametrize(("key", "body", "signature"), WITH_BODY.values(), ids=WITH_BODY)
def test_the_signature_of_a_body_proves_nothing_where_there_is_none(wechat, openid_of, key, body, signature):
    assert wechat.with_signature("/wxa/checksession", openid_of[key], signature).errcode == 87009


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
