"""The store in the environment's own document database: nothing to set up, and the same for every instance.

All rows are documents of one collection, closed to clients; `_id` is table and id. Outcomes are decided by the text
codes of the gateway and by `E11000`, never by numbers, which wx-server-sdk's table makes alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from wxcloud.errors import CloudError, ConnectTimeout, GatewayError, NotConnected, StoreFailure
from wxcloud.store import KEEP_USED_SECONDS, Row, new_name

if TYPE_CHECKING:
    from collections.abc import Mapping

COLLECTION = "wxcloud"
NEVER = 9e15
SWEEP_EVERY = 64
"""One insert in so many takes ended rows away: the database has no TTL."""


class Documents(Protocol):
    """One collection of the document database, as administrator; every method raises CloudError."""

    def create(self) -> None:
        """Make the collection; GatewayError DATABASE_COLLECTION_ALREADY_EXIST when it is there."""

    def insert(self, document: Mapping[str, Any]) -> None:
        """Add a document with its `_id`; GatewayError for one that is there."""

    def find(self, document_id: str) -> dict[str, Any] | None:
        """The document, or None."""

    def replace(self, document_id: str, document: Mapping[str, Any]) -> None:
        """Put the whole document in the place of the one that is there, or of none."""

    def update(self, query: Mapping[str, Any], change: Mapping[str, Any]) -> int:
        """Set members of one document that fits; how many were modified."""

    def remove(self, query: Mapping[str, Any]) -> int:
        """Remove all that fit; how many there were."""


class CloudBaseStore:
    """A Store in the document database."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._inserts = 0

    def find(self, table: str, row_id: str) -> Row | None:
        """As `Store.find`."""
        found = self._read(_id(table, row_id))
        return None if found is None else Row(found["value"], float(found["exp"]), found.get("used_by") or "")

    def replace(self, table: str, row_id: str, value: str, *, expires_at: float) -> None:
        """As `Store.replace`."""
        document = _document(value, expires_at)
        try:
            self._made(lambda: self._documents.replace(_id(table, row_id), document))
        except CloudError as error:
            if not self._is_ours(table, row_id, document["by"], error):
                raise _failure(error) from None

    def insert(self, table: str, row_id: str, value: str, *, expires_at: float) -> bool:
        """As `Store.insert`; now and then ended rows are taken away."""
        self._sweep(table, expires_at)
        document = {"_id": _id(table, row_id), **_document(value, expires_at)}
        try:
            self._made(lambda: self._documents.insert(document))
        except CloudError as error:
            if is_duplicate(error):
                return False
            if not self._is_ours(table, row_id, document["by"], error):
                raise _failure(error) from None
        return True

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """As `Store.consume`."""
        me = new_name()
        query = {"_id": _id(table, row_id), "used_by": "", "exp": {"$gt": now}}
        try:
            return self._made(lambda: self._documents.update(query, {"used_by": me})) == 1
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
        query = {"_id": document_id, "n": {"$lt": number}}
        try:
            if self._made(lambda: self._documents.update(query, {"n": number, "by": me})) == 1:
                return True
            try:
                self._documents.insert({"_id": document_id, "n": number, "by": me, "value": "", "exp": NEVER})
            except CloudError as error:
                if not is_duplicate(error):
                    raise
                return self._documents.update(query, {"n": number, "by": me}) == 1
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
                    lambda: self._documents.insert({"_id": document_id, **_document("", until), "used_by": owner})
                )
            except CloudError as error:
                if not is_duplicate(error):
                    raise
                is_free = {"_id": document_id, "$or": [{"used_by": owner}, {"exp": {"$lte": now}}]}
                return self._documents.update(is_free, {"used_by": owner, "exp": until}) == 1
        except CloudError as error:
            raise _failure(error) from None
        return True

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """As `Store.release`."""
        try:
            self._documents.remove({"_id": _id(table, row_id), "used_by": owner})
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
            self._documents.create()
        except GatewayError as error:
            if error.code != "DATABASE_COLLECTION_ALREADY_EXIST" and "Table exist" not in error.message:
                raise
        return ask()

    def _read(self, document_id: str) -> dict[str, Any] | None:
        try:
            return self._documents.find(document_id)
        except GatewayError as error:
            if error.code == "DATABASE_COLLECTION_NOT_EXIST":
                return None
            raise _failure(error) from None
        except CloudError as error:
            raise _failure(error) from None

    def _is_ours(self, table: str, row_id: str, by: str, error: CloudError) -> bool:
        """Whether a write whose reply was lost was made after all."""
        if _was_not_sent(error) or isinstance(error, GatewayError):
            return False
        found = self._read(_id(table, row_id))
        return found is not None and found.get("by") == by

    def _sweep(self, table: str, expires_at: float) -> None:
        self._inserts += 1
        if self._inserts % SWEEP_EVERY == 0:
            ended = {"_id": {"$regex": f"^{table}:"}, "exp": {"$lt": expires_at - 2 * KEEP_USED_SECONDS}}
            try:
                self._documents.remove(ended)
            except CloudError:
                return  # what is left behind does no harm, and the next sweep takes it


def is_duplicate(error: CloudError) -> bool:
    """Whether the database refused a document because its `_id` is there."""
    is_database = isinstance(error, GatewayError)
    return is_database and (error.code == "DATABASE_DUPLICATE_WRITE" or "E11000" in error.message)


def _was_not_sent(error: CloudError) -> bool:
    return isinstance(error, (NotConnected, ConnectTimeout))


def _failure(error: CloudError) -> StoreFailure:
    if isinstance(error, StoreFailure):
        return error
    code = error.code if isinstance(error, GatewayError) else type(error).__name__
    return StoreFailure(f"the store (WX_STORE=cloudbase) cannot be used: {code}")


def _id(table: str, row_id: str) -> str:
    return f"{table}:{row_id}"


def _document(value: str, expires_at: float) -> dict[str, Any]:
    return {"value": value, "exp": expires_at, "used_by": "", "by": new_name()}
