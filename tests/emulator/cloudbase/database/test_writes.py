"""Documents are added, changed and taken away, each wholly or not at all."""

from __future__ import annotations

import json
import re

import pytest

E11000 = r'E11000 duplicate key error collection: tnt-[0-9a-f]{9}\.c index: _id_ dup key: { : "a" }'


def test_a_collection_is_there_once_it_is_made(db, refused):
    db.create("second")
    with pytest.raises(refused) as error:
        db.create("second")
    assert (error.value.code, error.value.text) == (
        "DATABASE_COLLECTION_ALREADY_EXIST",
        (
            "[ResourceUnavailable.ResourceExist] Table exist. "
            "Please check your request, but if the problem persists, contact us."
        ),
    )


@pytest.mark.parametrize("name", ["", "system.users", "a$b", "a\0b", "x" * 121])
def test_a_collection_has_a_name_that_mongodb_takes(db, refused, name):
    with pytest.raises(refused) as error:
        db.create(name)
    assert error.value.code == "INVALID_PARAM"


@pytest.mark.parametrize(
    "ask",
    [
        lambda db: db.add({"_id": "a"}),
        lambda db: db.get(),
        lambda db: db.count(),
        lambda db: db.update({}, {"$set": {"n": 1}}),
        lambda db: db.set("a", {}),
        lambda db: db.remove({}),
        lambda db: db.start().ask("calculateDocument", collectionName="missing"),
    ],
)
def test_no_action_makes_a_collection(db, refused, ask):
    db.collection = "missing"
    with pytest.raises(refused) as error:
        ask(db)
    assert (error.value.code, error.value.text) == (
        "DATABASE_COLLECTION_NOT_EXIST",
        (
            "[ResourceNotFound] Db or Table not exist: missing. "
            "Please check your request, but if the problem persists, contact us."
        ),
    )


def test_a_document_without_an_id_gets_one(db):
    (made,) = db.add({"n": 1})
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert db.doc(made) == {"_id": made, "n": 1}


def test_a_document_of_a_function_has_no_openid(db):
    db.add({"_id": "a"})
    assert db.doc("a") == {"_id": "a"}


def test_ids_are_texts_numbers_or_object_ids(db):
    object_id = {"$oid": "507f1f77bcf86cd799439011"}
    asked = ['{"_id":{"$numberLong":"1790000000000"}}', json.dumps({"_id": object_id})]
    assert db.of("insertDocument", data=asked)["insertedIds"] == [1790000000000, object_id["$oid"]]
    assert db.doc(1790000000000) == {"_id": 1790000000000}
    assert db.get({"_id": object_id}) == [{"_id": object_id}]


def test_an_id_is_taken_by_an_equal_number(db, refused):
    db.add({"_id": 1})
    with pytest.raises(refused, match="E11000"):
        db.add({"_id": 1.0})


def test_an_id_that_is_there_is_refused(db, refused):
    db.add({"_id": "a", "n": 1})
    with pytest.raises(refused) as error:
        db.add({"_id": "a", "n": 2})
    assert error.value.code == "DATABASE_REQUEST_FAILED"
    assert re.fullmatch(
        rf"\[FailedOperation\] multiple write errors: \[{{write errors: \[{{{E11000}}}\]}}, {{<nil>}}\]",
        error.value.text,
    )
    assert db.doc("a") == {"_id": "a", "n": 1}


def test_what_stands_before_a_duplicate_is_added_and_nothing_after(db, refused):
    db.add({"_id": "a"})
    with pytest.raises(refused, match="E11000"):
        db.add({"_id": "x"}, {"_id": "a"}, {"_id": "y"})
    assert [found["_id"] for found in db.get()] == ["a", "x"]


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"$set": 1}, "The dollar ($) prefixed field '$set' in '.$set' is not valid for storage."),
        ({"a": [{"$b": 1}]}, "The dollar ($) prefixed field '$b'"),
        ({"_id": [1]}, "The '_id' value cannot be of type array"),
        ({"_id": {"$regularExpression": {"pattern": "a", "options": ""}}}, "The '_id' value cannot be of type regex"),
    ],
)
def test_a_document_that_mongodb_does_not_store_is_refused(db, refused, document, text):
    with pytest.raises(refused, match=re.escape(text)):
        db.add(document)
    assert db.count() == 0


@pytest.mark.parametrize("data", [None, [], "{}", ["[]"], ["1"], [{"n": 1}], ["{"]])
def test_data_of_another_kind_is_refused(db, refused, data):
    with pytest.raises(refused) as error:
        db.of("insertDocument", data=data)
    assert error.value.code == "INVALID_PARAM"


@pytest.mark.parametrize(
    ("data", "document"),
    [
        ({"$set": {"n": 6, "p.q": 1}}, {"n": 6, "arr": [1, 2], "o": {"k": 1}, "p": {"q": 1}}),
        ({"$set": {"o.k": True}}, {"n": 5, "arr": [1, 2], "o": {"k": True}}),
        ({"$set": {"arr.1": 9}}, {"n": 5, "arr": [1, 9], "o": {"k": 1}}),
        ({"$set": {"arr.3": 9}}, {"n": 5, "arr": [1, 2, None, 9], "o": {"k": 1}}),
        ({"$inc": {"n": 2, "new": 1}}, {"n": 7, "arr": [1, 2], "o": {"k": 1}, "new": 1}),
        ({"$inc": {"n": 0.5}}, {"n": 5.5, "arr": [1, 2], "o": {"k": 1}}),
        ({"$mul": {"n": 3, "new": 4}}, {"n": 15, "arr": [1, 2], "o": {"k": 1}, "new": 0}),
        ({"$min": {"n": 3, "new": 4}}, {"n": 3, "arr": [1, 2], "o": {"k": 1}, "new": 4}),
        ({"$max": {"n": 8}}, {"n": 8, "arr": [1, 2], "o": {"k": 1}}),
        ({"$unset": {"o.k": "", "nothing.here": "", "n": ""}}, {"arr": [1, 2], "o": {}}),
        ({"$rename": {"n": "m", "nothing": "x"}}, {"arr": [1, 2], "o": {"k": 1}, "m": 5}),
        ({"$push": {"arr": 3}}, {"n": 5, "arr": [1, 2, 3], "o": {"k": 1}}),
        ({"$push": {"arr": {"$each": [3, 0]}, "made": {"$each": ["x"]}}},
         {"n": 5, "arr": [1, 2, 3, 0], "o": {"k": 1}, "made": ["x"]}),
        ({"$push": {"arr": {"$each": [0], "$position": 0}}}, {"n": 5, "arr": [0, 1, 2], "o": {"k": 1}}),
        ({"$push": {"arr": {"$each": [0, 3], "$sort": -1, "$slice": 3}}}, {"n": 5, "arr": [3, 2, 1], "o": {"k": 1}}),
        ({"$push": {"arr": {"$each": [0, 3], "$slice": -2}}}, {"n": 5, "arr": [0, 3], "o": {"k": 1}}),
        ({"$pop": {"arr": 1, "nothing": 1}}, {"n": 5, "arr": [1], "o": {"k": 1}}),
        ({"$pop": {"arr": -1}}, {"n": 5, "arr": [2], "o": {"k": 1}}),
        ({"$pull": {"arr": 1, "nothing": 1}}, {"n": 5, "arr": [2], "o": {"k": 1}}),
        ({"$pull": {"arr": {"$gt": 1}}}, {"n": 5, "arr": [1], "o": {"k": 1}}),
        ({"$pull": {"arr": True}, "$set": {"n": 6}}, {"n": 6, "arr": [1, 2], "o": {"k": 1}}),
        ({"$pullAll": {"arr": [2, 3]}}, {"n": 5, "arr": [1], "o": {"k": 1}}),
        ({"$addToSet": {"arr": 2}, "$set": {"n": 6}}, {"n": 6, "arr": [1, 2], "o": {"k": 1}}),
        ({"$addToSet": {"arr": {"$each": [2, True, 3, 3]}}}, {"n": 5, "arr": [1, 2, True, 3], "o": {"k": 1}}),
        ({"$bit": {"n": {"and": 4, "or": 3}}}, {"n": 7, "arr": [1, 2], "o": {"k": 1}}),
        ({"$bit": {"n": {"xor": 1}}}, {"n": 4, "arr": [1, 2], "o": {"k": 1}}),
        ({"$currentDate": {"at": True}},
         {"n": 5, "arr": [1, 2], "o": {"k": 1}, "at": {"$date": 1_700_000_000_000}}),
    ],
)  # fmt: skip
def test_an_update_changes_what_it_names(db, data, document):
    db.add({"_id": "a", "n": 5, "arr": [1, 2], "o": {"k": 1}})
    assert db.update({"_id": "a"}, data) == {"updated": 1, "upsert_id": None}
    assert db.doc("a") == {"_id": "a", **document}


def test_an_update_by_position_changes_the_element_that_matched(db):
    db.add({"_id": "a", "rows": [{"k": 1}, {"k": 2}]})
    db.update({"rows.k": 2}, {"$set": {"rows.$.n": 5}})
    assert db.doc("a")["rows"] == [{"k": 1}, {"k": 2, "n": 5}]


def test_what_is_as_it_was_is_not_counted(db):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": 2})
    assert db.update({}, {"$set": {"n": 1}})["updated"] == 1
    assert db.update({}, {"$set": {"n": 1}})["updated"] == 0
    assert db.update({"_id": "none"}, {"$set": {"n": 1}}) == {"updated": 0, "upsert_id": None}


@pytest.mark.parametrize("value", [True, 1.0, {"$numberLong": "1"}])
def test_another_type_of_the_same_number_is_a_change(db, value):
    db.add({"_id": "a", "n": 1})
    assert db.update({"_id": "a"}, {"$set": {"n": value}})["updated"] == 1


def test_one_alone_is_changed_where_one_is_asked_for(db):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": 1})
    assert db.update({"n": 1}, {"$set": {"n": 2}}, multi=False)["updated"] == 1
    assert [found["n"] for found in db.get()] == [2, 1]


@pytest.mark.parametrize(
    ("data", "code", "text"),
    [
        ({"$set": {"none.x": 1}}, "DATABASE_REQUEST_FAILED", "{Cannot create field 'x' in element {none: null}}"),
        ({"$set": {"s.x": 1}}, "DATABASE_REQUEST_FAILED", "Cannot create field 'x' in element {s: "),
        ({"$set": {"_id": "b"}}, "DATABASE_REQUEST_FAILED", "would modify the immutable field '_id'"),
        ({"$set": {"x": {"$y": 1}}}, "DATABASE_REQUEST_FAILED", "is not valid for storage"),
        ({"$set": {"x": 1}, "$inc": {"x": 1}}, "DATABASE_REQUEST_FAILED", "Updating the path 'x' would create a conf"),
        ({"$inc": {"s": 1}}, "DATABASE_REQUEST_FAILED", "Cannot apply $inc to a value of non-numeric type"),
        ({"$inc": {"n": "1"}}, "DATABASE_REQUEST_FAILED", "Cannot increment with non-numeric argument"),
        ({"$inc": {"n": {"$numberLong": "9223372036854775807"}}}, "DATABASE_REQUEST_FAILED", "Failed to apply $inc"),
        ({"$set": {"arr.99999999": 1}}, "DATABASE_REQUEST_FAILED", "can't backfill more than 1500000 elements"),
        ({"$push": {"n": 1}}, "DATABASE_REQUEST_FAILED", "must be an array but is of type int"),
        ({"$addToSet": {"none": 1}}, "DATABASE_REQUEST_FAILED", "must be an array but is of type null"),
        ({"$pop": {"arr": 2}}, "DATABASE_REQUEST_FAILED", "$pop expects 1 or -1"),
        ({"$bit": {"n": {"not": 1}}}, "DATABASE_REQUEST_FAILED", "only supports 'and', 'or', and 'xor'"),
        ({"$bit": {"s": {"and": 1}}}, "DATABASE_REQUEST_FAILED", "Cannot apply $bit to a value of non-integral type"),
        ({"$rename": {"n": "n"}}, "DATABASE_REQUEST_FAILED", "must differ"),
        ({"$foo": {"n": 1}}, "DATABASE_INVALID_OPERRATOR", "Unknown modifier: $foo"),
        ({"n": 1}, "DATABASE_REQUEST_FAILED", "update document must contain key beginning with '$'"),
        ({}, "DATABASE_REQUEST_FAILED", "update document must have at least one element"),
        ({"$set": 5}, "DATABASE_REQUEST_FAILED", "Modifiers operate on fields"),
        ({"$pull": {"arr": {"$near": 1}}}, "DATABASE_INVALID_OPERRATOR", "$near is not emulated"),
    ],
)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(db, refused, data, code, text):
    document = {"_id": "a", "n": 5, "s": "x", "none": None, "arr": [1]}
    db.add({"_id": "0", "n": 1, "s": 1, "none": {}, "arr": [1]}, document)
    with pytest.raises(refused) as error:
        db.update({"_id": "a"}, data)
    assert error.value.code == code
    assert text in error.value.text
    assert db.doc("a") == document


def test_an_update_of_many_is_done_to_none_if_it_cannot_be_done_to_one(db, refused):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": "x"})
    with pytest.raises(refused):
        db.update({}, {"$inc": {"n": 1}})
    assert db.doc("a")["n"] == 1


def test_a_document_is_set_whole(db):
    assert db.set("a", {"n": 1, "s": "x"}) == {"updated": 0, "upsert_id": "a"}
    assert db.set("a", {"n": 2}) == {"updated": 1, "upsert_id": None}
    assert db.set("a", {"n": 2}) == {"updated": 0, "upsert_id": None}
    assert db.doc("a") == {"_id": "a", "n": 2}


def test_an_upsert_begins_with_what_the_query_fixes(db):
    query = {"_id": "a", "kind": "x", "deep.er": 1, "n": {"$lt": 5}, "$and": [{"also": {"$eq": 2}}]}
    data = {"$set": {"n": 5}, "$setOnInsert": {"made": True}}
    assert db.update(query, data, multi=False, upsert=True) == {"updated": 0, "upsert_id": "a"}
    assert db.doc("a") == {"_id": "a", "kind": "x", "also": 2, "deep": {"er": 1}, "n": 5, "made": True}
    assert db.update({"_id": "a"}, {"$setOnInsert": {"made": False}}, upsert=True)["updated"] == 0


def test_an_upsert_of_a_document_that_is_there_but_does_not_match_is_refused(db, refused):
    db.add({"_id": "a", "n": 7})
    with pytest.raises(refused, match="E11000"):
        db.update({"_id": "a", "n": {"$lt": 5}}, {"$set": {"n": 5}}, multi=False, upsert=True)


def test_an_upsert_without_an_id_gets_one(db):
    made = db.update({"kind": "x"}, {"$set": {"n": 1}}, upsert=True)["upsert_id"]
    assert db.get() == [{"_id": made, "kind": "x", "n": 1}]


def test_what_is_changed_is_returned_as_it_is_then(db):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": 1})
    told = db.update_and_return({"n": 1}, {"$inc": {"n": 1}})
    assert (told["updated"], json.loads(told["doc"])) == (1, {"_id": "a", "n": {"$numberInt": "2"}})
    assert db.update_and_return({"n": 9}, {"$inc": {"n": 1}}) == {"updated": 0, "doc": None}
    assert db.doc("b") == {"_id": "b", "n": 1}


def test_what_matches_is_taken_away(db):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": 1}, {"_id": "c", "n": 2})
    assert db.remove({"n": 1}, multi=False) == 1
    assert db.remove({"n": 1}) == 1
    assert db.remove({"n": 1}) == 0
    assert [found["_id"] for found in db.get()] == ["c"]


def test_the_time_of_the_server_is_the_emulators(db, clock):
    offset = {"$tcb_server_date": {"offset": {"$numberInt": "1500"}}}
    db.of("insertDocument", data=[json.dumps({"_id": "a", "at": offset})])
    clock.advance(10)
    db.update({"_id": "a"}, {"$set": {"later": {"$tcb_server_date": {"offset": 0}}}})
    kept = db.doc("a")
    assert kept["at"] == {"$date": 1_700_000_001_500}
    assert kept["later"] == {"$date": 1_700_000_010_000}
    assert db.count({"at": {"$lt": offset}}) == 1


def test_an_environment_has_a_database_of_its_own(db, other_db, refused):
    db.add({"_id": "a"})
    with pytest.raises(refused, match="not exist"):
        other_db.get()
    other_db.create()
    assert other_db.get() == []
    other_db.remove({})
    assert db.count() == 1
