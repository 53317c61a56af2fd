"""The documents of one collection: rows of EJSON text, as everybody sees them and as a transaction does.

Nothing is copied while no transaction is open. Once one has begun, whoever changes a document first keeps for it what
the document was (``snapshot_documents``): that is its snapshot, and at the same time the list of what it may not write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from wxemu.cloudbase.database import ejson
from wxemu.cloudbase.database.ejson import key
from wxemu.cloudbase.database.errors import DuplicateKeyError, TransactionConflictError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wxemu.core.world import World

MOST_KEYS = 500
"""Keys looked up one by one; beyond that the whole collection is read."""


class Documents(Protocol):
    """A collection's documents, within a transaction of the store."""

    def read(self, keys: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """All, or those with these keys, in the order in which they came."""

    def insert(self, document: dict[str, Any]) -> None:
        """Add one. :raises DuplicateKeyError: its _id is there."""

    def replace(self, document: dict[str, Any]) -> None:
        """Put one in the place of the one with its _id."""

    def remove(self, document: dict[str, Any]) -> None:
        """Take one away."""


@dataclass(frozen=True)
class SharedDocuments:
    """As everybody sees them; what is written here is there at once."""

    world: World
    env: str
    collection: str

    def read(self, keys: Sequence[str] | None = None) -> list[dict[str, Any]]:
        return [_document(text) for _, text in sorted(self.texts(keys).values())]

    def texts(self, keys: Sequence[str] | None = None) -> dict[str, tuple[int, str]]:
        """Each document's number, by which it is in order, and its text, by its key."""
        condition, values = _among(keys)
        rows = self.world.store.rows(
            f"SELECT key, number, document FROM documents WHERE env = ? AND collection = ?{condition}",  # noqa: S608 - question marks
            self.env,
            self.collection,
            *values,
        )
        return {row["key"]: (row["number"], row["document"]) for row in rows}

    def insert(self, document: dict[str, Any]) -> None:
        document_key = key(document["_id"])
        self.keep_former(document_key)
        added = self.world.store.run(
            "INSERT OR IGNORE INTO documents SELECT ?1, ?2, ?3, coalesce(max(number), 0) + 1, ?4"
            " FROM documents WHERE env = ?1 AND collection = ?2",
            self.env,
            self.collection,
            document_key,
            ejson.dump(document),
        )
        if not added:
            raise DuplicateKeyError(env=self.env, collection=self.collection, key=document_key)

    def replace(self, document: dict[str, Any]) -> None:
        document_key = key(document["_id"])
        self.keep_former(document_key)
        self.world.store.run(
            "UPDATE documents SET document = ? WHERE env = ? AND collection = ? AND key = ?",
            ejson.dump(document),
            self.env,
            self.collection,
            document_key,
        )

    def remove(self, document: dict[str, Any]) -> None:
        document_key = key(document["_id"])
        self.keep_former(document_key)
        self.world.store.run(
            "DELETE FROM documents WHERE env = ? AND collection = ? AND key = ?",
            self.env,
            self.collection,
            document_key,
        )

    def keep_former(self, document_key: str) -> None:
        """Keep what the document is, or that it is not, for each transaction that has begun and has not kept it yet."""
        self.world.store.run(
            "INSERT OR IGNORE INTO snapshot_documents"
            " SELECT t.env, t.transaction_id, ?2, ?3, d.number, d.document FROM transactions AS t"
            " LEFT JOIN documents AS d ON d.env = t.env AND d.collection = ?2 AND d.key = ?3"
            " WHERE t.env = ?1 AND t.has_begun",
            self.env,
            self.collection,
            document_key,
        )


@dataclass(frozen=True)
class TransactionDocuments:
    """As a transaction sees them: its snapshot, and its own writes, which nobody else sees before it commits."""

    world: World
    env: str
    collection: str
    transaction_id: str

    def read(self, keys: Sequence[str] | None = None) -> list[dict[str, Any]]:
        return [_document(text) for _, text in sorted(self._texts(keys).values())]

    def _texts(self, keys: Sequence[str] | None = None) -> dict[str, tuple[int, str]]:
        texts = SharedDocuments(self.world, self.env, self.collection).texts(keys)
        for table in ("snapshot_documents", "transaction_documents"):
            for document_key, number, text in self._kept(table, keys):
                texts.pop(document_key, None)
                if text is not None:
                    texts[document_key] = (number, text)
        return texts

    def _kept(self, table: str, keys: Sequence[str] | None) -> Iterable[tuple[str, int, str | None]]:
        condition, values = _among(keys)
        rows = self.world.store.rows(
            f"SELECT key, number, document FROM {table} WHERE transaction_id = ? AND collection = ?{condition}",  # noqa: S608 - of two names
            self.transaction_id,
            self.collection,
            *values,
        )
        return ((row["key"], row["number"], row["document"]) for row in rows)

    def insert(self, document: dict[str, Any]) -> None:
        document_key = key(document["_id"])
        if self._texts([document_key]):
            raise DuplicateKeyError(env=self.env, collection=self.collection, key=document_key)
        self._write(document_key, self._next_number(), ejson.dump(document))

    def _next_number(self) -> int:
        """Beyond everybody's, for what is new comes last."""
        row = self.world.store.row(
            "SELECT max(coalesce((SELECT max(number) FROM documents WHERE env = ?1 AND collection = ?2), 0),"
            " coalesce((SELECT max(number) FROM transaction_documents"
            " WHERE transaction_id = ?3 AND collection = ?2), 0)) AS number",
            self.env,
            self.collection,
            self.transaction_id,
        )
        return 1 if row is None else int(row["number"]) + 1

    def replace(self, document: dict[str, Any]) -> None:
        document_key = key(document["_id"])
        ((number, _),) = self._texts([document_key]).values()
        self._write(document_key, number, ejson.dump(document))

    def remove(self, document: dict[str, Any]) -> None:
        self._write(key(document["_id"]), 0, None)

    def _write(self, document_key: str, number: int, text: str | None) -> None:
        """Keep a write, if nobody has written the document since the snapshot, nor another transaction is about to.

        :raises TransactionConflictError: somebody has.
        """
        place = (self.collection, document_key)
        has_changed = self.world.store.row(
            "SELECT 1 FROM snapshot_documents WHERE transaction_id = ? AND collection = ? AND key = ?",
            self.transaction_id,
            *place,
        )
        is_taken = self.world.store.row(
            "SELECT 1 FROM transaction_documents WHERE env = ? AND collection = ? AND key = ? AND transaction_id <> ?",
            self.env,
            *place,
            self.transaction_id,
        )
        if has_changed is not None or is_taken is not None:
            raise TransactionConflictError
        self.world.store.run(
            "INSERT OR REPLACE INTO transaction_documents VALUES (?, ?, ?, ?, ?, ?)",
            self.env,
            self.transaction_id,
            *place,
            number,
            text,
        )


def _among(keys: Sequence[str] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on the key, and its values."""
    if keys is None or len(keys) > MOST_KEYS:
        return "", ()
    return f" AND key IN ({', '.join('?' * len(keys))})", tuple(keys)


def _document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = ejson.parse("document", text, now=0)
    return found
