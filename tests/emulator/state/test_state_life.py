"""A world that went through a document behaves as the one that did not."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wxemu.cloudbase import web_users
from wxemu.core import apps, settings
from wxemu.core.world import World
from wxemu.phone import phones
from wxemu.phone.confirmations import confirm
from wxemu.state import seed
from wxemu.state.state import State, parse, text
from wxemu.wechat import sessions, tokens, users
from wxemu.wechat.errors import WeChatError

APPID = "wx1234567890abcdef"
NOON = 1_700_000_000.0

operations = st.lists(
    st.one_of(
        st.tuples(st.just("user"), st.booleans()),
        st.tuples(st.just("phone"), st.sampled_from(["android", "none"])),
        st.tuples(st.just("code"), st.integers(0, 3)),
        st.tuples(st.just("log in"), st.integers(0, 3)),
        st.tuples(st.just("confirm"), st.integers(0, 3)),
        st.tuples(st.just("token"), st.booleans()),
        st.tuples(st.just("stable"), st.booleans()),
        st.tuples(st.just("advance"), st.sampled_from([1, 100, 301, 7200, 3 * 24 * 3600])),
        st.tuples(st.just("reset key"), st.integers(0, 3)),
        st.tuples(st.just("web"), st.integers(0, 1)),
        st.tuples(st.just("setting"), st.sampled_from([87009, 87007])),
    ),
    max_size=12,
)


class Life:
    """What happened in a world, and what whoever was there remembers of it."""

    def __init__(self, world):
        self.world = world
        self.codes, self.tokens, self.logins = [], [], []

    def do(self, operation, choice):
        with contextlib.suppress(WeChatError), self.world.transaction():
            getattr(self, f"_{operation.replace(' ', '_')}")(choice)

    def _chosen(self, number):
        held = phones.all_phones(self.world, APPID)
        return held[number % len(held)] if held else None

    def _user(self, is_high_risk):
        users.add(self.world, users.User(APPID, users.new_openid(self.world), None, is_high_risk))

    def _phone(self, profile):
        phones.create(self.world, appid=APPID, profile_name=profile)

    def _code(self, number):
        if (phone := self._chosen(number)) is not None:
            self.codes.append(sessions.new_code(self.world, appid=APPID, openid=phone.openid))

    def _log_in(self, number):
        if self.codes:
            code = self.codes[number % len(self.codes)]
            sessions.log_in(self.world, code=code, user=sessions.user_of_code(self.world, appid=APPID, code=code))

    def _confirm(self, number):
        phone = self._chosen(number)
        if phone is not None and phone.auth_key is not None:
            confirm(self.world, phone, request_auth_modes=("fingerPrint",), challenge="c")

    def _token(self, _):
        self.tokens.append(tokens.issue(self.world, apps.find(self.world, APPID)).access_token)

    def _stable(self, is_forced):
        app = apps.find(self.world, APPID)
        self.tokens.append(tokens.issue_stable(self.world, app, is_forced=is_forced).access_token)

    def _advance(self, seconds):
        self.world.clock.advance(seconds)

    def _reset_key(self, number):
        phone = self._chosen(number)
        session = None if phone is None else sessions.find(self.world, APPID, phone.openid)
        if session is not None:
            sessions.reset(self.world, session)

    def _web(self, number):
        login = web_users.sign_in(self.world, env="env-demo", device_id=str(number))
        self.logins.append(web_users.access_token(self.world, login))

    def _setting(self, errcode):
        changed = settings.change(self.world.settings, {"stale_session_errcode": errcode})
        settings.keep(self.world.store, changed)

    def seen_in(self, world):
        """How a world answers to all that is remembered, and what it draws and counts next."""
        with world.transaction():
            return [
                world.clock.now(),
                world.settings,
                [_outcome(sessions.user_of_code, world, appid=APPID, code=code) for code in self.codes],
                [_outcome(tokens.authorise, world, token) for token in self.tokens],
                [_outcome(web_users.find_login_of_access_token, world, login) for login in self.logins],
                [(user, sessions.find(world, APPID, user.openid)) for user in users.all_users(world, APPID)],
                phones.all_phones(world),
                [
                    json.loads(confirm(world, phone, request_auth_modes=("fingerPrint",), challenge="c").result_json)
                    for phone in phones.all_phones(world)
                    if phone.auth_key is not None and world.clock.now() >= phone.locked_until
                ],
                users.new_openid(world),
                world.keys.take(1),
            ]


def _outcome(ask, *arguments, **named):
    try:
        return ask(*arguments, **named)
    except (WeChatError, web_users.WebLoginError) as error:
        return str(error)


@pytest.fixture
def seeded_world(rsa_pems):
    """Open worlds whose draws repeat, with keys in their pool."""
    with contextlib.ExitStack() as opened:

        def open_one():
            world = opened.enter_context(contextlib.closing(World(random_seed="7")))
            with world.transaction():
                rows = [("seed 7", number, rsa_pems[number % len(rsa_pems)]) for number in range(60)]
                world.store.fill("rsa_keys", rows)
            return world

        yield open_one


@given(happened=operations)
def test_a_world_behaves_the_same_after_it_went_through_a_document(seeded_world, world_seed, tmp_path, happened):
    world = seeded_world()
    world.clock.freeze(NOON)
    seed.load(world, world_seed)
    life = Life(world)
    for operation, choice in happened:
        life.do(operation, choice)
    again = World(random_seed="7")
    document = parse(text(State(world).document()))
    State(again).replace(document)
    assert again.has_begun
    assert life.seen_in(again) == life.seen_in(world)
    again.close()
