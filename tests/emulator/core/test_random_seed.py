"""The one source of randomness: with a seed the same in every run, without one never."""

import pytest

from wxemu.core.apps import find as find_app
from wxemu.phone import phones
from wxemu.state import seed
from wxemu.wechat import sessions, tokens, users

APPID = "wx1234567890abcdef"


def _drawn(world):
    """An example of every id and credential that the world makes, in the order of a story."""
    phone = phones.create(world, appid=APPID, profile_name="none")
    user = users.require(world, APPID, phone.openid)
    code = sessions.new_code(world, appid=APPID, openid=phone.openid)
    session = sessions.log_in(world, code=code, user=user)
    token = tokens.issue(world, find_app(world, APPID)).access_token
    return phone.phone_id, phone.cpu_id, phone.openid, code, session.session_key, token, world.randomness.uuid()


@pytest.fixture
def story(open_world):
    def tell(random_seed):
        world = open_world(random_seed=random_seed)
        world.clock.freeze(1_700_000_000)
        seed.load(world, seed.DEMO)
        return world, _drawn(world)

    return tell


def test_the_same_seed_makes_the_same_ids(story):
    assert story("7")[1] == story("7")[1]


@pytest.mark.parametrize(("one", "another"), [("7", "8"), (None, None), ("7", None)])
def test_other_worlds_share_no_id(story, one, another):
    assert not set(story(one)[1]) & set(story(another)[1])


def test_a_reset_to_the_seed_draws_the_same_again(story):
    world, before = story("7")
    seed.reload(world)
    assert _drawn(world) == before


def test_a_reset_of_an_unseeded_world_draws_others(story):
    world, before = story(None)
    seed.reload(world)
    assert not set(_drawn(world)) & set(before)


def test_a_seeded_world_goes_on_where_it_stopped(open_world, tmp_path):
    first = open_world(tmp_path, random_seed="7").randomness.hex(32)
    second = open_world(tmp_path, random_seed="7").randomness.hex(32)
    assert [first, second] == [world.hex(32) for world in [open_world(random_seed="7").randomness] * 2]
    assert first != second


def test_the_same_seed_makes_the_same_rsa_keys_and_another_others(open_world):
    keys = {name: open_world(random_seed=name[0]).keys.take(1)[0] for name in ("7", "7 again", "8")}
    assert keys["7"] == keys["7 again"] != keys["8"]


def test_a_reset_hands_out_the_same_rsa_keys_again(open_world):
    world = open_world(random_seed="7")
    first = world.keys.take(1)
    seed.load(world, seed.DEMO)
    assert world.keys.take(1) == first


@pytest.mark.parametrize("random_seed", [None, "7"])
@pytest.mark.parametrize("length", [0, 1, 31, 32])
def test_texts_have_their_length(open_world, random_seed, length):
    randomness = open_world(random_seed=random_seed).randomness
    assert len(randomness.draw(length)) == len(randomness.hex(length)) == len(randomness.text(length)) == length
