"""Documents are part of the state: exports, imports, snapshots and resets carry them, each app's apart."""

from __future__ import annotations

import json

import pytest

from wxemu.core.world import World
from wxemu.state.errors import StateError
from wxemu.state.state import State
from wxemu.state.tables import replace, tables

APPID = "wx1234567890abcdef"
DOCUMENT = {"_id": "a", "订单": [1, 2.5, True, None]}


@pytest.fixture
def state(world, tmp_path):
    return State(world)


@pytest.fixture
def lived(db, other_db):
    """Two environments with a document each."""
    db.add(DOCUMENT)
    other_db.create()
    other_db.add({"_id": "other"})


def test_an_export_brings_them_to_another_emulator(world, open_world, lived):
    elsewhere = open_world()
    exported = json.loads(json.dumps(tables(world)))
    replace(elsewhere, exported)
    assert tables(elsewhere)["documents"] == exported["documents"] != []
    assert tables(elsewhere)["collections"] == exported["collections"] != []


def test_a_snapshot_brings_them_back(db, state, lived, refused):
    state.save("lived")
    state.reset("empty")
    with pytest.raises(refused):
        db.get()
    state.reset("lived")
    assert db.get() == [DOCUMENT]


def test_one_app_forgets_its_own_alone(db, other_db, state, lived, refused):
    state.save("lived")
    state.reset("seed", appid=APPID)
    with pytest.raises(refused, match="Db or Table not exist"):
        db.get()
    other_db.add({"_id": "later"})
    state.reset("lived", appid=APPID)
    assert db.get() == [DOCUMENT]
    assert [found["_id"] for found in other_db.get()] == ["other", "later"]
    db.add({"_id": "b"})
    assert [found["_id"] for found in db.get()] == ["a", "b"]


def test_an_open_transaction_is_carried_along(db, state, lived):
    inside = db.start()
    inside.set("a", {"n": 1})
    state.save("open")
    inside.abort()
    state.reset("open")
    inside.commit()
    assert db.doc("a") == {"_id": "a", "n": 1}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"_id":"other"}', '{"_id":{"$numberDecimal":"1"}}'])
def test_a_damaged_document_is_no_state(world, lived, text):
    document = json.loads(json.dumps(tables(world)))
    document["documents"][0]["document"] = text
    with pytest.raises(StateError, match="a rule cannot read its part"):
        replace(world, document)


def test_they_outlive_a_restart(tmp_path, serve, world_seed):
    from wxemu.cloudbase.database import collections, operations, transactions  # noqa: PLC0415

    first = World(tmp_path / "state")
    with first.transaction():
        collections.create(first, env="e", name="c")
    with transactions.documents(first, env="e", collection="c") as documents:
        operations.insert(documents, {"_id": "a"}, randomness=first.randomness)
    first.close()
    second = World(tmp_path / "state")
    with transactions.documents(second, env="e", collection="c") as documents:
        assert documents.read() == [{"_id": "a"}]
    second.close()


def test_a_call_of_an_invocation_is_known_by_it(db, grant, control):
    db.sdk.token = grant()
    db.get()
    kept = control.exchanges[0]
    assert (kept["name"], kept["request_id"]) == ("database.getDocument", "11111111-2222-4333-8444-555555555555")
    assert (kept["face"], kept["outcome"]) == ("cloudbase", "ok")


def test_a_refusal_is_known_by_its_code(db, control, refused):
    with pytest.raises(refused):
        db.get({"n": {"$foo": 1}})
    assert control.exchanges[0]["errcode"] == "DATABASE_INVALID_OPERRATOR"
    assert control.exchanges[0]["is_failure"]
