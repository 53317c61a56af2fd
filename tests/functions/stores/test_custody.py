"""Session keys at rest: encrypted for their row, with keys that can be rotated."""

from __future__ import annotations

import base64
import pathlib
import sqlite3
from contextlib import closing

import pytest

import wxcloud
from wxcloud.custody import HOW_TO
from wxcloud.errors import InvalidSetting, StoreFailure

KEY = "o0q0otL8aEzpcZL/FT9WsQ=="


def key(kid, letter=b"a"):
    return f"{kid}:{base64.urlsafe_b64encode(letter * 32).decode()}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "custody.sqlite3"


@pytest.fixture
def sessions(environ, file):
    def of(setting, **changes):
        return (
            wxcloud.init({**environ, "WX_STORE": f"sqlite:{file}", "WX_STORE_KEY": setting, **changes}).of({}).sessions
        )

    return of


def test_what_is_stored_is_not_the_key(sessions, file):
    sessions(key("k1")).keep("oUser", KEY)
    assert sessions(key("k1")).find("oUser").session_key == KEY
    assert not any(KEY.encode() in path.read_bytes() for path in file.parent.glob("custody*"))


def test_after_a_rotation_both_are_found_and_the_new_key_encrypts(sessions):
    sessions(key("k1")).keep("oOld", KEY)
    rotated = f"{key('k2', b'b')},{key('k1')}"
    sessions(rotated).keep("oNew", KEY)
    assert [sessions(rotated).find(openid).session_key for openid in ("oOld", "oNew")] == [KEY, KEY]
    assert sessions(key("k2", b"b")).find("oNew").session_key == KEY
    with pytest.raises(StoreFailure, match="WX_STORE_KEY does not name the key"):
        sessions(key("k2", b"b")).find("oOld")


def test_a_row_copied_to_another_user_is_refused(sessions, file):
    sessions(key("k1")).keep("oVictim", KEY)
    sessions(key("k1")).keep("oThief", "thief's key")
    with closing(sqlite3.connect(file)) as database, database:
        rows = dict(database.execute("SELECT id, value FROM wxcloud_rows"))
        one, other = rows
        database.execute("UPDATE wxcloud_rows SET value = ? WHERE id = ?", (rows[one], other))
        database.execute("UPDATE wxcloud_rows SET value = ? WHERE id = ?", (rows[other], one))
    for openid in ("oVictim", "oThief"):
        with pytest.raises(StoreFailure, match="another row, or changed"):
            sessions(key("k1")).find(openid)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: "v2" + text[2:], lambda text: text.upper(), lambda _: ""]
)
def test_a_changed_row_is_refused(sessions, file, change):
    sessions(key("k1")).keep("oUser", KEY)
    with closing(sqlite3.connect(file)) as database, database:
        (value,) = database.execute("SELECT value FROM wxcloud_rows").fetchone()
        database.execute("UPDATE wxcloud_rows SET value = ?", (change(value),))
    with pytest.raises(StoreFailure):
        sessions(key("k1")).find("oUser")


@pytest.mark.parametrize(
    "setting", ["k1", "k1:", "k1:c2hvcnQ", f"k1:{'!' * 43}", f":{key('')[1:]}", f"{key('k1')},{key('k1')}"]
)
def test_a_wrong_key_is_said_and_not_shown(sessions, setting):
    with pytest.raises(InvalidSetting, match="WX_STORE_KEY must be kid:key") as refused:
        sessions(setting).keep("oUser", KEY)
    assert "c2hvcnQ" not in str(refused.value)


def test_a_shared_store_wants_a_key_or_a_word_for_none(environ):
    shared = {**environ, "WX_STORE": "redis://127.0.0.1:1/0"}
    with pytest.raises(InvalidSetting, match=r"WX_STORE_KEY is not set.*python3 -c"):
        wxcloud.init(shared).of({}).sessions.keep("oUser", KEY)
    with pytest.raises(StoreFailure):
        wxcloud.init({**shared, "WX_STORE_KEY": "none"}).of({}).sessions.keep("oUser", KEY)


def test_how_to_make_one_makes_one(sessions, capsys):
    program = HOW_TO.split('"')[1]
    exec(program)
    made = capsys.readouterr().out.strip()
    sessions(made).keep("oUser", KEY)
    assert sessions(made).find("oUser").session_key == KEY


def test_a_refused_session_key_is_refused_at_once_until_the_next_login(deploy, wechat, mini_program, file, clock):
    settings = {"WX_STORE": f"sqlite:{file}"}
    wechat.answers("/sns/jscode2session", {"session_key": KEY, "openid": "oUser"})
    wechat.answers("/wxa/checksession", {"errcode": 87009, "errmsg": "invalid signature"})
    login, check = deploy("login", **settings), deploy("checkSession", **settings)
    caller = mini_program("oUser")
    login.main({"code": "081abc"}, caller)
    first, second = check.main({}, caller), check.main({}, caller)
    assert (first["errCode"], second["errCode"]) == (87009, 87009)
    assert len(wechat.sent("/wxa/checksession")) == 1
    login.main({"code": "081abc"}, caller)
    wechat.answers("/wxa/checksession", {"errcode": 0, "errmsg": "ok"})
    assert check.main({}, caller)["errCode"] == 0
    assert pathlib.Path(file).is_file()
