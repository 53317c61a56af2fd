"""A transaction sees its snapshot and its own writes, loses against whoever wrote first, and ends after 30 seconds."""

from __future__ import annotations

import pytest

CONFLICT = (
    "DATABASE_TRANSACTION_CONFLICT",
    (
        "[ResourceUnavailable.TransactionConflict] Transaction is conflict, maybe resource operated by others. "
        "Please check your request, but if the problem persists, contact us."
    ),
)
NOT_EXIST = (
    "DATABASE_TRANSACTION_FAIL",
    (
        "[ResourceUnavailable.TransactionNotExist] Transaction does not exist on the server, "
        "transaction must be commit or abort in 30 seconds. "
        "Please check your request, but if the problem persists, contact us."
    ),
)
BUSY = (
    "DATABASE_TRANSACTION_FAIL",
    (
        "[ResourceUnavailable.TransactionBusy] Transaction is busy. "
        "Please check your request, but if the problem persists, contact us."
    ),
)


@pytest.fixture(autouse=True)
def _stock(db):
    db.add({"_id": "a", "n": 1}, {"_id": "b", "n": 1})


@pytest.fixture
def refusal(refused):
    def of(ask, *arguments):
        with pytest.raises(refused) as error:
            ask(*arguments)
        return error.value.code, error.value.text

    return of


def inc(by=1):
    return {"$inc": {"n": by}}


def test_writes_are_seen_inside_at_once_and_outside_after_the_commit(db):
    inside = db.start()
    inside.add({"_id": "c", "n": 3})
    inside.update({"_id": "a"}, inc())
    inside.remove({"_id": "b"})
    assert inside.get() == [{"_id": "a", "n": 2}, {"_id": "c", "n": 3}]
    assert inside.count({"n": {"$gt": 1}}) == 2
    assert db.get() == [{"_id": "a", "n": 1}, {"_id": "b", "n": 1}]
    inside.commit()
    assert db.get() == [{"_id": "a", "n": 2}, {"_id": "c", "n": 3}]


def test_nothing_remains_of_one_that_is_aborted(db, world):
    inside = db.start()
    inside.add({"_id": "c"})
    inside.set("a", {"n": 9})
    assert db.update({"_id": "b"}, inc())["updated"] == 1
    inside.abort()
    assert db.get() == [{"_id": "a", "n": 1}, {"_id": "b", "n": 2}]
    for table in ("transactions", "snapshot_documents", "transaction_documents"):
        assert world.store.rows(f"SELECT * FROM {table}") == []


def test_a_document_can_go_and_come_again_inside(db):
    inside = db.start()
    inside.remove({"_id": "a"})
    assert inside.doc("a") is None
    inside.add({"_id": "a", "n": 5})
    inside.update({"_id": "a"}, inc())
    inside.commit()
    assert db.doc("a") == {"_id": "a", "n": 6}


@pytest.mark.parametrize("document_id", [7, 2.5, 1e300, 2**40, True, {"k": 1}])
def test_a_document_goes_whatever_its_id_is(db, document_id):
    db.add({"_id": document_id, "gone": True})
    inside = db.start()
    assert inside.remove({"gone": True}) == 1
    inside.commit()
    assert db.count({"gone": True}) == 0


def test_the_snapshot_is_that_of_the_first_request_inside(db):
    inside = db.start()
    db.add({"_id": "c", "n": 1})
    assert inside.count({}) == 3
    db.update({"_id": "a"}, inc())
    db.remove({"_id": "b"})
    db.add({"_id": "d", "n": 1})
    assert inside.get() == [{"_id": name, "n": 1} for name in "abc"]
    assert inside.doc("d") is None
    assert inside.update_and_return({"_id": "c"}, inc())["updated"] == 1
    inside.commit()
    assert db.get() == [{"_id": "a", "n": 2}, {"_id": "c", "n": 2}, {"_id": "d", "n": 1}]


@pytest.mark.parametrize(
    "write",
    [
        lambda inside: inside.update({"_id": "a"}, inc()),
        lambda inside: inside.set("a", {}),
        lambda inside: inside.remove({"_id": "a"}),
        lambda inside: inside.update_and_return({"_id": "a"}, inc()),
    ],
)
def test_what_was_written_outside_since_the_snapshot_is_not_overwritten(db, refusal, write):
    inside = db.start()
    inside.doc("b")
    db.update({"_id": "a"}, inc(5))
    assert refusal(write, inside) == CONFLICT
    assert refusal(inside.commit) == NOT_EXIST
    assert refusal(inside.abort) == NOT_EXIST
    assert db.doc("a") == {"_id": "a", "n": 6}


def test_what_another_transaction_is_about_to_write_is_refused_to_the_second(db, refusal):
    first, second = db.start(), db.start()
    assert second.doc("a") == {"_id": "a", "n": 1}
    first.update({"_id": "a"}, inc())
    assert refusal(second.update, {"_id": "a"}, inc()) == CONFLICT
    first.commit()
    assert db.doc("a")["n"] == 2


def test_what_is_the_same_document_for_two_is_added_once(db, refusal):
    first, second = db.start(), db.start()
    second.doc("c")
    first.add({"_id": "c", "n": 1})
    first.commit()
    assert refusal(second.add, {"_id": "c", "n": 2}) == CONFLICT
    assert db.doc("c")["n"] == 1


def test_a_write_from_outside_goes_first_and_the_commit_is_refused(db, refusal):
    inside = db.start()
    inside.update({"_id": "a"}, inc())
    db.update({"_id": "a"}, inc(10))
    assert refusal(inside.commit) == CONFLICT
    assert refusal(inside.commit) == NOT_EXIST
    assert db.doc("a")["n"] == 11


def test_two_that_write_different_documents_both_commit(db):
    first, second = db.start(), db.start()
    assert first.doc("a")["n"] == second.doc("b")["n"] == 1
    first.update({"_id": "b"}, inc())
    second.update({"_id": "a"}, inc())
    first.commit()
    second.commit()
    assert [found["n"] for found in db.get()] == [2, 2]


def test_a_duplicate_inside_ends_it_and_leaves_the_document(db, refused, refusal):
    inside = db.start()
    with pytest.raises(refused, match="E11000"):
        inside.add({"_id": "c"}, {"_id": "a"})
    assert refusal(inside.doc, "a") == NOT_EXIST
    assert db.count() == 2


def test_an_unknown_operator_does_not_end_it(db, refused):
    inside = db.start()
    with pytest.raises(refused, match="unknown operator"):
        inside.get({"n": {"$foo": 1}})
    assert inside.doc("a") == {"_id": "a", "n": 1}


def test_it_ends_after_thirty_seconds_of_the_emulators_clock(db, clock, refusal):
    inside = db.start()
    inside.update({"_id": "a"}, inc())
    clock.advance(29)
    assert inside.doc("a")["n"] == 2
    clock.advance(1)
    assert refusal(inside.commit) == NOT_EXIST
    other = db.start()
    other.update({"_id": "a"}, inc())  # which nobody holds any more
    other.commit()
    assert db.doc("a")["n"] == 2


@pytest.mark.parametrize("ask", [lambda inside: inside.doc("a"), lambda inside: inside.commit()])
@pytest.mark.parametrize("transaction_id", ["unknown", "1' OR '1'='1"])
def test_one_that_there_is_not_is_refused(db, refusal, ask, transaction_id):
    inside = db.start()
    inside.transaction_id = transaction_id
    assert refusal(ask, inside) == NOT_EXIST


def test_that_of_another_environment_is_none(db, other_db, refusal):
    other_db.create()
    other_db.transaction_id = db.start().transaction_id
    assert refusal(other_db.get) == NOT_EXIST


def test_a_second_request_before_the_first_is_answered_is_refused(db, world, refusal):
    inside = db.start()
    world.store.run("UPDATE transactions SET is_busy = 1")  # as it is while a request is carried out
    assert refusal(inside.doc, "a") == BUSY
    assert refusal(inside.commit) == BUSY
    world.store.run("UPDATE transactions SET is_busy = 0")
    inside.commit()


def test_a_thousand_and_one_are_added_in_one(db):
    inside = db.start()
    assert len(inside.add(*({"name": f"n{number}"} for number in range(1001)))) == 1001
    assert len(inside.get({"name": {"$regularExpression": {"pattern": "^n", "options": ""}}}, limit=1000)) == 1000
    inside.commit()
    assert db.count({"name": {"$exists": True}}) == 1001
