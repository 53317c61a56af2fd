"""The project's folder: what git would take, and the state."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing

import pytest

from wxemu.client.doctor import folder
from wxemu.core.world import World

SECRET = "5e884898da28047151d0e56f8dc62927"


def found_in(project):
    return [
        (finding.level, str(finding.name), f"{finding.found}; {finding.advice}") for finding in folder.examine(project)
    ]


@pytest.fixture
def repository(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is needed")
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    return tmp_path


@pytest.mark.parametrize("name", [".env", ".env.local"])
def test_a_secret_that_git_would_take_is_broken_and_not_repeated(repository, name):
    (repository / name).write_text(f"WX_APPID=wx1\nexport WX_SECRET = {SECRET}\n")
    (found, *_) = found_in(repository)
    assert found[:2] == ("broken", name)
    assert "git does not ignore it, and it sets WX_SECRET; add it to .gitignore" in found[2]
    assert SECRET not in str(found_in(repository))


def test_a_secret_that_git_ignores_is_fine(repository):
    (repository / ".env").write_text(f"WX_SECRET={SECRET}\n")
    (repository / ".gitignore").write_text(".env\n.wxemu/\n")
    assert found_in(repository)[0] == ("ok", ".env", "sets WX_SECRET; git ignores it; ")


def test_a_secret_that_was_committed_is_broken_whatever_is_ignored(repository):
    (repository / ".env").write_text(f"WX_SECRET={SECRET}\n")
    subprocess.run(["git", "-C", repository, "add", ".env"], check=True)
    (repository / ".gitignore").write_text(".env\n")
    assert found_in(repository)[0][0] == "broken"


@pytest.mark.parametrize("text", ["WX_SECRET=\n", "WX_SECRET= # none yet\n", "GREETING=hello\n", ""])
def test_a_dotenv_without_a_secret_is_no_finding(repository, text):
    (repository / ".env").write_text(text)
    assert [name for _, name, _ in found_in(repository)] == ["state"]


def test_without_a_repository_there_is_nothing_to_ignore(tmp_path):
    (tmp_path / ".env").write_text(f"WX_SECRET={SECRET}\n")
    assert found_in(tmp_path)[0][0] == "ok"


def test_without_git_there_is_nothing_to_ask(repository, monkeypatch):
    (repository / ".env").write_text(f"WX_SECRET={SECRET}\n")
    monkeypatch.setenv("PATH", "")
    assert found_in(repository)[0][0] == "ok"


@pytest.fixture
def state(tmp_path):
    made = tmp_path / ".wxemu"
    made.mkdir()
    World(made).close()
    return made


def test_a_state_of_this_version_can_be_used(state):
    assert found_in(state.parent) == [("ok", "state", f"{state} can be used; ")]


@pytest.mark.parametrize("has_folder", [False, True])
def test_no_state_yet_is_fine(tmp_path, has_folder):
    if has_folder:
        (tmp_path / ".wxemu").mkdir()
    assert [found[:2] for found in found_in(tmp_path)] == [("ok", "state")]


def of_another_version(state):
    with closing(sqlite3.connect(state / "world.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 99")


def that_is_none(state):
    (state / "world.sqlite").write_text("no database at all, but long enough to be read as one" * 100)


def with_an_open_key(state):
    (state / "ca.key").touch(0o644)
    (state / "ca.key").chmod(0o644)


def without_write(_state):
    os.access = lambda *_: False  # root may write anywhere


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (of_another_version, "has a state of version 99, newer than version"),
        (that_is_none, "cannot be read: file is not a database"),
        (with_an_open_key, "can be read by others; chmod 600 {state}/ca.key"),
        (without_write, "{state} cannot be written to"),
    ],
)
def test_a_state_that_cannot_be_used_is_broken(state, monkeypatch, spoil, told):
    monkeypatch.setattr(os, "access", os.access)  # to be back after the test
    spoil(state)
    ((level, _, text),) = found_in(state.parent)
    assert level == "broken"
    assert told.format(state=state) in text


def test_a_state_that_git_would_take_is_a_hint(repository, state):
    assert found_in(repository)[-1][0] == "hint"
    assert "add .wxemu/ to .gitignore" in found_in(repository)[-1][2]
