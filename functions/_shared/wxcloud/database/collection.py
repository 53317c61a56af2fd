"""Collections, queries and documents: wx-server-sdk's results and errors, in Python.

Each call sends one request. What it returns has wx-server-sdk's form (`data`, `_id`, `stats`, `total`, and `errMsg`
"collection.get:ok"); what it raises is a CloudError with the SDK's number and "collection.get:fail ..." [src: 4.0.2].
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Protocol, TypeVar

from wxcloud.database import ejson
from wxcloud.database.command import query_document, update_document
from wxcloud.errors import BadAnswer, CloudError, DocumentNotFound, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Mapping

Result = TypeVar("Result")

MOST = 1000
"""Documents in one answer; 100 where no limit is named."""
DIRECTIONS = {"asc": 1, "desc": -1}


class Send(Protocol):
    """Sends one action, such as `database.getDocument`, and returns the reply. Raises CloudError."""

    def __call__(self, action: str, members: Mapping[str, Any]) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Query:
    """Documents of a collection: all of them, or those that fit `where`. Nothing is asked before `get` and the like."""

    _send: Send
    _name: str
    _where: Any = None
    _order: tuple[tuple[str, int], ...] = ()
    _limit: int | None = None
    _skip: int | None = None
    _field: tuple[tuple[str, Any], ...] = ()

    def where(self, query: Any) -> Query:
        """Those that fit `query`, an object or objects joined by the command."""
        return replace(self, _where=query)

    def order_by(self, path: str, direction: str = "asc") -> Query:
        """Sorted by a member, "asc" or "desc"; a second call sorts what the first leaves equal."""
        if direction not in DIRECTIONS:
            raise InvalidParameter("order must be asc or desc")
        return replace(self, _order=(*self._order, (path, DIRECTIONS[direction])))

    def limit(self, most: int) -> Query:
        """At most so many, up to 1000; 100 without it."""
        if type(most) is not int or not 0 < most <= MOST:
            raise InvalidParameter(f"limit must be a whole number from 1 to {MOST}")
        return replace(self, _limit=most)

    def skip(self, count: int) -> Query:
        """Without the first ones."""
        if type(count) is not int or count < 0:
            raise InvalidParameter("skip must be a whole number from 0 on")
        return replace(self, _skip=count)

    def field(self, projection: Mapping[str, Any]) -> Query:
        """With these members only (`True`), or without them (`False`)."""
        return replace(self, _field=tuple(projection.items()))

    def get(self) -> dict[str, Any]:
        """`{"data": [document, ...], "errMsg": "collection.get:ok"}`."""
        return _answer("collection.get", lambda: {"data": self._find()})

    def count(self) -> dict[str, Any]:
        """`{"total": N, "errMsg": "collection.count:ok"}`."""
        return _answer("collection.count", lambda: {"total": self._number("calculateDocument", "total", {})})

    def update(self, data: Mapping[str, Any], *, multi: bool = True) -> dict[str, Any]:
        """Change members of all that fit, or of one: `{"stats": {"updated": N}, "errMsg": ...}`."""

        def ask() -> dict[str, Any]:
            change = ejson.dumps(update_document(data))
            members = {"multi": multi, "merge": True, "upsert": False, "data": change}
            return {"stats": {"updated": self._number("modifyDocument", "updated", members)}}

        return _answer("collection.update", ask)

    def remove(self, *, multi: bool = True) -> dict[str, Any]:
        """Remove all that fit, or one: `{"stats": {"removed": N}, "errMsg": ...}`."""

        def ask() -> dict[str, Any]:
            return {"stats": {"removed": self._number("removeDocument", "deleted", {"multi": multi})}}

        return _answer("collection.remove", ask)

    def _find(self) -> list[Any]:
        members = {
            **self._query(),
            "order": ejson.dumps(dict(self._order)) if self._order else None,
            "offset": self._skip,
            "limit": self._limit,
            **_projection(self._field),
        }
        return _documents(self._send("database.getDocument", _without_none(members)))

    def _number(self, action: str, member: str, members: Mapping[str, Any]) -> int:
        return _count(self._send(f"database.{action}", _without_none({**self._query(), **members})), member)

    def _query(self) -> dict[str, Any]:
        query = None if self._where is None else ejson.dumps(query_document(self._where))
        return {"collectionName": self._name, "queryType": "WHERE", "query": query}


@dataclass(frozen=True)
class Collection(Query):
    """A collection, `db.collection(name)`."""

    def doc(self, document_id: Any) -> Document:
        """The document with this `_id`, which need not be there."""
        return Document(self._send, self._name, document_id)

    def add(self, data: Any) -> dict[str, Any]:
        """Add an object, or a list of objects: `{"_id": ...}`, or `{"_ids": [...]}`, and "errMsg"."""

        def ask() -> dict[str, Any]:
            documents = data if isinstance(data, list) else [data]
            if not documents or not all(isinstance(document, dict) for document in documents):
                raise InvalidParameter("data must be an object, or a list of objects")
            members = {"collectionName": self._name, "data": [ejson.dumps(document) for document in documents]}
            ids = _data(self._send("database.insertDocument", members)).get("insertedIds")
            if not isinstance(ids, list) or len(ids) != len(documents):
                raise BadAnswer("the database must answer with an id for each document")
            return {"_ids": ids} if isinstance(data, list) else {"_id": ids[0]}

        return _answer("collection.add", ask)


@dataclass(frozen=True)
class Document:
    """One document by its `_id`."""

    _send: Send
    _name: str
    _id: Any
    _field: tuple[tuple[str, Any], ...] = ()

    def field(self, projection: Mapping[str, Any]) -> Document:
        """With these members only (`True`), or without them (`False`)."""
        return replace(self, _field=tuple(projection.items()))

    def get(self) -> dict[str, Any]:
        """`{"data": document, "errMsg": "document.get:ok"}`; raises DocumentNotFound, as the SDK does by default."""

        def ask() -> dict[str, Any]:
            members = {**self._query(), **_projection(self._field)}
            found = _documents(self._send("database.getDocument", members))
            if not found:
                raise DocumentNotFound(f"document with _id {self._id} does not exist")
            return {"data": found[0]}

        return _answer("document.get", ask)

    def set(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Put the whole document there: `{"_id", "stats": {"updated", "created"}, "errMsg"}`."""

        def ask() -> dict[str, Any]:
            if not isinstance(data, dict) or not data or "_id" in data:
                raise InvalidParameter("data must be an object with at least one member, and no _id")
            members = {**self._query(), "merge": False, "upsert": True, "data": ejson.dumps(data)}
            reply = self._send("database.modifyDocument", members)
            stats = {"updated": _count(reply, "updated"), "created": 1 if _data(reply).get("upsert_id") else 0}
            return {"_id": self._id, "stats": stats}

        return _answer("document.set", ask)

    def update(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Change members: `{"stats": {"updated": 0 or 1}, "errMsg"}`."""

        def ask() -> dict[str, Any]:
            change = ejson.dumps(update_document(data))
            members = {**self._query(), "merge": True, "upsert": False, "data": change}
            return {"stats": {"updated": _count(self._send("database.modifyDocument", members), "updated")}}

        return _answer("document.update", ask)

    def remove(self) -> dict[str, Any]:
        """`{"stats": {"removed": 0 or 1}, "errMsg"}`."""

        def ask() -> dict[str, Any]:
            return {"stats": {"removed": _count(self._send("database.removeDocument", self._query()), "deleted")}}

        return _answer("document.remove", ask)

    def _query(self) -> dict[str, Any]:
        query = ejson.dumps({"_id": self._id})
        return {"collectionName": self._name, "query": query, "queryType": "DOC", "multi": False}


def _answer(api: str, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return {**ask(), "errMsg": f"{api}:ok"}
    except CloudError as error:
        raise error.failing(api) from None


def _projection(members: tuple[tuple[str, Any], ...]) -> dict[str, str]:
    if not members:
        return {}
    numbers = {name: int(value) if isinstance(value, bool) else value for name, value in members}
    return {"projection": ejson.dumps(numbers)}


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _data(reply: Mapping[str, Any]) -> dict[str, Any]:
    data = reply.get("data")
    if not isinstance(data, dict):
        raise BadAnswer("the database must answer with data")
    return data


def _documents(reply: Mapping[str, Any]) -> list[Any]:
    found = _data(reply).get("list")
    if not isinstance(found, list):
        raise BadAnswer("the database must answer with a list of documents")
    return [ejson.loads(text) for text in found]


def _count(reply: Mapping[str, Any], name: str) -> int:
    value = _data(reply).get(name, 0)
    if type(value) is not int:
        raise BadAnswer(f"the database must answer {name} as a whole number")
    return value
