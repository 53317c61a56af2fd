"""The openapis with a signed body, by HTTPS and by cloud call: what they keep, what they refuse, and in which order."""

import json

import pytest
from node_sdk import message

from wxemu.wechat import sessions

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SET, REMOVE, INTERACT = "/wxa/set_user_storage", "/wxa/remove_user_storage", "/wxa/setuserinteractivedata"
ENCRYPT_KEYS = "/wxa/business/getuserencryptkey"
BODIES = {
    SET: b'{"kv_list":[{"key":"score","value":"100"}]}',
    REMOVE: b'{"key":["score"]}',
    INTERACT: b'{"kv_list":[{"key":"1","value":0}]}',
}
NAMES = {SET: "storage.setUserStorage", REMOVE: "storage.removeUserStorage", INTERACT: "storage.setUserInteractiveData"}


def kv_list(pairs):
    return {"kv_list": [{"key": key, "value": value} for key, value in pairs.items()]}


@pytest.fixture(params=["HTTPS", "cloud call in protobuf", "cloud call in JSON"])
def ask(request, wechat, sdk, grant):
    """What is answered, with a signature by HTTPS and without one by cloud call."""

    def by_https(path, members, openid="oAlice"):
        return wechat.post_signed(path, json.dumps(members).encode(), openid, KEY).members

    def by_cloud_call(path, members, openid="oAlice"):
        sdk.token = grant(openapis=NAMES.values())
        given = {"openid": openid, **members}
        if request.param.endswith("JSON"):
            return sdk.api(given, NAMES[path])
        return json.loads(sdk.open_api(message(given), NAMES[path]).resp_data)

    return by_https if request.param == "HTTPS" else by_cloud_call


@pytest.fixture
def refusal(ask):
    """errcode and text before the rid."""

    def told(path, members, openid="oAlice"):
        answer = ask(path, members, openid)
        assert answer["errcode"] != 0
        return answer["errcode"], answer["errmsg"].partition(" rid:")[0]

    return told


@pytest.mark.parametrize("path", BODIES)
def test_the_documented_body_is_taken(ask, path):
    assert ask(path, json.loads(BODIES[path])) == {"errcode": 0, "errmsg": "ok"}


LONG_KEY, LONGEST_KEY = "k" * 129, "字" * 42 + "kk"
FORMS = {
    "a key of 129 bytes": (kv_list({LONG_KEY: ""}), 87019, "key too long"),
    "a Chinese key of 129 bytes": (kv_list({"字" * 43: ""}), 87019, "key too long"),
    "a long key in a long pair: the key first": (kv_list({LONG_KEY: "v" * 1024}), 87019, "key too long"),
    "a pair of 1025 bytes": (kv_list({"k": "v" * 1024}), 87016, "key-value pair too long"),
    "a Chinese pair of 1025 bytes": (kv_list({"k": "字" * 341 + "v"}), 87016, "key-value pair too long"),
    "129 pairs": (kv_list({f"k{number}": "" for number in range(129)}), 87018, "too many key-value pairs"),
    "129 pairs, one of them too long: that first": (
        kv_list({**{f"k{number}": "" for number in range(128)}, LONG_KEY: ""}),
        87019,
        "key too long",
    ),
    "no kv_list": ({}, 40101, "missing parameter"),
    "a kv_list that is text": ({"kv_list": '[{"key":"a","value":"b"}]'}, 40097, "invalid args"),
    "a kv_list that is an object": ({"kv_list": {"a": "b"}}, 40097, "invalid args"),
    "a pair that is text": ({"kv_list": ["a"]}, 40097, "invalid args"),
    "a pair without a value": ({"kv_list": [{"key": "a"}]}, 40097, "invalid args"),
    "a value that is an object": (kv_list({"a": {"b": 1}}), 40097, "invalid args"),
    "a value that is true": (kv_list({"a": True}), 40097, "invalid args"),
    "a key that is a number": ({"kv_list": [{"key": 1, "value": "a"}]}, 40097, "invalid args"),
    "a lone surrogate": (kv_list({"a": "\ud800"}), 40097, "invalid args"),
}


@pytest.mark.parametrize(("members", "errcode", "errmsg"), FORMS.values(), ids=FORMS)
def test_storage_refuses(refusal, members, errcode, errmsg):
    assert refusal(SET, members) == (errcode, errmsg)


@pytest.mark.parametrize(
    "pairs",
    [{LONGEST_KEY: "v" * 896}, {"k": "v" * 1023}, {f"k{number}": "v" * 1020 for number in range(128)}, {"": ""}, {}],
    ids=["a key of 128 bytes", "a pair of 1024 bytes", "128 pairs of 1024 bytes", "an empty key", "no pair"],
)
def test_storage_takes_what_is_within_its_limits(ask, pairs):
    assert ask(SET, kv_list(pairs))["errcode"] == 0


def test_what_is_stored_already_counts(ask, refusal):
    assert ask(SET, kv_list({f"k{number}": "" for number in range(127)}))["errcode"] == 0
    assert ask(SET, kv_list({"k0": "changed", "k127": ""}))["errcode"] == 0
    assert refusal(SET, kv_list({"one more": ""})) == (87018, "too many key-value pairs")
    assert ask(REMOVE, {"key": ["k0", "not there"]})["errcode"] == 0
    assert ask(SET, kv_list({"one more": ""}))["errcode"] == 0


def test_a_refused_call_keeps_nothing(ask, refusal):
    assert ask(SET, kv_list({f"k{number}": "" for number in range(127)}))["errcode"] == 0
    assert refusal(SET, kv_list({"good": "", LONG_KEY: ""}))[0] == 87019
    assert ask(SET, kv_list({"the last": ""}))["errcode"] == 0  # for which there would be no room


def test_each_user_of_each_app_has_a_storage_of_their_own(wechat, other_wechat):
    full = json.dumps(kv_list({f"k{number}": "" for number in range(128)})).encode()
    assert wechat.post_signed(SET, full, "oAlice", KEY).is_success
    assert wechat.post_signed(SET, full, "oBob", "9hAb/NEYUlkaMBEsmFgzig==").is_success
    assert other_wechat.post_signed(SET, full, "oDave", "49Q2zEXM3ogcyacpGdCa3A==").is_success


@pytest.mark.parametrize("key", ["0", "51", "01", "1.0", " 1", "score", "", "\u0661"])
def test_interactive_data_has_fifty_keys(refusal, key):
    assert refusal(INTERACT, kv_list({"1": 1, key: 1})) == (87082, "invalid key")


@pytest.mark.parametrize("value", ["1", 1.5, True, None, 2**31, -(2**31) - 1])
def test_interactive_data_are_32_bit_integers(refusal, value):
    assert refusal(INTERACT, kv_list({"1": value})) == (40097, "invalid args")


def test_interactive_data_takes_all_its_keys(ask):
    numbers = {str(key): -(2**31) if key % 2 else 2**31 - 1 for key in range(1, 51)}
    assert ask(INTERACT, kv_list(numbers))["errcode"] == 0


@pytest.mark.parametrize(
    ("path", "errcode", "errmsg"),
    [(SET, 40003, "invalid openid"), (REMOVE, 40003, "invalid openid"), (INTERACT, 87081, "invalid openid")],
)
@pytest.mark.parametrize("openid", ["oNobody", "oDave"])
def test_an_openid_of_nobody_in_this_app_is_refused(refusal, *, path, errcode, errmsg, openid):
    assert refusal(path, json.loads(BODIES[path]), openid) == (errcode, errmsg)


@pytest.mark.parametrize("members", [{"key": "score"}, {"key": [1]}, {"key": ["\ud800"]}])
def test_what_is_removed_is_a_list_of_keys(refusal, members):
    assert refusal(REMOVE, members) == (40097, "invalid args")


QUERIES = {
    "no openid": ({"openid": ""}, 41009, "missing openid"),
    "no signature": ({"signature": ""}, 40101, "missing parameter"),
    "no sig_method": ({"sig_method": ""}, 87008, "invalid sig_method"),
    "another sig_method": ({"sig_method": "hmac_sha1"}, 87008, "invalid sig_method"),
    "a wrong sig_method and signature: sig_method first": (
        {"sig_method": "hmac_sha1", "signature": "0" * 64},
        87008,
        "invalid sig_method",
    ),
    "a user without a session": ({"openid": "oCarol"}, 87009, "invalid signature"),
    "another user's signature": ({"openid": "oBob"}, 87009, "invalid signature"),
}


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(("changes", "errcode", "errmsg"), QUERIES.values(), ids=QUERIES)
def test_a_signed_post_refuses(wechat, *, path, changes, errcode, errmsg):
    assert wechat.post_signed(path, BODIES[path], "oAlice", KEY, **changes).refusal == (errcode, errmsg)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("body", "errcode"), [(b"", 44002), (b" \n", 44002), (b"[]", 47001), (b"kv_list=1", 47001), (b"\xff", 47001)]
)
def test_the_signature_is_told_before_what_the_body_is(wechat, path, body, errcode):
    assert wechat.post_signed(path, body, "oAlice", KEY).errcode == errcode
    assert wechat.post_signed(path, body, "oAlice", KEY, signature="0" * 64).errcode == 87009


@pytest.mark.parametrize("path", BODIES)
def test_the_openid_is_that_of_the_query(wechat, path):
    body = BODIES[path].replace(b"{", b'{"openid":"oNobody",', 1)
    assert wechat.post_signed(path, body, "oAlice", KEY).is_success


@pytest.mark.parametrize("path", BODIES)
def test_a_replaced_session_key_signs_no_more(wechat, control, path):
    wechat.log_in("oAlice")
    assert wechat.post_signed(path, BODIES[path], "oAlice", KEY).refusal == (87009, "invalid signature")


def test_an_ended_session_answers_as_is_set(wechat, control, clock):
    clock.advance(4 * 24 * 3600)
    assert wechat.post_signed(SET, BODIES[SET], "oAlice", KEY).errcode == 87009
    control.set(stale_session_errcode=87007)
    assert wechat.post_signed(SET, BODIES[SET], "oAlice", KEY).errcode == 87007


@pytest.mark.parametrize("path", BODIES)
def test_a_signed_post_is_a_post(wechat, path):
    assert wechat.with_signature(path, "oAlice", sessions.signature_of(KEY)).errcode == 43002


@pytest.mark.parametrize("path", [*BODIES, ENCRYPT_KEYS])
def test_an_unknown_token_is_told_before_anything_else(wechat, path):
    assert wechat.post_signed(path, b"", "oNobody", "", access_token=f"10_{'x' * 133}").errcode == 40001
    assert wechat.post_signed(path, b"", "oNobody", "", access_token="").errcode == 41001


@pytest.mark.parametrize("path", NAMES)
def test_an_app_without_permission_is_told_before_its_signature(wechat, tenant, path):
    tenant.restrict(unauthorized=[NAMES[path]])
    assert wechat.post_signed(path, b"", "oAlice", "").errcode == 48001


def test_the_encrypt_keys_are_not_to_be_had_by_cloud_call(sdk, grant):
    sdk.token = grant(openapis=["internet.getUserEncryptKey"])
    assert sdk.api({"openid": "oAlice"}, "internet.getUserEncryptKey")["errcode"] == -604100


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_list_of_encrypt_keys_stands_in_a_refused_signature_too(wechat, method):
    query = {"openid": "oAlice", "signature": "0" * 64, "sig_method": "hmac_sha256"}
    refused = wechat.call(method, ENCRYPT_KEYS, access_token=wechat.access_token, **query)
    assert (refused.errcode, refused["key_info_list"]) == (87009, [])


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_the_encrypt_keys_are_asked_for_by_get_or_post(wechat, method):
    assert wechat.call(method, ENCRYPT_KEYS, access_token=wechat.access_token).refusal == (43001, "require GET method")


def test_storage_is_in_a_saved_state_and_gone_with_a_reset(wechat, control):
    full = json.dumps(kv_list({f"k{number}": "" for number in range(128)})).encode()
    one_more = json.dumps(kv_list({"one more": ""})).encode()
    assert wechat.post_signed(SET, full, "oAlice", KEY).is_success
    control.post("state/snapshots", name="full")
    control.post("state/reset")
    assert wechat.post_signed(SET, one_more, "oAlice", KEY).is_success
    control.post("state/reset", to="full")
    assert wechat.post_signed(SET, one_more, "oAlice", KEY).errcode == 87018
