"""Transactions: begun, busy with a request, committed or aborted; over after 30 seconds of the emulator's clock.

The snapshot is that of the first request inside, not of the start [src: node-sdk's own tests read inside what was added
after the start]. Two that write the same document: the second is refused at once, and is over [src: the same tests].
A write from outside is not held up by a transaction that is about to write the same document, as MongoDB's would be:
the transaction is refused when it commits.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database import collections, ejson
from wxemu.cloudbase.database.documents import Documents, SharedDocuments, TransactionDocuments
from wxemu.cloudbase.database.errors import (
    DatabaseError,
    TransactionBusyError,
    TransactionConflictError,
    TransactionNotExistError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.world import World

LIFE: Final = 30
"""Seconds within which a transaction is committed or aborted."""


def start(world: World, *, env: str) -> str:
    """Start a transaction; its id."""
    with world.transaction():
        _forget_expired(world, env)
        transaction_id = world.randomness.hex(32)
        world.store.run("INSERT INTO transactions VALUES (?, ?, ?, 0, 0)", env, transaction_id, world.clock.now())
    return transaction_id


@contextmanager
def documents(world: World, *, env: str, collection: str, transaction_id: str = "") -> Iterator[Documents]:
    """A collection's documents for one decision: a transaction's view of them, or everybody's.

    :raises CollectionNotExistError: there is no such collection.
    :raises TransactionNotExistError: there is no such transaction.
    :raises TransactionBusyError: it has another request to answer.
    """
    if not transaction_id:
        with world.transaction():
            _forget_expired(world, env)
            collections.require(world, env=env, name=collection)
            yield SharedDocuments(world, env, collection)
        return
    with _turn(world, env, transaction_id), world.transaction():
        collections.require(world, env=env, name=collection)
        world.store.run("UPDATE transactions SET has_begun = 1 WHERE transaction_id = ?", transaction_id)
        yield TransactionDocuments(world, env, collection, transaction_id)


def commit(world: World, *, env: str, transaction_id: str) -> None:
    """Let everybody see what the transaction has written.

    :raises TransactionConflictError: somebody else has written one of its documents; it is over.
    :raises TransactionNotExistError, TransactionBusyError: as above.
    """
    with _turn(world, env, transaction_id), world.transaction():
        is_overtaken = world.store.row(
            "SELECT 1 FROM transaction_documents JOIN snapshot_documents USING (transaction_id, collection, key)"
            " WHERE transaction_id = ?",
            transaction_id,
        )
        if is_overtaken is not None:
            raise TransactionConflictError
        writes = world.store.rows(
            "SELECT * FROM transaction_documents WHERE transaction_id = ? ORDER BY number", transaction_id
        )
        _forget(world, transaction_id)
        for write in writes:
            _publish(world, write)


def _publish(world: World, write: Any) -> None:
    shared = SharedDocuments(world, write["env"], write["collection"])
    if write["document"] is None:
        # The key is the _id's canonical text.
        shared.remove({"_id": ejson.parse("key", write["key"], now=0)})
    elif shared.texts([write["key"]]):
        shared.replace(ejson.parse("document", write["document"], now=0))
    else:
        shared.insert(ejson.parse("document", write["document"], now=0))


def abort(world: World, *, env: str, transaction_id: str) -> None:
    """End a transaction; nothing of it remains.

    :raises TransactionNotExistError, TransactionBusyError: as above.
    """
    with _turn(world, env, transaction_id), world.transaction():
        _forget(world, transaction_id)


@contextmanager
def _turn(world: World, env: str, transaction_id: str) -> Iterator[None]:
    """The transaction for one request alone; a failure that MongoDB ends it for, ends it."""
    with world.transaction():
        _forget_expired(world, env)
        row = world.store.row(
            "SELECT is_busy FROM transactions WHERE env = ? AND transaction_id = ?", env, transaction_id
        )
        if row is None:
            raise TransactionNotExistError
        if row["is_busy"]:
            raise TransactionBusyError
        _mark(world, transaction_id, is_busy=True)
    is_over = False
    try:
        yield
    except DatabaseError as error:
        is_over = error.ends_transaction
        raise
    finally:
        with world.transaction():
            if is_over:
                _forget(world, transaction_id)
            else:
                _mark(world, transaction_id, is_busy=False)


def _mark(world: World, transaction_id: str, *, is_busy: bool) -> None:
    world.store.run("UPDATE transactions SET is_busy = ? WHERE transaction_id = ?", is_busy, transaction_id)


def _forget_expired(world: World, env: str) -> None:
    latest = world.clock.now() - LIFE
    for row in world.store.rows(
        "SELECT transaction_id FROM transactions WHERE env = ? AND started_at <= ?", env, latest
    ):
        _forget(world, row["transaction_id"])


def _forget(world: World, transaction_id: str) -> None:
    for table in ("transactions", "snapshot_documents", "transaction_documents"):
        world.store.run(f"DELETE FROM {table} WHERE transaction_id = ?", transaction_id)  # noqa: S608 - of three names
