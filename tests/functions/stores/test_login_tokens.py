"""Login tokens of one's own: random, stored as a hash, good until they end or are revoked."""

from __future__ import annotations

import pathlib
import time

import pytest

import wxcloud
from wxcloud.errors import InvalidParameter
from wxcloud.store import cloudbase

DAY = 86_400


@pytest.fixture
def now():
    return [time.time()]


@pytest.fixture
def login_tokens(environ, wx_store, context_of, now):
    return wxcloud.init({**environ, "WX_STORE": wx_store}, clock=lambda: now[0]).of(context_of()).login_tokens


def test_a_token_names_its_user_until_it_ends(login_tokens, now):
    issued = login_tokens.issue("oUser", seconds=60)
    assert login_tokens.check(issued.token) == "oUser"
    assert issued.expires_in == 60
    now[0] += 60
    assert login_tokens.check(issued.token) is None


def test_a_token_lasts_until_its_end_whatever_is_issued_meanwhile(login_tokens, now, monkeypatch):
    monkeypatch.setattr(cloudbase, "SWEEP_EVERY", 1)
    long, short = login_tokens.issue("oLong", seconds=30 * DAY), login_tokens.issue("oShort", seconds=60)
    login_tokens.issue("oUser", seconds=30 * DAY)
    assert login_tokens.check(short.token) == "oShort"
    assert login_tokens.check(long.token) == "oLong"


def test_a_revoked_token_names_nobody_and_others_stay(login_tokens):
    phone, tablet = login_tokens.issue("oUser"), login_tokens.issue("oUser")
    login_tokens.revoke(phone.token)
    login_tokens.revoke("unknown")
    assert (login_tokens.check(phone.token), login_tokens.check(tablet.token)) == (None, "oUser")


@pytest.mark.parametrize("token", ["", "a" * 43, "\ud800", "a" * 10_000, None, 1, {"$ne": ""}, ["a"]])
def test_anything_else_names_nobody(login_tokens, token):
    login_tokens.issue("oUser")
    assert login_tokens.check(token) is None


def test_another_app_does_not_know_it(login_tokens, environ, context_of, wx_store):
    issued = login_tokens.issue("oUser")
    other = wxcloud.init({**environ, "WX_STORE": wx_store, "WX_APPID": "wxother"}).of(context_of())
    assert other.login_tokens.check(issued.token) is None


def test_it_is_nowhere_to_be_read(login_tokens, wx_store):
    issued = login_tokens.issue("oUser")
    assert issued.token not in repr(issued)
    if wx_store.startswith("sqlite:"):
        folder = pathlib.Path(wx_store.removeprefix("sqlite:")).parent
        assert not any(issued.token.encode() in file.read_bytes() for file in folder.glob("store*"))


def test_it_is_for_somebody_and_for_a_time(login_tokens):
    for openid, seconds in (("", 60), ("oUser", 0)):
        with pytest.raises(InvalidParameter):
            login_tokens.issue(openid, seconds=seconds)
