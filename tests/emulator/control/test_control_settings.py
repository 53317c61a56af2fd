"""The platform's settings."""

from __future__ import annotations

import pytest

DEFAULTS = {
    "verify_signature_reply": "documented",
    "errmsg_suffix": "rid",
    "stale_session_errcode": 87009,
    "session_idle_seconds": 259200,
    "session_refresh_seconds": 0,
    "verify_signatures": True,
    "web_origins": [],
    "environ_leak": "leak",
    "quotas": {},
}


def test_they_begin_with_their_defaults(control):
    assert control.get("settings") == DEFAULTS


def test_a_change_leaves_the_others(control):
    changed = {**DEFAULTS, "errmsg_suffix": "hint", "session_idle_seconds": 1.5}
    assert control.set(errmsg_suffix="hint", session_idle_seconds=1.5) == changed
    assert control.get("settings") == changed


def test_quotas_are_merged_by_api(control):
    control.set(quotas={"auth.getAccessToken": {"day": 1}, "auth.code2Session": {"minute": 5}})
    merged = control.set(quotas={"auth.code2Session": {"minute": 0}})["quotas"]
    assert merged == {"auth.getAccessToken": {"day": 1}, "auth.code2Session": {"minute": 0}}


def test_no_change_is_no_error(control):
    assert control.set() == DEFAULTS


SECONDS = "takes a number of seconds from 0 to 1000000000, not"
ORIGINS = 'web_origins takes ["https://app.example.com", ...]'
QUOTAS = 'quotas takes {"api name": {"minute" or "day": calls}}'


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"colour": "red"}, "no setting is called 'colour'; there are verify_signature_reply, errmsg_suffix, "),
        ({"errmsg_suffix": "RID"}, "errmsg_suffix takes 'rid' or 'hint' or 'both', not 'RID'"),
        ({"verify_signature_reply": None}, "verify_signature_reply takes 'documented' or 'field', not None"),
        ({"stale_session_errcode": "87007"}, "stale_session_errcode takes 87009 or 87007, not '87007'"),
        ({"stale_session_errcode": 87007.0}, "stale_session_errcode takes 87009 or 87007, not 87007.0"),
        ({"session_idle_seconds": -1}, f"session_idle_seconds {SECONDS} -1"),
        ({"session_idle_seconds": True}, f"session_idle_seconds {SECONDS} True"),
        ({"session_idle_seconds": float("inf")}, "body: Infinity is no JSON"),
        ({"session_idle_seconds": 10**400}, f"session_idle_seconds {SECONDS} 1000000000"),
        ({"session_refresh_seconds": "60"}, f"session_refresh_seconds {SECONDS} '60'"),
        ({"verify_signatures": 0}, "verify_signatures takes true or false, not 0"),
        ({"web_origins": "https://app.example.com"}, f"{ORIGINS}, not 'https://app.example.com'"),
        ({"web_origins": [1]}, f"{ORIGINS}, not [1]"),
        ({"quotas": []}, f"{QUOTAS}, not []"),
        ({"quotas": {"auth.code2Session": 5}}, f"{QUOTAS}; 'auth.code2Session' has 5"),
        ({"quotas": {"auth.code2Session": {"hour": 5}}}, f"{QUOTAS}; 'auth.code2Session' has 'hour': 5"),
        ({"quotas": {"auth.code2Session": {"day": -1}}}, f"{QUOTAS}; 'auth.code2Session' has 'day': -1"),
        ({"quotas": {"auth.code2Session": {"day": True}}}, f"{QUOTAS}; 'auth.code2Session' has 'day': True"),
        ({"quotas": {"auth.code2Session": {"day": 1.5}}}, f"{QUOTAS}; 'auth.code2Session' has 'day': 1.5"),
        ({"errmsg_suffix": "hint", "colour": "red"}, "no setting is called 'colour'"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_and_nothing_changes(http, control, members, told):
    response = http.patch("/emulator/v1/settings", json=members)
    assert response.status_code == 400
    assert response.json["error"]["message"].startswith(told)
    assert control.get("settings") == DEFAULTS


def test_even_a_name_that_no_text_can_hold_is_shown_again(control):
    assert control.set(quotas={"\ud800": {"day": 1}})["quotas"] == {"\ud800": {"day": 1}}
