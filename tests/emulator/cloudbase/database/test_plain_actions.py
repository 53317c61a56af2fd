"""The actions of tcb-admin-node, whose documents are no EJSON: what it reads of the answers."""

from __future__ import annotations

import json

import pytest

DATE = 1_700_000_000_123


@pytest.fixture
def plain(db):
    """One document, with a date, a 64-bit integer and what JSON cannot hold."""
    db.ask("insertDocument", collectionName="c", data=[json.dumps({
        "_id": "a", "at": {"$date": {"$numberLong": str(DATE)}}, "long": {"$numberLong": "5"},
        "half": {"$numberDouble": "2.5"}, "nan": {"$numberDouble": "NaN"},
    })])  # fmt: skip
    return db


def listed(db, **parameters):
    return db.of("queryDocument", **parameters)["list"]


def test_values_are_as_json_has_them(plain):
    assert listed(plain, query={"_id": "a"}) == [
        {"_id": "a", "at": {"$date": DATE}, "long": 5, "half": 2.5, "nan": {"$numberDouble": "NaN"}}
    ]


def test_what_is_added_is_what_the_newer_actions_find(db):
    added = db.of("addDocument", data={"n": 1, "at": {"$date": DATE}, "large": 2**40})["_id"]
    (found,) = db.get({"n": 1})
    assert found == {"_id": added, "n": 1, "at": {"$date": DATE}, "large": 2**40}


def test_the_time_of_the_server_is_the_emulators(db, world):
    db.of("addDocument", _id="now", data={"at": {"$date": {"offset": 1000}}})
    assert listed(db)[0]["at"] == {"$date": round(world.clock.now() * 1000) + 1000}


def test_a_document_that_is_made_is_told_by_two_names(db):
    asked = {"query": {"_id": "new"}, "data": {"n": 1}, "multi": False, "merge": False}
    answer = db.of("updateDocument", **asked, upsert=True)
    assert answer == {"updated": 0, "upserted_id": "new", "upsert_id": "new"}
    assert db.of("updateDocument", **asked, upsert=True)["upserted_id"] is None


def test_the_first_order_comes_first(db):
    db.add({"_id": "a", "n": 1, "m": 1}, {"_id": "b", "n": 1, "m": 2}, {"_id": "c", "n": 0, "m": 3})
    order = [{"field": "n", "direction": "desc"}, {"field": "m", "direction": "asc"}]
    assert [found["_id"] for found in listed(db, order=order, limit=2)] == ["a", "b"]


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"order": [{"field": "n", "direction": "up"}]}, "order: expected a list of {field, direction}, asc or desc"),
        ({"order": {"n": 1}}, "order: expected a list of {field, direction}, asc or desc"),
        ({"query": '{"n":1}'}, "query: expected an object, got a string"),
    ],
)
def test_what_is_no_request_is_refused(db, refused, parameters, text):
    with pytest.raises(refused) as told:
        listed(db, **parameters)
    assert told.value.code == "INVALID_PARAM"
    assert told.value.text.startswith(text)


def test_an_action_that_is_none_is_refused(db, refused):
    with pytest.raises(refused, match=r"action: expected one of database\.addCollection, .*, got 'database\.drop'"):
        db.ask("drop")


def test_inside_a_transaction_documents_and_counts_are_texts(plain):
    inside = plain.start()
    by_id = {"collectionName": "c", "query": {"_id": {"$eq": "new"}}}
    assert json.loads(inside.ask("getInTransaction", **by_id)["data"]) is None
    data = json.dumps({"n": {"$numberInt": "1"}})
    made = inside.ask("updateDocInTransaction", **by_id, data=data, upsert=True)
    assert json.loads(made["upserted"]) == [{"index": 0, "_id": "new"}]
    data = json.dumps({"$inc": {"n": {"$numberInt": "1"}}})
    assert json.loads(inside.ask("updateDocInTransaction", **by_id, data=data)["updated"]) == {"$numberInt": "1"}
    assert json.loads(inside.ask("getInTransaction", **by_id)["data"]) == {"_id": "new", "n": {"$numberInt": "2"}}
    by_id["query"] = {"_id": {"$eq": "a"}}
    assert json.loads(inside.ask("deleteDocInTransaction", **by_id)["deleted"]) == {"$numberInt": "1"}
    inside.commit()
    assert plain.get() == [{"_id": "new", "n": 2}]
