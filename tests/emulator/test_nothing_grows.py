"""What is made with every request is forgotten one day: the oldest goes, and the latest is good."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import pytest

from wxemu.cloudbase import grants, open_data, web_users
from wxemu.core import store
from wxemu.core.world import World
from wxemu.phone import signed_texts
from wxemu.wechat import sessions

ROUNDS = 120
MOST = 60


@pytest.fixture(autouse=True)
def _small_limits(monkeypatch):
    monkeypatch.setattr(store, "FORGET_EVERY", 10)
    for module, name in (
        (sessions, "KEPT_CODES"),
        (grants, "KEPT_GRANTS"),
        (open_data, "KEPT"),
        (web_users, "KEPT_LOGINS"),
        (web_users, "MOST_USERS"),
        (signed_texts, "KEPT"),
    ):
        monkeypatch.setattr(module, name, 40)


@pytest.fixture
def ticking(clock):
    """A round of requests takes a second."""

    def rounds():
        for _ in range(ROUNDS):
            yield
            clock.advance(1)

    return rounds


def count(world, table):
    return world.store.row(f"SELECT count(*) AS rows FROM {table}")["rows"]


def test_codes_of_wx_login(world, wechat, new_phone, ticking):
    phone = new_phone()
    codes = [phone.do("login")["code"] for _ in ticking()]
    assert count(world, "codes") <= MOST
    assert wechat.code_to_session(codes[0]).errcode == 40029
    assert wechat.code_to_session(codes[-1]).is_success


def test_codes_of_emulators_that_end_soon(open_world, tmp_path):
    for _ in range(MOST // 4):
        world = open_world(tmp_path)
        for _ in range(8):
            world.clock.advance(1)
            with world.transaction():
                sessions.new_code(world, appid="wx1234567890abcdef", openid="oAlice")
        world.close()
    with closing(World(tmp_path)) as world:
        assert count(world, "codes") <= MOST


def test_grants_of_invocations(world, grant, ticking):
    for _ in ticking():
        grant()
    assert count(world, "wx_api_tokens") <= MOST


def test_cloud_ids(world, new_phone, ticking):
    phone = new_phone()
    for _ in ticking():
        phone.do("cloudID", data={"step": 1})
    assert count(world, "open_data") <= MOST


def test_web_logins_and_their_users(world, web_app, ticking):
    devices = [replace(web_app, device_id=f"device-number-{number}") for number in range(ROUNDS)]
    logins = [device.log_in() for device, _ in zip(devices, ticking(), strict=True)]
    assert max(count(world, "web_logins"), count(world, "web_users")) <= MOST
    assert web_app.user(logins[-1]["access_token"]).status_code == 200


def test_access_tokens_that_ended_long_ago(world, wechat, clock):
    for _ in range(5):
        ended = wechat.plain_token()["access_token"]
        clock.advance(3 * 3600)
    assert wechat.call("GET", "/wxa/checksession", access_token=ended).errcode == 42001
    clock.advance(2 * 24 * 3600)
    wechat.plain_token()
    assert count(world, "tokens") == 1


def test_forced_refreshes(world, wechat, clock):
    for _ in range(3):
        wechat.stable_token(force_refresh=True)
        clock.advance(25 * 3600)
    assert count(world, "forced_refreshes") <= 1


def test_texts_that_removed_phones_have_signed(world, new_phone):
    for _ in range(ROUNDS // signed_texts.KEPT_BY_PHONE):
        phone = new_phone()
        for _ in range(signed_texts.KEPT_BY_PHONE):
            phone.confirm()
        phone.emulator.ask("DELETE", f"/phone/v1/phones/{phone.phone_id}")
    assert count(world, "signed_texts") <= MOST
