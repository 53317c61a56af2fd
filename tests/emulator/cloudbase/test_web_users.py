"""Web users and their logins, beside what the faces show of them."""

import pytest

from wxemu.cloudbase import web_users
from wxemu.state import seed

ENV = "env-demo"


@pytest.fixture
def begin(open_world):
    def open_one(state=None, random_seed=None):
        world = open_world(state, random_seed=random_seed)
        if not world.has_begun:
            world.clock.freeze(1_700_000_000)
            seed.load(world, seed.DEMO)
        return world

    return open_one


def _drawn(world):
    login = web_users.sign_in(world, env=ENV, device_id="device-1")
    return login.login_id, login.user.uuid, login.refresh_token, web_users.access_token(world, login)


def test_a_login_outlives_a_restart(begin, tmp_path):
    first = begin(tmp_path)
    _, uuid, refresh_token, access_token = _drawn(first)
    first.close()
    second = begin(tmp_path)
    assert web_users.authorise(second, access_token) == web_users.WebUser(ENV, uuid)
    assert web_users.find_login(second, env=ENV, refresh_token=refresh_token).user.uuid == uuid


def test_the_same_seed_makes_the_same_tokens_after_a_reset_too(begin):
    world = begin(random_seed="7")
    drawn = _drawn(world)
    assert _drawn(begin(random_seed="7")) == drawn
    seed.reload(world)
    assert _drawn(world) == drawn


def test_worlds_without_a_seed_share_no_token(begin):
    assert not set(_drawn(begin())) & set(_drawn(begin()))


def test_no_world_lets_in_with_the_token_of_another(begin):
    *_, access_token = _drawn(begin())
    world = begin()
    _drawn(world)
    with pytest.raises(web_users.InvalidTokenError):
        web_users.authorise(world, access_token)


def test_a_login_shows_no_credential_when_it_is_printed(begin):
    login = web_users.sign_in(begin(), env=ENV, device_id="device-1")
    assert login.refresh_token not in repr(login)
