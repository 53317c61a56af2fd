"""Seed files: what they load, and where and why one is refused."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from wxemu.core import apps
from wxemu.phone import phones
from wxemu.state import seed
from wxemu.state.errors import SeedError
from wxemu.wechat import sessions, users

APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"

GOOD = """\
settings:
  errmsg_suffix: both
  quotas: {auth.code2Session: {minute: 5}}
apps:
  - appid: wx1234567890abcdef
    secret: 0123456789abcdef0123456789abcdef
    env: env-demo
    ip_whitelist: [127.0.0.1]
    users:
      - openid: oAlice
        unionid: uAlice
        session_key: o0q0otL8aEzpcZL/FT9WsQ==
        phones:
          - {id: alices, profile: android, counter: 240}
          - {id: alices-old, profile: none}
      - openid: oMallory
        is_high_risk: true
"""


def _app(*lines):
    """A seed with one app whose further keys stand from line 5 on."""
    return "\n".join(["apps:", f"  - appid: {APPID}", f"    secret: {SECRET}", "    env: e", *lines]) + "\n"


REFUSED = {
    "an open bracket": ("apps: [\n", "seed.yaml:2: not YAML: "),
    "a tab": ("apps:\n\t- appid\n", "seed.yaml:2: not YAML: found character '\\t' that cannot start any token"),
    "a control character": ("apps: []\x00", "seed.yaml: not YAML: "),
    "a tag of ours": ("apps: !python [1]\n", "seed.yaml:1: not YAML: could not determine a constructor"),
    "a date that is none": (_app().replace("env: e", "env: 2024-13-45"), "seed.yaml: not YAML: ValueError"),
    "a boolean that is none": ("apps: !!bool maybe\n", "seed.yaml: not YAML: KeyError"),
    "brackets without end": ("[" * 50_000, "seed.yaml: not YAML: RecursionError"),
    "an empty file": ("", "seed.yaml:1: the seed: found null, expected object"),
    "a list": ("- apps\n", "seed.yaml:1: the seed: found an array, expected object"),
    "no apps": ("settings: {}\n", "seed.yaml:1: the seed: 'apps' is a required property"),
    "a key that does not exist": (
        "apps: []\nusers: []\n",
        "seed.yaml:1: the seed: Additional properties are not allowed",
    ),
    "apps that are a mapping": (
        f"apps:\n  appid: {APPID}\n  secret: {SECRET}\n",
        "seed.yaml:1: apps: found an object, expected array",
    ),
    "an app without secret": (
        f"apps:\n\n  - appid: {APPID}\n    env: e\n",
        "seed.yaml:3: apps.0: 'secret' is a required property",
    ),
    "an appid in another form": (
        _app().replace(APPID, "wx12"),
        "seed.yaml:2: apps.0.appid: 'wx12' does not match '^wx[0-9a-f]{16}$' (expected: wx and 16 lower-case hex",
    ),
    "a secret in another form": (
        _app().replace(SECRET, SECRET.upper()),
        "seed.yaml:3: apps.0.secret: the value has another form (expected: 32 lower-case hex digits)",
    ),
    "a secret that YAML reads as a number": (
        _app().replace(SECRET, "1" * 32),
        "seed.yaml:3: apps.0.secret: found a number, expected string (expected: 32 lower-case hex digits)",
    ),
    "an empty env": (_app().replace("env: e", "env: ''"), "seed.yaml:4: apps.0.env: '' should be non-empty"),
    "an address refusal that does not exist": (
        _app("    ip_refusal: never"),
        "seed.yaml:5: apps.0.ip_refusal: 'never' is",
    ),
    "a user without openid": (_app("    users:", "      - {unionid: u}"), "seed.yaml:6: apps.0.users.0: 'openid' is a"),
    "a user's key that does not exist": (
        _app("    users:", "      - openid: o", "        session: x"),
        "seed.yaml:6: apps.0.users.0: Additional properties are not allowed ('session' was unexpected)",
    ),
    "an openid that is a number": (
        _app("    users:", "      - {openid: 12}"),
        "seed.yaml:6: apps.0.users.0.openid: found a number, expected string",
    ),
    "an empty session_key": (
        _app("    users:", "      - openid: o", "        session_key: ''"),
        "seed.yaml:7: apps.0.users.0.session_key: the value has another form (expected: as in the answer of",
    ),
    "a phone of no profile": (
        _app("    users:", "      - openid: o", "        phones:", "          - id: p", "            profile: nokia"),
        "seed.yaml:9: apps.0.users.0.phones.0.profile: 'nokia' is not one of ['android', 'ios', 'huawei', 'none']",
    ),
    "a phone id with a slash": (
        _app("    users:", "      - openid: o", "        phones:", "          - {id: a/b, profile: none}"),
        "seed.yaml:8: apps.0.users.0.phones.0.id: 'a/b' does not match",
    ),
    "a counter below zero": (
        _app("    users:", "      - openid: o", "        phones: [{id: p, profile: none, counter: -1}]"),
        "seed.yaml:7: apps.0.users.0.phones.0.counter: -1 is less than the minimum of 0",
    ),
    "an auth_key that is no key": (
        _app(
            "    users:",
            "      - openid: o",
            "        phones:",
            "          - id: p",
            "            profile: ios",
            "            auth_key: x",
        ),
        "seed.yaml:10: auth_key: expected the PEM text of an RSA public key, found something else",
    ),
    "a setting that does not exist": (
        "apps: []\nsettings:\n  colour: red\n",
        "seed.yaml:2: no setting is called 'colour'; there are verify_signature_reply, errmsg_suffix, ",
    ),
    "a setting with another value": (
        "apps: []\nsettings:\n  stale_session_errcode: 87008\n",
        "seed.yaml:2: stale_session_errcode takes 87009 or 87007, not 87008",
    ),
    "an appid twice": (
        _app(f"  - appid: {APPID}", f"    secret: {SECRET}", "    env: f"),
        f"seed.yaml:5: appid '{APPID}' stands twice; expected each once",
    ),
    "an openid twice in one app": (
        _app("    users:", "      - openid: o", "      - openid: o"),
        f"seed.yaml:7: openid of {APPID} 'o' stands twice; expected each once",
    ),
    "a phone id twice": (
        _app("    users:", "      - openid: o", "        phones:", *["          - {id: p, profile: none}"] * 2),
        "seed.yaml:9: phone id 'p' stands twice; expected each once",
    ),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_cannot_be_a_seed_is_told_by_line(text, told):
    with pytest.raises(SeedError) as refused:
        seed.read(text, name="seed.yaml")
    assert str(refused.value).startswith(told)
    assert SECRET not in str(refused.value).lower()


def test_all_errors_of_a_file_are_told_at_once():
    with pytest.raises(SeedError) as refused:
        seed.read("apps:\n  - appid: a\n    secret: b\n", name="seed.yaml")
    told = str(refused.value).split("; ")
    assert [each.partition(" ")[0] for each in told] == ["seed.yaml:2:"] * 2 + ["seed.yaml:3:"]


def test_the_same_openid_may_stand_in_two_apps():
    two = _app("    users: [{openid: o}]", "  - appid: wxfedcba0987654321", f"    secret: {SECRET}", "    env: f")
    assert seed.read(f"{two}    users: [{{openid: o}}]\n", name="seed.yaml")["apps"][1]["users"] == [{"openid": "o"}]


yaml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["apps", "settings", "appid", "secret", "env", "users", "openid", "phones", "id", "profile"]
            )
            | st.integers()
            | st.text(st.characters(codec="utf-8")),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(text=st.builds(yaml.safe_dump, yaml_values) | st.text(st.characters(codec="utf-8")))
def test_any_text_is_a_seed_or_is_refused_with_its_name(text):
    try:
        assert "apps" in seed.read(text, name="any.yaml")
    except SeedError as error:
        assert str(error).startswith("any.yaml")  # noqa: PT017 - either way is fine


def test_a_seed_holds_apps_users_sessions_phones_and_settings(world):
    seed.load(world, seed.read(GOOD, name="seed.yaml"))
    app = apps.find(world, APPID)
    assert (app.secret, app.env, app.restrictions.ip_whitelist) == (SECRET, "env-demo", ("127.0.0.1",))
    assert users.find(world, APPID, "oAlice") == users.User(APPID, "oAlice", "uAlice")
    assert users.find(world, APPID, "oMallory").is_high_risk
    assert sessions.find(world, APPID, "oAlice").session_key == "o0q0otL8aEzpcZL/FT9WsQ=="
    assert sessions.find(world, APPID, "oMallory") is None
    assert phones.find(world, "alices").counter == 242  # 240, and one for each key it exported
    assert phones.find(world, "alices-old").auth_key is None
    assert world.settings.errmsg_suffix == "both"
    assert world.settings.quotas == {"auth.code2Session": {"minute": 5}}


def test_loading_a_seed_replaces_what_was_there(world):
    seed.load(world, {"apps": []})
    assert apps.all_apps(world) == []
    assert users.find(world, APPID, "oAlice") is None


def test_a_seed_for_the_next_reset_leaves_the_present_state(world):
    assert seed.keep_for_reset(world, seed.DEMO)
    assert not seed.keep_for_reset(world, seed.DEMO)
    assert users.find(world, APPID, "oAlice") is not None
    seed.reload(world)
    assert users.find(world, APPID, "oAlice") is None


def test_a_seed_that_was_never_read_from_a_file_is_refused_too(world):
    with pytest.raises(SeedError, match="the seed cannot be loaded: no setting is called 'colour'"):
        seed.load(world, {"settings": {"colour": "red"}, "apps": []})
    assert not world.has_begun


def test_a_seeded_secret_is_in_no_repr(world):
    app = apps.find(world, APPID)
    session = sessions.find(world, APPID, "oAlice")
    assert app.secret not in repr(app)
    assert session.session_key not in repr(session)
