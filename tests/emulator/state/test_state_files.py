"""Files that hold a state, and the one that the functions keep."""

import contextlib
import sqlite3

import pytest

from wxemu.state import read_file, write_file
from wxemu.state.tables import StateError

APPID = "wx1234567890abcdef"
SESSIONS = "CREATE TABLE sessions (appid TEXT, openid TEXT, session_key TEXT NOT NULL, PRIMARY KEY (appid, openid))"


class TestFiles:
    def test_are_their_owner_s_only_and_hold_what_was_written(self, state, tmp_path):
        write_file(tmp_path / "s.json", state.document())
        assert (tmp_path / "s.json").stat().st_mode & 0o777 == 0o600
        assert read_file(tmp_path / "s.json") == state.document()

    def test_are_replaced_wholly(self, state, tmp_path):
        (tmp_path / "s.json").write_text("former")
        with pytest.raises(TypeError):
            write_file(tmp_path / "s.json", {"wxcloud-state": object()})
        assert (tmp_path / "s.json").read_text() == "former"
        assert [path.name for path in tmp_path.iterdir()] == ["s.json"]

    @pytest.mark.parametrize("name", ["none.json", "folder"])
    def test_that_cannot_be_read_are_told(self, tmp_path, name):
        (tmp_path / "folder").mkdir()
        with pytest.raises(StateError, match=rf"{name} cannot be read: "):
            read_file(tmp_path / name)

    @pytest.mark.parametrize("content", [b"\xff", b"{"])
    def test_that_hold_something_else_are_told_by_name(self, tmp_path, content):
        (tmp_path / "s.json").write_bytes(content)
        with pytest.raises(StateError, match=r"s.json: .*expected .*, found something else"):
            read_file(tmp_path / "s.json")

    def test_that_cannot_be_written_are_told(self, state, tmp_path):
        with pytest.raises(StateError, match=r"the state cannot be written to .*: No such file or directory"):
            write_file(tmp_path / "none" / "s.json", state.document())


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
