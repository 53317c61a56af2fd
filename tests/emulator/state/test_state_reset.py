"""Ways back: to the seed, to nothing, to a snapshot; of all, or of one app."""

import pytest

from wxemu.cloudbase import web_users
from wxemu.core import apps
from wxemu.phone import phones
from wxemu.scf import api_functions
from wxemu.state.errors import SeedError, StateError
from wxemu.state.snapshots import SnapshotNameError, UnknownSnapshotError
from wxemu.wechat import sessions, tokens, users

APPID = "wx1234567890abcdef"
OTHER = "wxfedcba0987654321"


def documents_kept(state):
    return {row["key"] for row in state.document()["world"]["documents"]}


class TestReset:
    @pytest.fixture
    def lived(self, world, state, put_document):
        """Two apps with a past."""
        for appid, openid in ((APPID, "oAlice"), (OTHER, "oDave")):
            app = apps.find(world, appid)
            with world.transaction():
                tokens.issue(world, app)
                sessions.start(world, users.find(world, appid, openid), session_key=f"key of {openid}")
                users.add(world, users.User(appid, f"new in {app.env}"))
                web_users.sign_in(world, env=app.env, device_id="d")
                api_functions.delete(world, app.env, "login")
            phones.create(world, appid=appid, profile_name="none", openid=openid, phone_id=f"phone of {openid}")
            put_document(app.env, f"of {openid}")
        return state.document()

    def rows(self, state, appid, env):
        """All that belongs to one app."""
        tables = state.document()["world"]
        return [
            (name, row) for name, rows in tables.items() for row in rows if appid in row.values() or env in row.values()
        ]

    def test_of_one_app_to_its_seed_leaves_the_other_as_it_was(self, world, state, lived):
        others = self.rows(state, OTHER, "env-other")
        state.reset("seed", appid=APPID)
        assert self.rows(state, OTHER, "env-other") == others
        assert users.find(world, APPID, "new in env-demo") is None
        assert sessions.find(world, APPID, "oAlice").session_key == "o0q0otL8aEzpcZL/FT9WsQ=="
        assert api_functions.list_changes(world, "env-demo") == {}
        assert tokens.list_tokens(world, APPID, limit=9) == []
        assert phones.all_phones(world, APPID) == []

    def test_of_one_app_to_empty_leaves_it_its_credentials(self, world, state, lived):
        others, former = self.rows(state, OTHER, "env-other"), apps.find(world, APPID)
        state.reset("empty", appid=APPID)
        assert self.rows(state, OTHER, "env-other") == others
        assert apps.find(world, APPID) == former
        assert [name for name, _ in self.rows(state, APPID, "env-demo")] == ["apps"]
        assert documents_kept(state) == {'"of oDave"'}

    def test_of_all_forgets_what_the_functions_kept(self, state, lived):
        state.reset("seed")
        assert documents_kept(state) == set()

    def test_to_a_snapshot_brings_all_of_it_back(self, state, lived):
        state.save("lived")
        state.reset("empty")
        state.reset("lived")
        assert {**lived, "world": {**lived["world"], "exchanges": [], "invocations": []}} == state.document()

    def test_of_one_app_to_a_snapshot_leaves_the_other_as_it_is_now(self, world, state, lived):
        before = self.rows(state, APPID, "env-demo")
        state.save("lived")
        state.reset("empty")
        state.reset("seed", appid=OTHER)
        state.reset("lived", appid=APPID)
        assert self.rows(state, APPID, "env-demo") == before
        assert users.find(world, OTHER, "new in env-other") is None
        assert documents_kept(state) == {'"of oAlice"'}

    def test_keeps_an_environment_that_another_app_is_bound_to(self, world, state, lived):
        with world.transaction():
            other = apps.find(world, OTHER)
            apps.add(world, apps.App(other.appid, other.secret, "env-demo"))
        state.reset("empty", appid=OTHER)
        assert api_functions.list_changes(world, "env-demo") == {"login": None}
        assert users.all_users(world, OTHER) == []

    def test_of_an_app_that_the_seed_has_not_is_refused(self, world, state):
        with world.transaction():
            apps.add(world, apps.App("wx0000000000000000", "0" * 32, "e"))
        with pytest.raises(SeedError, match="the seed has no app 'wx0000000000000000' to go back to"):
            state.reset("seed", appid="wx0000000000000000")

    def test_of_an_app_that_there_is_not_is_refused(self, state):
        with pytest.raises(apps.UnknownAppError, match="no app has the appid 'wx0'; `wxemu app list` shows"):
            state.reset("empty", appid="wx0")

    def test_of_an_app_that_the_snapshot_has_not_is_refused(self, state):
        state.save("s")
        with pytest.raises(StateError, match="no app there has the appid 'wx0'"):
            state.reset("s", appid="wx0")

    def test_never_takes_another_app_what_is_its_own_by_now(self, world, state, lived):
        state.save("lived")
        state.reset("empty", appid=APPID)
        phones.create(world, appid=OTHER, profile_name="none", phone_id="phone of oAlice")
        before = state.document()
        with pytest.raises(StateError, match=f"another app now has what {APPID} had"):
            state.reset("lived", appid=APPID)
        assert state.document() == before

    def test_to_a_snapshot_that_there_is_not_names_those_there_are(self, state):
        state.save("one")
        with pytest.raises(UnknownSnapshotError, match="no snapshot is called 'two'; there are: one"):
            state.reset("two")

    @pytest.mark.parametrize("name", ["seed", "empty", "", "a b", ".hidden", "a/b", "x" * 65, "a\n"])
    def test_no_snapshot_has_such_a_name(self, state, name):
        with pytest.raises(SnapshotNameError, match="a snapshot cannot be called"):
            state.save(name)
