"""What is asked of a collection's documents. Each is done wholly or not at all, while nobody else reads or writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database import ejson, update
from wxemu.cloudbase.database.errors import WriteError
from wxemu.cloudbase.database.query import Query, project, sort
from wxemu.cloudbase.database.values import ObjectId

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from wxemu.cloudbase.database.documents import Documents
    from wxemu.core.randomness import Randomness

DEFAULT_LIMIT: Final = 100
MOST_DOCUMENTS: Final = 1000
"""Documents of one answer [doc]."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What ``modify`` is to do.

    :param data: operators, or without ``is_merge`` the whole document.
    :param is_merge: whether members that are not named stay.
    :param is_upsert: whether a document is made where none matches.
    :param is_multi: whether all that match are changed, or the first alone.
    :param now: what ``$currentDate`` sets.
    """

    data: dict[str, Any]
    is_merge: bool
    is_upsert: bool
    is_multi: bool
    now: datetime


@dataclass(frozen=True)
class Modified:
    """What ``modify`` has done.

    :param count: documents that are not what they were.
    :param upserted_id: the _id of the document that was made.
    :param document: the last one that matched, as it is now.
    """

    count: int
    upserted_id: Any = None
    document: dict[str, Any] | None = None


def insert(documents: Documents, document: Mapping[str, Any], *, randomness: Randomness) -> Any:
    """Add a document, with an _id of our own if it has none; its _id.

    :raises DuplicateKeyError: its _id is there.
    :raises WriteError: it cannot be stored.
    """
    document_id = document["_id"] if "_id" in document else randomness.hex(32)
    whole = {"_id": document_id, **document}
    update.check_storable(whole)
    documents.insert(whole)
    return document_id


def find(
    documents: Documents,
    query: Query,
    *,
    order: Mapping[str, Any],
    projection: Mapping[str, Any],
    offset: int,
    limit: int,
) -> list[dict[str, Any]]:
    """The documents that match, as the projection shows them.

    :param limit: at most ``MOST_DOCUMENTS`` are answered whatever it says.
    """
    found = list(_matching(documents, query))
    if order:
        found = sort(found, order)
    page = found[offset : offset + min(limit, MOST_DOCUMENTS)]
    return [project(document, projection, query) for document in page] if projection else page


def count(documents: Documents, query: Query) -> int:
    """How many documents match."""
    return sum(1 for _ in _matching(documents, query))


def remove(documents: Documents, query: Query, *, is_multi: bool) -> int:
    """Take away what matches; how many it was."""
    found = list(_matching(documents, query))[: None if is_multi else 1]
    for document in found:
        documents.remove(document)
    return len(found)


def modify(documents: Documents, query: Query, change: Change, *, randomness: Randomness) -> Modified:
    """Change what matches.

    :raises WriteError: it cannot be done; then nothing is.
    """
    changed, latest = 0, None
    for document in _matching(documents, query):
        latest = _changed(document, change, query)
        if ejson.dump(latest) != ejson.dump(document):
            changed += 1
            documents.replace(latest)
        if not change.is_multi:
            break
    if latest is None and change.is_upsert:
        made = _made(query, change, randomness)
        documents.insert(made)  # which is refused if it is there, but for another condition of the query
        return Modified(0, made["_id"], made)
    return Modified(changed, document=latest)


def _matching(documents: Documents, query: Query) -> Iterator[dict[str, Any]]:
    return (document for document in documents.read(query.keys) if query.matches(document))


def _changed(document: dict[str, Any], change: Change, query: Query) -> dict[str, Any]:
    if change.is_merge:
        return update.apply(document, change.data, now=change.now, walker=query.walker())
    return _whole(change, document["_id"])


def _whole(change: Change, document_id: Any) -> dict[str, Any]:
    if change.is_multi:
        raise WriteError("multi update is not supported for replacement-style update")
    if "_id" in change.data and change.data["_id"] != document_id:
        raise WriteError("the (immutable) field '_id' was found to have been altered")
    whole = {"_id": document_id, **change.data}
    update.check_storable(whole)
    return whole


def _made(query: Query, change: Change, randomness: Randomness) -> dict[str, Any]:
    fixed = query.fixed()
    document_id = fixed.get("_id", change.data.get("_id") if not change.is_merge else None)
    if document_id is None:
        document_id = randomness.hex(32)
    if not change.is_merge:
        return _whole(change, document_id)
    base = {name: value for name, value in fixed.items() if name != "_id" and "." not in name}
    nested: dict[str, Any] = {"$set": {name: value for name, value in fixed.items() if "." in name}}
    begun: dict[str, Any] = {"_id": document_id, **base}
    if nested["$set"]:
        begun = update.apply(begun, nested, now=change.now)
    made = update.apply(begun, change.data, now=change.now, is_insert=True)
    update.check_storable(made)
    return made


def id_as_json(value: Any) -> Any:
    """An _id as an answer has it: a text or a number as JSON has it, an ObjectId by its digits [inferred]."""
    return value.digits if isinstance(value, ObjectId) else ejson.as_plain(value)
