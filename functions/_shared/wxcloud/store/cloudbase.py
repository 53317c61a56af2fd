"""The store in the environment's own document database: nothing to set up, and the same for every instance.

All rows are documents of one collection, closed to clients; `_id` is table and id. Outcomes are decided by the text
codes of the gateway and by `E11000`, never by numbers, which wx-server-sdk's table makes alike.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from wxcloud.database.command import Command
from wxcloud.errors import CloudError, ConnectTimeout, DocumentNotFound, GatewayError, NotConnected, StoreFailure
from wxcloud.store import KEEP_USED_SECONDS, Row, new_name

if TYPE_CHECKING:
    from wxcloud.database import Database

_ = Command()
COLLECTION = "wxcloud"
NEVER = 9e15
SWEEP_EVERY = 64
"""One insert in so many takes ended rows away: the database has no TTL.

It is drawn by lot, as nothing is there to count them: a store lives for one invocation, an instance for a few inserts.
"""


class CloudBaseStore:
    """A Store in the document database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = database.collection(COLLECTION)

    def find(self, table: str, row_id: str) -> Row | None:
        """As `Store.find`."""
        found = self._read(_id(table, row_id))
        return None if found is None else Row(found["value"], float(found["exp"]), found.get("used_by") or "")

    def replace(self, table: str, row_id: str, value: str, *, expires_at: float) -> None:
        """As `Store.replace`."""
        document = _document(table, value, expires_at)
        try:
            self._made(lambda: self._rows.doc(_id(table, row_id)).set(document))
        except CloudError as error:
            if not self._is_ours(table, row_id, document["by"], error):
                raise _failure(error) from None

    def insert(self, table: str, row_id: str, value: str, *, now: float, expires_at: float) -> bool:
        """As `Store.insert`; now and then ended rows are taken away."""
        if secrets.randbelow(SWEEP_EVERY) == 0:
            self._sweep(table, now)
        document = {"_id": _id(table, row_id), **_document(table, value, expires_at)}
        try:
            self._made(lambda: self._rows.add(document))
        except CloudError as error:
            if is_duplicate(error):
                return False
            if not self._is_ours(table, row_id, document["by"], error):
                raise _failure(error) from None
        return True

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """As `Store.consume`."""
        me = new_name()
        query = {"_id": _id(table, row_id), "used_by": "", "exp": _.gt(now)}
        try:
            return bool(self._made(lambda: self._update(query, {"used_by": me})) == 1)
        except CloudError as error:
            if _was_not_sent(error):
                raise _failure(error) from None
            found = self._read(_id(table, row_id))
            if found is not None and found.get("used_by"):
                return bool(found["used_by"] == me)
            raise _failure(error) from None  # it may still arrive: refused now, whatever becomes of the row

    def advance(self, table: str, row_id: str, number: int) -> bool:
        """As `Store.advance`: a conditional update, then an insert, and once more the update if another was quicker."""
        document_id, me = _id(table, row_id), new_name()
        query = {"_id": document_id, "n": _.lt(number)}
        try:
            if self._made(lambda: self._update(query, {"n": number, "by": me})) == 1:
                return True
            try:
                self._rows.add({"_id": document_id, "table": table, "n": number, "by": me, "value": "", "exp": NEVER})
            except CloudError as error:
                if not is_duplicate(error):
                    raise
                return self._update(query, {"n": number, "by": me}) == 1
        except CloudError as error:
            if _was_not_sent(error):
                raise _failure(error) from None
            found = self._read(document_id)
            if found is not None and found.get("by") == me:
                return True
            raise _failure(error) from None
        return True

    def acquire(self, table: str, row_id: str, *, owner: str, now: float, until: float) -> bool:
        """As `Store.acquire`."""
        document_id = _id(table, row_id)
        try:
            try:
                self._made(
                    lambda: self._rows.add({"_id": document_id, **_document(table, "", until), "used_by": owner})
                )
            except CloudError as error:
                if not is_duplicate(error):
                    raise
                is_free = _.and_({"_id": document_id}, _.or_({"used_by": owner}, {"exp": _.lte(now)}))
                return self._update(is_free, {"used_by": owner, "exp": until, "by": new_name()}) == 1
        except CloudError as error:
            raise _failure(error) from None
        return True

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """As `Store.release`."""
        try:
            self._rows.where({"_id": _id(table, row_id), "used_by": owner}).remove()
        except CloudError as error:
            raise _failure(error) from None

    def _made(self, ask: Any) -> Any:
        """What `ask` gives; the collection is made when it is not there, by whoever comes first."""
        try:
            return ask()
        except GatewayError as error:
            if error.code != "DATABASE_COLLECTION_NOT_EXIST":
                raise
        try:
            self._database.create_collection(COLLECTION)
        except GatewayError as error:
            if error.code != "DATABASE_COLLECTION_ALREADY_EXIST" and "Table exist" not in error.message:
                raise
        return ask()

    def _read(self, document_id: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._rows.doc(document_id).get()["data"]
        except DocumentNotFound:
            return None
        except GatewayError as error:
            if error.code == "DATABASE_COLLECTION_NOT_EXIST":
                return None
            raise _failure(error) from None
        except CloudError as error:
            raise _failure(error) from None
        return found

    def _update(self, query: Any, change: dict[str, Any]) -> int:
        """How many documents were modified: one, or none that fits."""
        return int(self._rows.where(query).update(change, multi=False)["stats"]["updated"])

    def _is_ours(self, table: str, row_id: str, by: str, error: CloudError) -> bool:
        """Whether a write whose reply was lost was made after all."""
        if _was_not_sent(error) or isinstance(error, GatewayError):
            return False
        found = self._read(_id(table, row_id))
        return found is not None and found.get("by") == by

    def _sweep(self, table: str, now: float) -> None:
        ended = {"table": table, "exp": _.lt(now - KEEP_USED_SECONDS)}
        try:
            self._rows.where(ended).remove()
        except CloudError:
            return  # what is left behind does no harm, and the next sweep takes it


def is_duplicate(error: CloudError) -> bool:
    """Whether the database refused a document because its `_id` is there."""
    return isinstance(error, GatewayError) and (error.code == "DATABASE_DUPLICATE_WRITE" or "E11000" in error.message)


def _was_not_sent(error: CloudError) -> bool:
    return isinstance(error, (NotConnected, ConnectTimeout))


def _failure(error: CloudError) -> StoreFailure:
    if isinstance(error, StoreFailure):
        return error
    code = error.code if isinstance(error, GatewayError) else type(error).__name__
    return StoreFailure(f"the store (WX_STORE=cloudbase) cannot be used: {code}")


def _id(table: str, row_id: str) -> str:
    return f"{table}:{row_id}"


def _document(table: str, value: str, expires_at: float) -> dict[str, Any]:
    return {"table": table, "value": value, "exp": expires_at, "used_by": "", "by": new_name()}
