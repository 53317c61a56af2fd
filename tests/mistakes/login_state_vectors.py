"""WeChat's login-state signature: published vectors, those of real requests, and what the openssl command says."""

import subprocess

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


def by_openssl(key: str, body: str = "") -> str:
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", key, "-r"], input=body.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().split()[0]


EMPTY_BODY = {
    "2: the docs' key": (KEY, "46e043c5525c2d817c44be603d30837a808a1d930d038f6fdc3e62a201fed128"),
    "5: the midas key": (MIDAS, "1f7605aea24c0785899e51bc4c483167a20ea7b0f5f36cfd398e89cb21c91e9c"),
    "6: the key of a real request": (FIELD, by_openssl(FIELD)),
    "7: a key that is no base64 of 16 bytes": (DOUYIN_KEY, by_openssl(DOUYIN_KEY)),
}
