"""The state of an emulator, and of another one that has not begun."""

import pytest

from wxemu.state import State
from wxemu.state.function_store import FunctionStore

SESSIONS = "CREATE TABLE sessions (appid TEXT, openid TEXT, session_key TEXT NOT NULL, PRIMARY KEY (appid, openid))"


@pytest.fixture
def store(tmp_path):
    return FunctionStore(tmp_path / "functions.sqlite")


@pytest.fixture
def state(world, store):
    return State(world, store)


@pytest.fixture
def elsewhere(open_world, tmp_path):
    """An emulator that has not begun."""
    (tmp_path / "elsewhere").mkdir()
    return State(open_world(), FunctionStore(tmp_path / "elsewhere" / "functions.sqlite"))


@pytest.fixture
def put_session(store):
    """Keep a session_key as the functions do."""

    def put(appid, openid, key):
        present = store.tables().get("sessions", {"rows": []})["rows"]
        rows = [*present, {"appid": appid, "openid": openid, "session_key": key}]
        store.replace({"sessions": {"create": SESSIONS, "rows": rows}})

    return put
