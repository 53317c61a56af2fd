"""What the functions keep, as rows and back."""

import contextlib
import sqlite3

import pytest

from wxemu.state.tables import StateError

APPID = "wx1234567890abcdef"
SESSIONS = "CREATE TABLE sessions (appid TEXT, openid TEXT, session_key TEXT NOT NULL, PRIMARY KEY (appid, openid))"


class TestFunctionStore:
    def test_is_not_made_by_reading_it(self, store, tmp_path):
        assert store.tables() == {}
        store.replace({})
        assert list(tmp_path.iterdir()) == []

    def test_is_its_owner_s_only(self, put_session, tmp_path):
        put_session(APPID, "o", "key")
        assert (tmp_path / "functions.sqlite").stat().st_mode & 0o777 == 0o600

    def test_keeps_tables_of_any_function(self, store, tmp_path):
        create = 'CREATE TABLE "odd "" name" (a VARCHAR(9), b, PRIMARY KEY (a))'
        rows = [{"a": "x", "b": None}, {"a": "y", "b": {"base64": "AA=="}}]
        store.replace({'odd " name': {"create": create, "rows": rows}})
        assert store.tables() == {'odd " name': {"create": create, "rows": rows}}
        store.replace({}, appid=APPID)
        assert len(store.tables()['odd " name']["rows"]) == 2

    def test_that_is_no_database_is_told(self, store, tmp_path):
        (tmp_path / "functions.sqlite").write_bytes(b"no database, but long enough to be one" * 100)
        with pytest.raises(StateError, match="the functions' session store cannot be used"):
            store.tables()

    def test_is_seen_by_whoever_has_it_open(self, store, put_session, tmp_path):
        put_session(APPID, "o", "one")
        with contextlib.closing(sqlite3.connect(tmp_path / "functions.sqlite")) as held:
            assert held.execute("SELECT session_key FROM sessions").fetchall() == [("one",)]
            store.replace({"sessions": {"create": SESSIONS, "rows": []}})
            assert held.execute("SELECT session_key FROM sessions").fetchall() == []
