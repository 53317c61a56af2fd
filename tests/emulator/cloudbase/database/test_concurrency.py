"""Many who want one document at once: one has it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from wxemu.cloudbase.database import collections, operations, transactions
from wxemu.cloudbase.database.errors import DuplicateKeyError, TransactionBusyError, TransactionConflictError
from wxemu.cloudbase.database.operations import Change
from wxemu.cloudbase.database.query import Query
from wxemu.core.world import World

PLACE = {"env": "env-demo", "collection": "c"}
ROUNDS, THREADS = 40, 8


@pytest.fixture
def worlds(world, open_world, tmp_path):
    """The same state, opened twice: as by two processes."""
    opened = [open_world(tmp_path / "state"), World(tmp_path / "state")]
    with opened[0].transaction():
        collections.create(opened[0], env="env-demo", name="c")
    yield opened
    opened[1].close()


def at_once(ask, worlds):
    """What each of THREADS callers got who asked at the same moment, over both worlds in turn."""
    gate = threading.Barrier(THREADS)

    def wait_and_ask(number):
        gate.wait()
        return ask(worlds[number % 2], number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(wait_and_ask, range(THREADS)))


def insert(world, document):
    with transactions.documents(world, **PLACE) as documents:
        return operations.insert(documents, document, randomness=world.randomness)


def modify(world, query, data, transaction_id=""):
    change = Change(data=data, is_merge=True, is_upsert=False, is_multi=True, now=None)
    with transactions.documents(world, **PLACE, transaction_id=transaction_id) as documents:
        return operations.modify(documents, Query(query), change, randomness=world.randomness).count


def find(world, query):
    with transactions.documents(world, **PLACE) as documents:
        return operations.find(documents, Query(query), order={}, projection={}, offset=0, limit=1000)


def test_one_alone_adds_a_document(worlds):
    def add(world, number):
        try:
            return insert(world, {"_id": name, "by": number})
        except DuplicateKeyError:
            return None

    for round_number in range(ROUNDS):
        name = f"round {round_number}"
        assert sorted(at_once(add, worlds), key=str) == [*[None] * (THREADS - 1), name]


def test_one_alone_consumes_a_document(worlds):
    for round_number in range(ROUNDS):
        insert(worlds[0], {"_id": round_number, "used": False})
        query = {"_id": round_number, "used": False}
        changed = at_once(
            lambda world, by, query=query: modify(world, query, {"$set": {"used": True, "by": by}}), worlds
        )
        assert sorted(changed) == [0] * (THREADS - 1) + [1]
        (kept,) = find(worlds[0], {"_id": round_number})
        assert changed[kept["by"]] == 1


def test_a_counter_only_grows(worlds):
    insert(worlds[0], {"_id": "n", "n": 0})
    wanted = iter(range(1, 10_000))
    lock = threading.Lock()

    def advance(world, _):
        with lock:
            number = next(wanted)
        return number, modify(world, {"_id": "n", "n": {"$lt": number}}, {"$set": {"n": number}})

    accepted = [number for _ in range(ROUNDS) for number, changed in at_once(advance, worlds) if changed]
    (kept,) = find(worlds[0], {"_id": "n"})
    assert kept["n"] == max(accepted) == ROUNDS * THREADS
    assert len(set(accepted)) == len(accepted)


def test_every_increment_counts(worlds):
    insert(worlds[0], {"_id": "n", "n": 0})
    for _ in range(ROUNDS):
        assert at_once(lambda world, _: modify(world, {"_id": "n"}, {"$inc": {"n": 1}}), worlds) == [1] * THREADS
    assert find(worlds[0], {})[0]["n"] == ROUNDS * THREADS


def test_no_increment_of_transactions_is_lost(worlds):
    insert(worlds[0], {"_id": "n", "n": 0})

    def increase(world, _):
        transaction_id = transactions.start(world, env="env-demo")
        try:
            modify(world, {"_id": "n"}, {"$inc": {"n": 1}}, transaction_id)
            transactions.commit(world, env="env-demo", transaction_id=transaction_id)
        except TransactionConflictError:
            return 0
        return 1

    committed = sum(sum(at_once(increase, worlds)) for _ in range(ROUNDS))
    assert find(worlds[0], {})[0]["n"] == committed
    assert committed >= ROUNDS


def test_a_transaction_is_busy_while_it_answers(worlds):
    insert(worlds[0], {"_id": "n", "n": 0})
    transaction_id = transactions.start(worlds[0], env="env-demo")
    inside, answered = threading.Event(), threading.Event()

    def hold():
        with transactions._turn(worlds[0], "env-demo", transaction_id):
            inside.set()
            answered.wait(10)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        inside.wait(10)
        with pytest.raises(TransactionBusyError):
            modify(worlds[1], {"_id": "n"}, {"$inc": {"n": 1}}, transaction_id)
        answered.set()
        held.result()
    assert modify(worlds[1], {"_id": "n"}, {"$inc": {"n": 1}}, transaction_id) == 1
