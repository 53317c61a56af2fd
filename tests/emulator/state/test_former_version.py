"""A state that version 2 wrote opens: the database file, a snapshot in it, and an exported document.

The files in ``version_2`` were written by the emulator as it was then.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from wxemu.cloudbase import grants
from wxemu.core import journal
from wxemu.core.store import SCHEMA_VERSION
from wxemu.core.world import DATABASE_NAME
from wxemu.state.state import State

FORMER = Path(__file__).with_name("version_2")
APPID = "wx1234567890abcdef"
INVOCATION = "11111111-2222-4333-8444-555555555555"
OUTCOMES = [
    ("ok", False),
    ("ok", False),
    ("87009", True),
    ("is_ok false", True),
    ("is_ok false", True),
    ("40003", True),
    ("is_ok false", True),
    ("HTTP 502", True),
    ("is_ok true", False),
]
"""Of its exchanges, in their order."""


def outcomes(world):
    return [(kept.outcome, kept.is_failure) for kept in journal.list_latest(world)[::-1]]


@pytest.fixture
def document():
    return json.loads((FORMER / "document.json").read_text())


@pytest.fixture
def file(tmp_path):
    """A folder with the database of version 2."""
    connection = sqlite3.connect(tmp_path / DATABASE_NAME)
    connection.executescript((FORMER / "state.sql").read_text())
    connection.close()
    return tmp_path


@pytest.fixture
def state_of():
    return State


def test_its_journal_says_what_came_of_each_exchange(open_world, file):
    assert outcomes(open_world(file)) == OUTCOMES


def test_its_wx_api_tokens_still_stand_for_their_grants(open_world, file):
    world = open_world(file)
    grant = grants.find_by_invocation(world, INVOCATION)
    assert (grant.openid, grant.permissions) == ("oAlice", frozenset({"soter.verifySignature"}))
    assert grants.find(world, grant.wx_api_token, appid=APPID) == grant


def test_it_has_the_schema_of_this_version_and_opens_again(open_world, file):
    open_world(file).close()
    world = open_world(file)
    assert world.store.tables() == open_world().store.tables()
    assert outcomes(world) == OUTCOMES


def test_a_snapshot_in_it_can_be_returned_to(open_world, file, state_of):
    world = open_world(file)
    world.store.run("DELETE FROM users")
    state_of(world).reset("before")
    assert world.store.row("SELECT openid FROM users")["openid"] == "oAlice"


def test_a_document_of_it_is_read(world, state_of, document):
    state_of(world).replace(document)
    assert outcomes(world) == OUTCOMES
    assert grants.find_by_invocation(world, INVOCATION).openid == "oAlice"
    assert state_of(world).document()["wxcloud-state"] == SCHEMA_VERSION
