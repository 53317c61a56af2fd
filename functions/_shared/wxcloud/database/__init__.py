"""`cloud.of(context).database()`: the environment's document database, as wx-server-sdk has it.

There is no official one for Python. It speaks to the gateway as @cloudbase/database 1.4.3 does [cap]; that the platform
treats a request from Python like one from Node.js is [inferred].
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from wxcloud.database.collection import Collection, Document, Query, Send
from wxcloud.database.command import Command
from wxcloud.database.ejson import ObjectId, RegExp, ServerDate
from wxcloud.errors import BadAnswer, CloudError, GatewayError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Collection", "Command", "Database", "Document", "ObjectId", "Query", "RegExp", "ServerDate", "Transaction"]

CONFLICT = "DATABASE_TRANSACTION_CONFLICT"
TRANSACTION_TRIES = 3


class Database:
    """`db`: collections, operators and transactions."""

    command = Command()

    def __init__(self, send: Send) -> None:
        self._send = send

    def collection(self, name: str) -> Collection:
        """The collection of this name; nothing is asked yet."""
        return Collection(self._send, name)

    def create_collection(self, name: str) -> dict[str, Any]:
        """`{"errMsg": "createCollection:ok", "requestId"}`; raises GatewayError when it is there."""
        try:
            reply = self._send("database.addCollection", {"collectionName": name})
        except CloudError as error:
            raise error.failing("createCollection") from None
        return {"errMsg": "createCollection:ok", "requestId": str(reply.get("requestId") or "")}

    def server_date(self, *, offset: int = 0) -> ServerDate:
        """The time at which the database writes, and `offset` milliseconds."""
        return ServerDate(offset)

    def reg_exp(self, pattern: str, options: str = "") -> RegExp:
        """A regular expression for a query."""
        return RegExp(pattern, options)

    def start_transaction(self) -> Transaction:
        """A transaction: to be committed or rolled back within 30 seconds."""
        transaction_id = self._send("database.startTransaction", {}).get("transactionId")
        if not isinstance(transaction_id, str) or not transaction_id:
            raise BadAnswer("the database must answer with a transactionId")
        return Transaction(self._send, transaction_id)

    def run_transaction(self, work: Callable[[Transaction], Any]) -> Any:
        """What `work(transaction)` returns, committed; tried three times in all when another one was quicker."""
        for tries_left in range(TRANSACTION_TRIES - 1, -1, -1):
            try:
                with self._transaction() as transaction:
                    return work(transaction)
            except GatewayError as error:  # noqa: PERF203 - a try for a try
                if error.code != CONFLICT or not tries_left:
                    raise
        raise AssertionError  # the last try returns or raises

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        transaction = self.start_transaction()
        try:
            yield transaction
        except BaseException:
            with suppress(CloudError):  # it may have ended by itself
                transaction.rollback()
            raise
        transaction.commit()


class Transaction:
    """A transaction. Its documents are reached by `collection(name).doc(id)` and `.add(data)`.

    A query's `update` and `remove` would run outside it, whatever SDK sends them [cap], so there are none.
    """

    def __init__(self, send: Send, transaction_id: str) -> None:
        self._outside = send
        self._id = transaction_id

    def collection(self, name: str) -> TransactionCollection:
        """The collection of this name, within the transaction."""
        return TransactionCollection(Collection(self._send, name))

    def commit(self) -> None:
        """Make it all happen. Raises GatewayError, DATABASE_TRANSACTION_CONFLICT when another one was quicker."""
        self._outside("database.commitTransaction", {"transactionId": self._id})

    def rollback(self) -> None:
        """Make none of it happen."""
        self._outside("database.abortTransaction", {"transactionId": self._id})

    def _send(self, action: str, members: Mapping[str, Any]) -> dict[str, Any]:
        return self._outside(action, {**members, "transactionId": self._id})


class TransactionCollection:
    """A collection within a transaction."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def doc(self, document_id: Any) -> Document:
        """The document with this `_id`."""
        return self._collection.doc(document_id)

    def add(self, data: Any) -> dict[str, Any]:
        """As `Collection.add`."""
        return self._collection.add(data)
