import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wxemu.wechat.soter import PROFILES, AuthMode, UnsupportedModeError, result_json

FACTS: dict[str, Any] = {
    "raw": "msg",
    "fid": "2",
    "counter": 123,
    "cpu_id": "0f000000262300000b5f094d1cf4c411",
    "uid": "10206",
}


def test_an_android_phone_writes_the_nine_members_of_the_documentation():
    assert result_json(PROFILES["android"], **FACTS, mode="fingerPrint") == (
        '{"raw":"msg","fid":"2","counter":123,"tee_n":"QSEE","tee_v":"4.0","fp_n":"ET","fp_v":"320",'
        '"cpu_id":"0f000000262300000b5f094d1cf4c411","uid":"10206"}'
    )


def test_an_iphone_writes_four_members():
    text = result_json(
        PROFILES["ios"],
        raw="2268266204184576",
        fid="1",
        counter=94,
        uid="59078fa8fd382addf501c40aaa92a8a9",
        cpu_id="F5D3F2DF-7ABF-4822-9B01-304DCEDA97D4",
        mode="facial",
    )
    assert text == (
        '{"raw":"2268266204184576","counter":94,"uid":"59078fa8fd382addf501c40aaa92a8a9",'
        '"cpu_id":"F5D3F2DF-7ABF-4822-9B01-304DCEDA97D4"}'
    )


@pytest.mark.parametrize(("mode", "biometric_type"), [("fingerPrint", 1), ("facial", 2)])
def test_a_huawei_phone_adds_the_face_sensor_and_the_salt_length(mode, biometric_type):
    members = json.loads(result_json(PROFILES["huawei"], **FACTS, mode=mode))
    assert list(members) == [
        *("raw", "fid", "counter", "tee_n", "tee_v", "fp_n", "fp_v", "cpu_id", "uid"),
        *("bo_t", "fc_n", "fc_v", "rsa_pss_saltlen"),
    ]
    assert (members["rsa_pss_saltlen"], members["bo_t"]) == (32, biometric_type)


@pytest.mark.parametrize(
    ("profile", "modes", "salt_length", "states_salt_length"),
    [
        ("android", ("fingerPrint",), 20, False),
        ("ios", ("facial",), 20, False),
        ("huawei", ("fingerPrint", "facial"), 32, True),
        ("none", (), 20, False),
    ],
)
def test_the_profiles_are_those_of_the_field(profile, modes, salt_length, states_salt_length):
    phone = PROFILES[profile]
    assert (phone.name, phone.modes) == (profile, modes)
    assert (phone.salt_length, phone.states_salt_length) == (salt_length, states_salt_length)


@pytest.mark.parametrize(
    ("profile", "mode"),
    [
        *[("android", "facial"), ("ios", "fingerPrint"), ("none", "fingerPrint")],
        *[(name, mode) for name in PROFILES for mode in ("speech", "", "FingerPrint")],
    ],
)
def test_a_mode_the_phone_lacks_is_refused(profile, mode):
    with pytest.raises(UnsupportedModeError, match=profile) as refused:
        result_json(PROFILES[profile], **FACTS, mode=mode)
    assert (refused.value.mode, refused.value.supported) == (mode, PROFILES[profile].modes)


def test_slashes_are_escaped_and_other_characters_stand_as_they_are():
    text = result_json(PROFILES["ios"], **FACTS | {"raw": 'a/b\\/"支付😀\n\x7f'}, mode="facial")
    assert text.startswith(r'{"raw":"a\/b\\\/\"支付😀\n' + '\x7f"')


def test_a_lone_surrogate_is_escaped_so_that_the_text_can_be_signed():
    text = result_json(PROFILES["ios"], **FACTS | {"raw": "\ud83d!"}, mode="facial")
    assert text.startswith(r'{"raw":"\ud83d!"')


@given(raw=st.text(st.characters()), fid=st.text(), counter=st.integers(), uid=st.text(), cpu_id=st.text())
@example(raw="\ud800", fid="/", counter=0, uid="\\/", cpu_id="\u2028")
def test_any_challenge_comes_back_from_the_text_in_one_line_of_utf_8(raw, fid, counter, uid, cpu_id):
    text = result_json(
        PROFILES["huawei"], raw=raw, fid=fid, counter=counter, uid=uid, cpu_id=cpu_id, mode=AuthMode.FACIAL
    )
    members = json.loads(text.encode())
    assert [members[name] for name in ("raw", "fid", "counter", "uid", "cpu_id")] == [raw, fid, counter, uid, cpu_id]
    assert "\n" not in text
    assert "/" not in text.replace(r"\/", "")


FORMS = [
    ("android", r"[0-9a-f]{32}", r"1\d{4}"),
    ("ios", r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}", r"[0-9a-f]{32}"),
    ("huawei", r"HUAWEI_HWTAS_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-[0-9a-f]{8}", r"1\d{4}"),
]


@pytest.mark.parametrize(("profile", "cpu_id", "uid"), FORMS, ids=[form[0] for form in FORMS])
@given(seed=st.randoms(use_true_random=False))
def test_ids_have_the_form_of_the_profile(profile, cpu_id, uid, seed):
    phone = PROFILES[profile]
    assert re.fullmatch(cpu_id, phone.draw_cpu_id(seed.randbytes))
    assert re.fullmatch(uid, phone.draw_uid(seed.randbytes))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_same_random_bytes_make_the_same_ids(profile):
    def draw(seed: int) -> tuple[str, str]:
        return (
            PROFILES[profile].draw_cpu_id(lambda count: bytes([seed] * count)),
            PROFILES[profile].draw_uid(lambda count: bytes([seed] * count)),
        )

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)
