"""The platform's settings."""

DEFAULTS = {
    "verify_signature_reply": "documented",
    "errmsg_suffix": "rid",
    "stale_session_errcode": 87009,
    "session_idle_seconds": 259200,
    "session_refresh_seconds": 0,
    "verify_signatures": True,
    "web_origins": [],
    "request_domains": [],
    "environ_leak": "leak",
    "refusals": {},
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


def test_refusals_are_merged_by_api(control):
    first, second = ({"errcode": errcode, "errmsg": "seen"} for errcode in (87007, 40097))
    control.set(refusals={"auth.checkSessionKey": {"87009": first}, "openApi.getRidInfo": {"76001": first}})
    merged = control.set(refusals={"openApi.getRidInfo": {"76002": second}})["refusals"]
    assert merged == {"auth.checkSessionKey": {"87009": first}, "openApi.getRidInfo": {"76002": second}}


def test_no_change_is_no_error(control):
    assert control.set() == DEFAULTS


def test_even_a_name_that_no_text_can_hold_is_shown_again(http):
    quotas = {"\ud800": {"day": 1}}
    assert http.patch("/emulator/v1/settings", json={"quotas": quotas}).json["quotas"] == quotas
