"""What matches, in which order, and what is shown of it."""

from __future__ import annotations

import pytest

SHOP = [
    {"_id": "a", "n": 1, "s": "alpha", "tags": ["x", "y"], "nest": {"deep": 5, "list": [{"k": 1}, {"k": 2}]}},
    {"_id": "b", "n": 2, "s": "Beta", "tags": ["y"], "flag": True},
    {"_id": "c", "n": 3, "s": "订单", "tags": [], "none": None},
    {"_id": "d", "n": 2.5, "pairs": [[1, 2], [3]], "flag": 1},
]


@pytest.fixture
def shop(db):
    db.add(*SHOP)
    return db


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (None, "abcd"),
        ({}, "abcd"),
        ({"_id": "b"}, "b"),
        ({"_id": {"$in": ["d", "a", "none"]}}, "ad"),
        ({"_id": {"$eq": "c"}}, "c"),
        ({"_id": {"$gt": "b"}}, "cd"),
        ({"n": 2}, "b"),
        ({"n": 2.0}, "b"),
        ({"n": {"$gt": 1, "$lte": 2.5}}, "bd"),
        ({"n": {"$lt": 2}}, "a"),
        ({"n": {"$gte": 2.5}}, "cd"),
        ({"n": {"$ne": 2}}, "acd"),
        ({"n": {"$in": [1, 3]}}, "ac"),
        ({"n": {"$nin": [1, 3]}}, "bd"),
        ({"n": {"$mod": [2, 1]}}, "ac"),
        ({"n": {"$gt": "1"}}, ""),
        ({"s": "订单"}, "c"),
        ({"s": {"$regularExpression": {"pattern": "^b", "options": "i"}}}, "b"),
        ({"s": {"$not": {"$regularExpression": {"pattern": "a$", "options": ""}}}}, "cd"),
        ({"s": {"$regex": "^ALPHA$", "$options": "i"}}, "a"),
        ({"s": {"$in": [{"$regularExpression": {"pattern": "^al", "options": ""}}, "Beta"]}}, "ab"),
        ({"s": {"$exists": False}}, "d"),
        ({"tags": "y"}, "ab"),
        ({"tags": ["y"]}, "b"),
        ({"tags": {"$all": ["y", "x"]}}, "a"),
        ({"tags": {"$all": []}}, ""),
        ({"tags": {"$size": 0}}, "c"),
        ({"tags.0": "y"}, "b"),
        ({"tags": []}, "c"),
        ({"flag": True}, "b"),
        ({"flag": 1}, "d"),
        ({"flag": {"$in": [True]}}, "b"),
        ({"none": None}, "abcd"),
        ({"none": {"$exists": True}}, "c"),
        ({"nest.deep": 5}, "a"),
        ({"nest.list.k": 2}, "a"),
        ({"nest.list": {"$elemMatch": {"k": {"$gt": 1}}}}, "a"),
        ({"tags": {"$elemMatch": {"$gt": "x"}}}, "ab"),
        ({"nest": {"deep": 5}}, ""),
        ({"pairs": [3]}, "d"),
        ({"$or": [{"n": 1}, {"flag": True}]}, "ab"),
        ({"$and": [{"n": {"$gt": 1}}, {"n": {"$lt": 3}}]}, "bd"),
        ({"$nor": [{"n": 1}, {"n": 2}]}, "cd"),
        ({"n": {"$not": {"$gt": 1}}}, "a"),
        ({"n": {"$type": "double"}}, "d"),
        ({"nothing": {}}, ""),
    ],
)
def test_a_query_finds_what_matches(shop, query, ids):
    assert [found["_id"] for found in shop.get(query)] == list(ids)
    assert shop.count(query) == len(ids)


@pytest.mark.parametrize("wanted", [{"a": True}, [True], {"a": {"b": True}}])
def test_true_is_not_one_however_deep(db, wanted):
    as_one = {"a": 1} if wanted == {"a": True} else [1] if wanted == [True] else {"a": {"b": 1}}
    db.add({"_id": "one", "v": as_one}, {"_id": "true", "v": wanted})
    assert [found["_id"] for found in db.get({"v": {"$eq": wanted}})] == ["true"]


def test_the_order_of_members_counts_in_equality(db):
    db.add({"_id": "a", "v": {"x": 1, "y": 2}})
    assert db.count({"v": {"$eq": {"y": 2, "x": 1}}}) == 0
    assert db.count({"v": {"$eq": {"x": 1, "y": 2}}}) == 1


def test_documents_come_in_the_order_in_which_they_were_added(db):
    db.add({"_id": "z"}, {"_id": "a"}, {"_id": "m"})
    db.remove({"_id": "z"})
    db.add({"_id": "b"})
    db.update({"_id": "a"}, {"$set": {"n": 1}})
    assert [found["_id"] for found in db.get()] == ["a", "m", "b"]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"n": 1}, "abdc"),
        ({"n": -1}, "cdba"),
        ({"flag": 1, "n": -1}, "cadb"),
        ({"nest.deep": -1, "_id": -1}, "adcb"),
        ({"s": 1}, "dbac"),
    ],
)
def test_an_order_goes_by_its_first_path_first(shop, order, ids):
    assert [found["_id"] for found in shop.get(order=order)] == list(ids)


def test_a_page_begins_at_its_offset(shop):
    assert [found["_id"] for found in shop.get(order={"n": 1}, offset=1, limit=2)] == ["b", "d"]
    assert shop.get(offset=10) == []


def test_a_hundred_come_without_a_limit_and_a_thousand_at_most(db):
    db.add(*({"_id": f"{number:04}"} for number in range(1010)))
    assert len(db.of("getDocument", queryType="WHERE")["list"]) == 100
    assert len(db.get(limit=0)) == 100
    assert len(db.get(limit=5000)) == 1000
    assert db.count() == 1010


@pytest.mark.parametrize(
    ("projection", "shown"),
    [
        ({"n": 1}, {"_id": "a", "n": 1}),
        ({"n": 1, "_id": 0}, {"n": 1}),
        ({"nest.deep": 1, "tags": 1}, {"_id": "a", "tags": ["x", "y"], "nest": {"deep": 5}}),
        ({"nest.list.k": 0, "s": 0, "tags": 0}, {"_id": "a", "n": 1, "nest": {"deep": 5, "list": [{}, {}]}}),
        ({"tags": {"$slice": 1}, "n": 1}, {"_id": "a", "n": 1, "tags": ["x"]}),
        ({"_id": 1}, {"_id": "a"}),
        ({"nothing": 1}, {"_id": "a"}),
    ],
)
def test_a_projection_shows_what_it_names(shop, projection, shown):
    assert shop.get({"_id": "a"}, projection=projection) == [shown]


def test_a_projection_by_position_is_refused(shop, refused):
    with pytest.raises(refused, match="is not emulated") as error:
        shop.get({"tags": "y"}, projection={"tags.$": 1})
    assert error.value.code == "DATABASE_INVALID_OPERRATOR"


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        ({"n": {"$foo": 1}}, "DATABASE_INVALID_OPERRATOR", "unknown operator: $foo"),
        ({"$foo": []}, "DATABASE_INVALID_OPERRATOR", "unknown top level operator: $foo"),
        ({"$expr": {"$gt": ["$n", 1]}}, "DATABASE_INVALID_OPERRATOR", "$expr is not emulated"),
        ({"$and": [{"p": {"$nearSphere": {"$geometry": {}}}}]}, "DATABASE_INVALID_OPERRATOR", "$nearSphere is not"),
        ({"p": {"$geoWithin": {"$centerSphere": []}}}, "DATABASE_INVALID_OPERRATOR", "$geoWithin is not emulated"),
        ({"n": {"$in": 1}}, "DATABASE_REQUEST_FAILED", "[FailedOperation] (BadValue) $in needs an array"),
        ({"n": {"$all": 1}}, "DATABASE_REQUEST_FAILED", "[FailedOperation] (BadValue) $all needs an array"),
        ({"$or": {}}, "DATABASE_REQUEST_FAILED", "[FailedOperation] (BadValue) $or must be an array"),
        ({"n": {"$mod": [0, 1]}}, "DATABASE_REQUEST_FAILED", "[FailedOperation] (BadValue) divisor cannot be 0"),
        ({"n": {"$elemMatch": 1}}, "DATABASE_REQUEST_FAILED", "[FailedOperation] (BadValue) $elemMatch needs an Obj"),
        (
            {"s": {"$regularExpression": {"pattern": "(", "options": ""}}},
            "DATABASE_REQUEST_FAILED",
            "[FailedOperation] (BadValue) Regular expression is invalid",
        ),
        ([], "INVALID_PARAM", "query: expected an object, got an array"),
    ],
)
def test_a_query_without_a_meaning_is_refused(shop, refused, query, code, text):
    with pytest.raises(refused) as error:
        shop.get(query)
    assert error.value.code == code
    assert error.value.text.startswith(text)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"limit": "10"}, "limit: expected a number of documents, got '10'"),
        ({"limit": True}, "limit: expected a number of documents, got True"),
        ({"offset": -1}, "offset: expected a number of documents, got -1"),
        ({"query": "{"}, "query: expected EJSON, got something else"),
        ({"query": {"n": 1}}, "query: expected EJSON in a string, got an object"),
        ({"order": "[]"}, "order: expected an object, got an array"),
        ({"transactionId": 5}, "transactionId: expected a text, got a number"),
        ({"database": "mine"}, "database: only the environment's own database is emulated"),
    ],
)
def test_a_member_of_another_kind_is_refused(shop, refused, parameters, text):
    with pytest.raises(refused) as error:
        shop.of("getDocument", queryType="WHERE", **parameters)
    assert (error.value.code, error.value.text) == ("INVALID_PARAM", text)


def test_an_order_that_is_none_is_refused(shop, refused):
    with pytest.raises(refused, match="bad sort specification"):
        shop.get(order={"n": 2})


def test_an_aggregation_is_refused_by_a_text_that_says_so(db, refused):
    stages = [{"stageKey": "$match", "stageValue": "{}"}]
    with pytest.raises(refused, match="aggregations are not emulated") as error:
        db.of("aggregateDocuments", stages=stages)
    assert error.value.code == "DATABASE_INVALID_OPERRATOR"
