import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

import wxcloud
from wxcloud.errors import InvalidSetting, StoreFailure
from wxcloud.sessions import StoredSession

SHARED = Path(__file__).parents[2] / "functions" / "_shared"


@pytest.fixture
def store(environ):
    return Path(environ["WX_STORE"].removeprefix("sqlite:"))


def test_a_kept_session_is_found_with_its_time(cloud, clock, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    expected = StoredSession(openid="o1", session_key="k1==", updated_at=clock.now)
    assert sessions_of(cloud).find("o1") == expected


def test_a_later_login_replaces_the_session(cloud, clock, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    clock.now += 60
    sessions_of(cloud).keep("o1", "k2==")
    found = sessions_of(cloud).find("o1")
    assert (found.session_key, found.updated_at) == ("k2==", clock.now)


def test_nobody_elses_session_is_found(cloud, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    assert sessions_of(cloud).find("o2") is None


def test_applications_do_not_meet(cloud, environ, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    assert sessions_of(wxcloud.init({**environ, "WX_APPID": "wxother"})).find("o1") is None


def test_another_instance_finds_what_one_kept(cloud, environ, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    assert sessions_of(wxcloud.init(environ)).find("o1").session_key == "k1=="


def test_the_key_is_not_in_its_repr(cloud, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    assert "k1==" not in repr(sessions_of(cloud).find("o1"))


def test_the_file_is_its_owners_alone(cloud, store, sessions_of):
    sessions_of(cloud).keep("o1", "k1==")
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(cloud, store, sessions_of):
    store.touch(mode=0o644)
    sessions_of(cloud).keep("o1", "k1==")
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_a_link_laid_beforehand_is_not_followed(cloud, store, tmp_path, sessions_of):
    target = tmp_path / "elsewhere"
    store.symlink_to(target)
    with pytest.raises(StoreFailure):
        sessions_of(cloud).keep("o1", "k1==")
    assert not target.exists()


def test_another_users_file_is_not_used(cloud, store, monkeypatch, sessions_of):
    store.touch()
    monkeypatch.setattr(os, "geteuid", lambda: store.stat().st_uid + 1)
    with pytest.raises(StoreFailure, match="PermissionError"):
        sessions_of(cloud).keep("o1", "k1==")


def test_a_file_that_is_no_database_is_a_clear_error(cloud, store, sessions_of):
    store.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreFailure, match=r"WX_STORE.*DatabaseError") as failed:
        sessions_of(cloud).find("o1")
    assert failed.value.errCode == -501001


def test_without_an_appid_nothing_is_kept(environ, sessions_of):
    with pytest.raises(InvalidSetting, match="WX_APPID"):
        sessions_of(wxcloud.init({**environ, "WX_APPID": ""})).keep("o1", "k1==")


def test_threads_lose_nothing(cloud, sessions_of):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: sessions_of(cloud).keep(f"o{number}", f"k{number}"), range(40)))
    assert [sessions_of(cloud).find(f"o{number}").session_key for number in range(40)] == [f"k{n}" for n in range(40)]


def test_processes_lose_nothing(cloud, environ, store, sessions_of):
    program = (
        "import sys, wxcloud\n"
        "sessions = wxcloud.init().of({}).sessions\n"
        "for number in range(20):\n"
        "    sessions.keep(f'{sys.argv[1]}-{number}', sys.argv[1])\n"
    )
    variables = {**os.environ, **environ, "PYTHONPATH": str(SHARED)}
    instances = [subprocess.Popen([sys.executable, "-c", program, name], env=variables) for name in "abc"]
    assert [instance.wait() for instance in instances] == [0, 0, 0]
    with closing(sqlite3.connect(store)) as database, database:
        (rows,) = database.execute("SELECT count(*) FROM wxcloud_rows WHERE store = 'sessions'").fetchone()
    database.close()
    assert rows == 60
    assert sessions_of(cloud).find("b-19").session_key == "b"
