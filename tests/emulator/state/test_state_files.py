"""Files that hold a state."""

import pytest

from wxemu.state.errors import StateError
from wxemu.state.state import read_file, write_file

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
