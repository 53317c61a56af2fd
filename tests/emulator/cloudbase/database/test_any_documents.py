"""Whatever is asked of the document database is answered in its form, and an update does what a plain model says."""

from __future__ import annotations

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from wxemu.cloudbase.admin.database import ANSWERS
from wxemu.cloudbase.database import ejson, update
from wxemu.cloudbase.database.errors import DatabaseError
from wxemu.cloudbase.database.query import Query
from wxemu.cloudbase.database.values import is_equal

QUERY = "eq ne gt gte lt lte in nin exists type all elemMatch size mod regex options not and or nor near expr foo"
UPDATE = (
    "set unset inc mul min max rename push pop pull pullAll addToSet each position slice sort bit setOnInsert [] [x]"
)
OPERATORS = [f"${name}" for name in ("", "currentDate", *QUERY.split(), *UPDATE.split())]
MEMBERS = [
    "collectionName",
    "query",
    "data",
    "order",
    "projection",
    "limit",
    "offset",
    "multi",
    "merge",
    "upsert",
    "transactionId",
    "stages",
    "_id",
]

OF_TRANSACTIONS = ("inserted", "ok", "updated", "upserted", "deleted")  # of tcb-admin-node
NOW = ejson.date(1_700_000_000_000)

paths = st.sampled_from(["_id", "a", "b", "a.b", "a.0", "a.$", "a.$[]", "", ".", "a..b", "c.d.e"])
scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.floats(), st.sampled_from(["", "x", "("]))
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(OPERATORS) | paths, inner, max_size=3),
    max_leaves=8,
)
specs = st.dictionaries(st.sampled_from(OPERATORS) | paths, values, max_size=3)
members = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)
documents = st.dictionaries(st.sampled_from("abc"), members, max_size=3).map(lambda held: {"_id": 1, **held})


@given(spec=specs, document=documents)
def test_any_query_matches_or_not_or_is_refused(spec, document):
    before = ejson.dump(document)
    with suppress(DatabaseError):
        assert Query(spec).matches(document) in (True, False)
    assert ejson.dump(document) == before


@given(
    spec=st.dictionaries(st.sampled_from(OPERATORS), st.dictionaries(paths, values, max_size=2), max_size=2),
    document=documents,
)
def test_any_update_leaves_the_original_and_makes_what_can_be_kept(spec, document):
    before = ejson.dump(document)
    with suppress(DatabaseError):
        made = update.apply(document, spec, now=NOW)
        assert is_equal(ejson.parse("made", ejson.dump(made), now=0), made)
        assert made["_id"] == 1
    assert ejson.dump(document) == before


@given(document=documents, value=members)
def test_a_value_set_is_there_and_found(document, value):
    made = update.apply(document, {"$set": {"z": value}}, now=NOW)
    assert is_equal(made, {**document, "z": value})
    assert Query({"z": {"$eq": value}}).matches(made)
    assert not Query({"z": {"$ne": value}}).matches(made)


@given(document=documents, value=members)
def test_a_document_is_found_by_each_of_its_members_and_loses_one_alone(document, value):
    document = {**document, "z": value}
    for name, held in document.items():
        assert Query({name: {"$in": [held]}}).matches(document)
    assert update.apply(document, {"$unset": {"z": ""}}, now=NOW) == {
        name: held for name, held in document.items() if name != "z"
    }


@given(array=st.lists(members, max_size=4), value=members)
def test_an_array_is_changed_as_a_list_is(array, value):
    def after(operator, operand):
        return update.apply({"_id": 1, "z": array}, {operator: {"z": operand}}, now=NOW)["z"]

    present = any(is_equal(one, value) for one in array)
    assert is_equal(after("$push", {"$each": [value]}), [*array, value])
    assert is_equal(after("$addToSet", {"$each": [value]}), array if present else [*array, value])
    assert is_equal(after("$pullAll", [value]), [one for one in array if not is_equal(one, value)])
    assert is_equal(after("$pop", 1), array[:-1])
    assert is_equal(after("$pop", -1), array[1:])


@given(held=st.integers(-(2**31), 2**31 - 1), operand=st.integers(-(2**31), 2**31 - 1))
def test_numbers_are_exact(held, operand):
    made = update.apply({"_id": 1, "i": held, "m": held}, {"$inc": {"i": operand}, "$mul": {"m": operand}}, now=NOW)
    assert (made["i"], made["m"]) == (held + operand, held * operand)


texts = st.text(max_size=6)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
asked = st.dictionaries(
    st.sampled_from(MEMBERS),
    st.sampled_from(["c", "", True, False, 0, 5])
    | json_values
    | specs
    | specs.map(json.dumps)
    | st.lists(specs.map(json.dumps)),
)


@given(asked=asked, action=st.sampled_from(list(ANSWERS)))
def test_any_parameters_are_answered_readably(db, control, asked, action):
    control.set(verify_signatures=False)
    sent = {"action": action, "envName": "env-demo", "collectionName": "c", **asked}
    answered = db.sdk.http.post("/admin", data=json.dumps(sent))
    assert (answered.status_code, answered.content_type) == (200, "application/json; charset=utf-8")
    told = json.loads(answered.data)
    assert told.get("code") != "SYS_ERR", told
    assert set(told) <= {"code", "message", "data", "requestId", "transactionId", *OF_TRANSACTIONS}
