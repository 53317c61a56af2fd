"""WeChat's login-state signature: published vectors, those of real requests, and what the openssl command says."""

import subprocess

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
DOUYIN_KEY = "724edcafc423d167724edcbe"
RAW_DATA_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="
MIDAS = "9hAb/NEYUlkaMBEsmFgzig=="
FIELD = "49Q2zEXM3ogcyacpGdCa3A=="
SHORT_KEY = "123456"

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

CHINESE = '{"kv_list":[{"key":"n","value":"中"}]}'
COMPACT = '{"kv_list":[{"key":"score","value":"100"},{"key":"gold","value":"3000"}]}'
SPACED = '{ "kv_list":[{"key":"score","value":"100"},{"key":"gold","value":"3000"}] }'
IN_ORDER = '{"kv_list":[{"key":"1","value":0}]}'
SWAPPED = '{"kv_list":[{"value":0,"key":"1"}]}'
POSTS = {
    "a thread of developers": (
        SHORT_KEY,
        '{"kv_list":[{"key":"lvrank","value":"1"}]}',
        "bfa13abc564755ec3f7dcee1225f641b232dc93f1b4391264f99b7cd77a781ea",
    ),
    "the docs of B2b": (
        MIDAS,
        '{"mchid": "1230000109","out_trade_no": "1217752501201407033233368018"}',
        "47784191c740b0522d39d0a3926a19aa0e30c77975f689a9739c9553ffac2d9d",
    ),
    "two pairs": (KEY, COMPACT, "c8cf97da429620b58688bc5819cc79a3a00a36ca91f026b65798abf7e60ab0e1"),
    "with blanks": (KEY, SPACED, "2da92b90084a433391b02bf7ee30cbc6295c47830f3279fb0ae4a0e385c6499f"),
    "keys": (
        KEY,
        '{"key":["gold","score"]}',
        "ee21d54a1c5381330aee399c30fe465bf06ca5d2d4031068d4ac7c73ddddb651",
    ),
    "a number": (KEY, IN_ORDER, "95bebc0d5f08ed2ada061f6570a60d3ef4d5073681b6cd617fc80640f7d37d60"),
    "its fields swapped": (KEY, SWAPPED, "0a229c265eb056d6c252084d54804d9dc0a9334ad1303848b556faa7908be8d3"),
    "a Chinese character": (KEY, CHINESE, "ceba7be53fe9916d2e71527473a1d423bc3d1e42440c00b7122db1b1334c314c"),
    "the same escaped": (
        KEY,
        CHINESE.replace("中", r"\u4e2d"),
        "88cb646fba77da2038495fe3de081b5a3fbb4aa74a76813a3ce502d07fa1e407",
    ),
}
"""Bodies of set_user_storage and its like, or of another openapi, and what their signature must be."""
TWINS = (
    CHINESE,
    CHINESE.replace("中", r"\u4e2d"),
    CHINESE.replace(":", ": "),
    '{"kv_list":[{"value":"中","key":"n"}]}',
)
"""The same JSON, spelt in four ways."""


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
