"""The published and recomputed vectors of WeChat's login-state signature."""

from __future__ import annotations

import pytest

from wxcloud.auth import sign_login_state

KEY_1, KEY_3, KEY_6 = "o0q0otL8aEzpcZL/FT9WsQ==", "9hAb/NEYUlkaMBEsmFgzig==", "49Q2zEXM3ogcyacpGdCa3A=="


@pytest.mark.parametrize(
    ("session_key", "body", "signature"),
    [
        (KEY_1, b'{"foo":"bar"}', "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"),
        (KEY_1, b"", "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"),
        (
            KEY_3,
            b'{"offer_id": "12345678", "openid": "oUrsfxxxxxxxxxx", "ts": 1668136271, "zone_id": "1", "env": 0}',
            "42fe1d3341fb1c8bd6f5014ba735ab04eacc80a2deb3ab4669eab4700b5b6729",
        ),
        (
            KEY_3,
            b'{"openid": "xxx", "user_ip": "127.0.0.1", "env": 0}',
            "089d9e8dc5d308977360c4b79ec600a93d736802802a807d634192328032f6c7",
        ),
        (KEY_3, b"", "1f7605aea24c0785899e51bc4c483167a20ea7b0f5f36cfd398e89cb21c91e9c"),
        (
            KEY_6,
            (
                b'{"openid":"oRfYc5bilYLjGB6qb_e1qtSYbbBQ","offer_id":"1450043962","ts":1669957114,"zone_id":"1",'
                b'"user_ip":"116.21.230.32","env":1}'
            ),
            "863baec574cde69d0468fdab78cfa2c70632895cbe1bfe634cd7ce9de1a2d132",
        ),
        (
            "724edcafc423d167724edcbe",
            b'{"foo":"bar"}',
            "44b5092fa1c9adba03803239934d4958b8a1840adf0cee8d5e95c1cf5d495e0e",
        ),
    ],
)
def test_a_published_vector_is_met(session_key, body, signature):
    assert sign_login_state(session_key, body) == signature


@pytest.mark.parametrize(
    ("mistake", "body", "signature"),
    [
        ("decoded key", b'{"foo":"bar"}', "bfa6883695fed51bb7e5897ce895842574a58f8a9cc5c4343f47c515ab337b89"),
        ("dumped again", b'{"foo":"bar"}', "fda6d1f70635d53ea65f2fe7205194db6508654494ea06be90c1b7bf79e63ebb"),
        ("arguments swapped", b"", "960b00797a7ea423d40216c7e6e9c227ce79ab6535f7bd1b47eac64555a08085"),
    ],
)
def test_a_common_mistake_is_not_made(mistake, body, signature):
    assert sign_login_state(KEY_1, body) != signature, mistake
