"""State that outlives a process, and that two processes share."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wxemu.core.store_errors import StoreError
from wxemu.core.world import DATABASE_NAME, World
from wxemu.phone import phones
from wxemu.phone.confirmations import confirm
from wxemu.phone.errors import UnknownPhoneError
from wxemu.state import seed
from wxemu.wechat import sessions

APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"


def _counter(done):
    return json.loads(done.result_json)["counter"]


def _confirm(world, phone_id):
    phone = phones.find(world, phone_id)
    with world.transaction():
        return confirm(world, phone, request_auth_modes=("fingerPrint",), challenge="c")


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def reopened(open_world, state, world_seed):
    """Open the same state again and again; the first time the seed is loaded."""

    def reopen():
        world = open_world(state)
        if not world.has_begun:
            world.clock.freeze(1_700_000_000)
            seed.load(world, world_seed)
        return world

    return reopen


def test_a_token_survives(reopened, serve):
    query = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
    former = serve(reopened()).post("/cgi-bin/stable_token", json=query).json["access_token"]
    later = serve(reopened())
    assert later.post("/cgi-bin/stable_token", json=query).json["access_token"] == former
    signature = sessions.signature_of("o0q0otL8aEzpcZL/FT9WsQ==")
    query = {"access_token": former, "openid": "oAlice", "signature": signature, "sig_method": "hmac_sha256"}
    assert later.get("/wxa/checksession", query_string=query).json["errcode"] == 0


def test_a_session_survives(reopened):
    assert sessions.find(reopened(), APPID, "oAlice") == sessions.find(reopened(), APPID, "oAlice")


def test_a_phone_survives_with_its_keys_and_its_counter_goes_on(reopened):
    phone = phones.create(reopened(), appid=APPID, profile_name="android")
    counters = [_counter(_confirm(reopened(), phone.phone_id)) for _ in range(3)]
    assert counters == [3, 4, 5]
    assert phones.find(reopened(), phone.phone_id).auth_key == phone.auth_key


def test_the_clock_and_the_settings_survive(reopened):
    first = reopened()
    first.clock.advance(1000)
    seed.load(first, {"settings": {"errmsg_suffix": "hint"}, "apps": []})
    second = reopened()
    assert second.clock.now() == 1_700_001_000
    assert second.settings.errmsg_suffix == "hint"


def test_two_that_have_it_open_see_each_others_writes(reopened):
    one, other = reopened(), reopened()
    phone = phones.create(one, appid=APPID, profile_name="android")
    counters = [_counter(_confirm(world, phone.phone_id)) for world in (one, other, one, other)]
    assert counters == [3, 4, 5, 6]
    other.clock.advance(10)
    assert one.clock.now() == other.clock.now()


def test_two_that_have_it_open_hand_out_no_key_twice(reopened):
    worlds = [reopened(), reopened()]
    with ThreadPoolExecutor(2) as threads:
        taken = list(threads.map(lambda world: [*world.keys.take(2), *world.keys.take(2), *world.keys.take(2)], worlds))
    keys = [*taken[0], *taken[1]]
    assert len(set(keys)) == len(keys) == 12


def test_a_decision_that_fails_leaves_nothing_behind(world):
    def decide():
        with world.transaction():
            phones.create(world, appid=APPID, profile_name="none", phone_id="p")  # a decision within the decision
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide()
    with pytest.raises(UnknownPhoneError):
        phones.find(world, "p")


def test_the_folder_is_made_for_its_owner_only(open_world, state):
    open_world(state / "deeper")
    assert (state / "deeper").stat().st_mode & 0o077 == 0


def test_a_state_of_another_version_is_refused(open_world, state):
    open_world(state).close()
    with closing(sqlite3.connect(state / DATABASE_NAME)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"has a state of version 99, newer than version \d+ of this wxemu"):
        World(state)


def test_a_file_that_is_no_state_is_refused(state):
    state.mkdir()
    (state / DATABASE_NAME).write_bytes(b"not a database, but longer than a header would be" * 10)
    with pytest.raises(StoreError, match=r"is not a state of this emulator .*; name another folder with --state"):
        World(state)


def test_a_file_that_cannot_be_opened_is_refused(state):
    (state / DATABASE_NAME).mkdir(parents=True)
    with pytest.raises(StoreError, match=r"cannot be used \(unable to open .*\); name another folder with --state"):
        World(state)


def test_a_pool_that_ran_dry_makes_more_keys(open_world):
    world = open_world()
    world.store.run("DELETE FROM rsa_keys")
    one, another = world.keys.take(2)
    assert one != another
    key = load_pem_private_key(one.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    assert key.key_size == 2048


def test_the_file_is_its_owner_s_only_whatever_the_folder_is(open_world, tmp_path):
    tmp_path.chmod(0o755)
    open_world(tmp_path)
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == dict.fromkeys(
        ("world.sqlite", "world.sqlite-shm", "world.sqlite-wal"), 0o600
    )
