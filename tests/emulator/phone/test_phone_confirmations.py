"""wx.startSoterAuthentication: its outcomes, in WeChat's order of checks."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.state import seed

FREEZE = "authenticate freeze. please try again later"
TOO_LONG = "challenge is too long. 512 chars at most"


def _failed(errcode, text, auth_mode="fingerPrint"):
    return {
        "errCode": errcode,
        "authMode": auth_mode,
        "resultJSON": "",
        "resultJSONSignature": "",
        "errMsg": f"startSoterAuthentication:fail {text}".rstrip(),
    }


@pytest.fixture
def android(new_phone):
    return new_phone("android", openid="oAlice")


@pytest.fixture
def ios(new_phone):
    return new_phone("ios", openid="oBob")


@pytest.mark.parametrize(
    ("profile", "mode", "members"),
    [
        ("android", "fingerPrint", ["raw", "fid", "counter", "tee_n", "tee_v", "fp_n", "fp_v", "cpu_id", "uid"]),
        ("ios", "facial", ["raw", "counter", "uid", "cpu_id"]),
        (
            "huawei",
            "fingerPrint",
            [
                *("raw", "fid", "counter", "tee_n", "tee_v", "fp_n", "fp_v", "cpu_id", "uid"),
                *("bo_t", "fc_n", "fc_v", "rsa_pss_saltlen"),
            ],
        ),
    ],
)
def test_a_match_gives_a_signed_text_that_wechat_finds_genuine(wechat, new_phone, profile, mode, members):
    phone = new_phone(profile)
    done = phone.confirm("order/1")
    assert {**done, "resultJSON": "...", "resultJSONSignature": "..."} == {
        "errCode": 0,
        "authMode": mode,
        "resultJSON": "...",
        "resultJSONSignature": "...",
        "errMsg": "startSoterAuthentication:ok",
    }
    result = json.loads(done["resultJSON"])
    assert list(result) == members
    assert r'"raw":"order\/1"' in done["resultJSON"]
    assert (result["raw"], result["cpu_id"], result["uid"]) == ("order/1", phone.state["cpuId"], phone.state["uid"])
    assert wechat.verify(phone.openid, done["resultJSON"], done["resultJSONSignature"])["is_ok"] is True


def test_the_first_mode_that_the_phone_has_is_used(new_phone):
    huawei = new_phone("huawei")
    assert huawei.confirm(requestAuthModes=["speech", "facial", "fingerPrint"])["authMode"] == "facial"


REFUSALS = {
    "no mode": ({"requestAuthModes": []}, 90003, "authen mode is null"),
    "modes left out": ({"requestAuthModes": None}, 90003, "authen mode is null"),
    "a mode that does not exist": ({"requestAuthModes": ["iris"]}, 90003, "no corresponding mode"),
    "one such mode among good ones": ({"requestAuthModes": ["fingerPrint", "iris"]}, 90003, "no corresponding mode"),
    "speech, which no phone has": ({"requestAuthModes": ["speech"]}, 90003, "no corresponding mode"),
    "a face for a phone without camera": ({"requestAuthModes": ["facial"]}, 90003, "no corresponding mode"),
    "no challenge": ({"challenge": None}, 90004, "challenge is null"),
    "an empty challenge": ({"challenge": ""}, 90004, "challenge is null"),
    "512 characters": ({"challenge": "c" * 512}, 90004, TOO_LONG),
    "256 characters of two UTF-16 units": ({"challenge": "😀" * 256}, 90004, TOO_LONG),
    "a bad mode before a missing challenge": (
        {"requestAuthModes": ["iris"], "challenge": None},
        90003,
        "no corresponding mode",
    ),
    "a missing challenge before a mode it lacks": (
        {"requestAuthModes": ["facial"], "challenge": None},
        90004,
        "challenge is null",
    ),
}


@pytest.mark.parametrize(("members", "errcode", "text"), REFUSALS.values(), ids=REFUSALS)
def test_a_call_that_cannot_be_asked_fails_before_the_sensor(android, members, errcode, text):
    before = android.state["counter"]
    assert android.confirm(**{"challenge": "c", **members}) == _failed(errcode, text, "")
    assert android.state["counter"] == before


@pytest.mark.parametrize("challenge", ["c" * 511, "😀" * 255, "字" * 511], ids=["ASCII", "two units", "Chinese"])
def test_511_utf16_units_are_the_real_maximum(android, challenge):
    done = android.confirm(challenge)
    assert json.loads(done["resultJSON"])["raw"] == challenge


def test_a_phone_without_soter_says_so(new_phone):
    assert new_phone("none").confirm() == _failed(90001, "not support soter", "")


def test_a_missing_mode_is_told_before_missing_soter_and_that_before_a_bad_mode(new_phone):
    phone = new_phone("none")
    assert phone.confirm(requestAuthModes=[])["errCode"] == 90003
    assert phone.confirm(requestAuthModes=["iris"])["errCode"] == 90001


@pytest.mark.parametrize(
    ("profile", "mode", "text"),
    [("android", "fingerPrint", "no fingerprint enrolled"), ("ios", "facial", "no face enrolled")],
)
def test_nothing_enrolled_is_told_last(new_phone, profile, mode, text):
    phone = new_phone(profile)
    phone.do("enrol", mode=mode, count=0)
    assert phone.confirm() == _failed(90011, text, mode)
    assert phone.confirm("")["errCode"] == 90004


def test_a_long_text_beside_the_sensor_is_refused_on_ios_and_replaced_on_android(android, ios):
    assert ios.confirm(authContent="x" * 42)["errCode"] == 0
    assert ios.confirm(authContent="x" * 43) == _failed(90005, "auth content is too long. 42 chars at most", "")
    assert android.confirm(authContent="x" * 43)["errCode"] == 0


OUTCOMES = {
    "cancel": (90008, "cancel"),
    "unauthorized": (90002, "user not authorized"),
    "internal": (90007, "auth key update error"),
    "killed": (-1, "not returned"),
    "mismatch": (90009, ""),
    "lockout": (90010, FREEZE),
}


@pytest.mark.parametrize(("outcome", "errcode", "text"), [(name, *told) for name, told in OUTCOMES.items()])
def test_what_the_user_does_is_told_and_signs_nothing(android, outcome, errcode, text):
    before = android.state["counter"]
    assert android.confirm(outcome=outcome) == _failed(errcode, text)
    assert android.state["counter"] == before


class TestLockout:
    def test_the_fifth_mismatch_in_a_row_locks_android(self, android):
        codes = [android.confirm(outcome="mismatch")["errCode"] for _ in range(6)]
        assert codes == [90009, 90009, 90009, 90009, 90010, 90010]

    def test_a_match_between_begins_the_count_anew(self, android):
        outcomes = [*["mismatch"] * 4, "match", *["mismatch"] * 4]
        assert 90010 not in [android.confirm(outcome=outcome)["errCode"] for outcome in outcomes]

    def test_not_even_the_right_finger_opens_a_locked_phone(self, android):
        android.confirm(outcome="lockout")
        assert android.confirm(outcome="match") == _failed(90010, FREEZE)
        assert android.confirm(outcome="cancel") == _failed(90010, FREEZE)

    def test_it_ends_after_30_seconds(self, android, clock):
        android.confirm(outcome="lockout")
        clock.advance(29)
        assert android.confirm()["errCode"] == 90010
        clock.advance(1)
        assert android.confirm()["errCode"] == 0

    def test_ios_tells_the_first_lockout_as_a_mismatch(self, ios, clock):
        assert ios.confirm(outcome="lockout") == _failed(90009, "", "facial")
        assert ios.confirm() == _failed(90010, FREEZE, "facial")
        clock.advance(30)
        assert ios.confirm()["errCode"] == 0

    def test_ios_tells_the_fifth_mismatch_as_a_mismatch(self, ios):
        codes = [ios.confirm(outcome="mismatch")["errCode"] for _ in range(6)]
        assert codes == [90009, 90009, 90009, 90009, 90009, 90010]

    def test_one_phone_does_not_lock_another(self, android, ios):
        android.confirm(outcome="lockout")
        assert ios.confirm()["errCode"] == 0


class TestCounter:
    def test_it_grows_with_every_confirmation(self, android):
        counters = [json.loads(android.confirm()["resultJSON"])["counter"] for _ in range(5)]
        assert counters == [3, 4, 5, 6, 7]  # the ASK and the AuthKey had the first two
        assert android.state["counter"] == 7

    def test_it_goes_on_from_where_the_seed_says(self, world, http):
        phone = {"id": "alices", "profile": "android", "counter": 240}
        app = {"appid": "wx1234567890abcdef", "secret": "0" * 32, "env": "env-demo"}
        seed.load(world, {"apps": [{**app, "users": [{"openid": "oAlice", "phones": [phone]}]}]})
        asked = {"requestAuthModes": ["fingerPrint"], "challenge": "c"}
        done = http.post("/phone/v1/phones/alices/startSoterAuthentication", json=asked).json
        assert json.loads(done["resultJSON"])["counter"] == 243


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"requestAuthModes": "fingerPrint"}, "requestAuthModes: expected a list of strings, got 'fingerPrint'"),
        ({"requestAuthModes": [1]}, "requestAuthModes: expected a list of strings, got [1]"),
        ({"challenge": 5}, "challenge: expected a string, got a number"),
        ({"authContent": ["a"]}, "authContent: expected a string, got an array"),
        ({"outcome": 1}, "outcome: expected a string, got a number"),
        (
            {"outcome": "maybe"},
            "'maybe' is not known here; there are match, mismatch, lockout, cancel, unauthorized, internal, killed",
        ),
    ],
)
def test_a_body_of_another_form_is_our_own_error(http, android, members, told):
    asked = {"requestAuthModes": ["fingerPrint"], "challenge": "c", **members}
    response = http.post(f"/phone/v1/phones/{android.phone_id}/startSoterAuthentication", json=asked)
    assert (response.status_code, response.json["error"]["message"]) == (400, told)


def _utf16_units(text):
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
json_texts = st.one_of(
    st.builds(json.dumps, json_values),
    st.builds(lambda value: json.dumps(value, ensure_ascii=False, indent=1), json_values),
    st.builds(lambda value: json.dumps(value).replace("/", r"\/"), json_values),
    st.text(st.sampled_from('\\/"\b\f\n\r\t\0 \u2028😀字{}[]:,') | st.characters()),
)


@given(challenge=json_texts.filter(lambda text: 0 < _utf16_units(text) < 512), profile=st.sampled_from(["a", "i", "h"]))
def test_any_challenge_survives_from_the_phone_to_the_endpoint(wechat, phones, challenge, profile):
    phone = phones[profile]
    done = phone.confirm(challenge)
    assert json.loads(done["resultJSON"])["raw"] == challenge
    assert wechat.verify(phone.openid, done["resultJSON"], done["resultJSONSignature"])["is_ok"] is True


@pytest.fixture
def phones(new_phone):
    return {"a": new_phone("android"), "i": new_phone("ios"), "h": new_phone("huawei")}
