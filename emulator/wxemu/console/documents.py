"""The pages of the document database: the collections of the chosen app's environment, and one document to edit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import request
from werkzeug.exceptions import NotFound

from wxemu.cloudbase.database import collections, ejson, operations, transactions
from wxemu.cloudbase.database.ejson import key
from wxemu.cloudbase.database.errors import DatabaseError
from wxemu.cloudbase.database.operations import Change
from wxemu.cloudbase.database.query import Query
from wxemu.console import form, rows
from wxemu.console.page import app_of_form, chosen_app, show
from wxemu.core.http.inputs import SOMETHING_ELSE, expected_instead
from wxemu.core.http.language import say
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from flask import Response

    from wxemu.cloudbase.database.documents import Documents
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment

MOST_CHARACTERS = 300
"""Of a document in the list."""


@dataclass(frozen=True)
class Entry:
    """One document of the list.

    :param address: the URL of its page.
    :param members: what it holds but for its _id, as EJSON.
    """

    document_id: str
    address: str
    members: str


def page(world: World, _deployment: Deployment) -> Response:
    """The collections, and the documents of one that match ``?q=``: a query of EJSON, or any text."""
    app, query = chosen_app(world), rows.search()
    found: list[dict[str, Any]] = []
    mistake = None
    with world.transaction():
        there = [] if app is None else collections.all_collections(world, env=app.env)
    by_name = {collection.name: collection for collection in there}
    chosen = by_name.get(request.args.get("collection", ""), next(iter(there), None))
    if app is not None and chosen is not None:
        with transactions.documents(world, env=app.env, collection=chosen.name) as documents:
            try:
                found = _matching(world, documents, query)
            except DatabaseError as error:
                mistake = error.message
    matching = rows.page(found, query)
    return show(
        world,
        "documents.html",
        "documents",
        app=app,
        collections=there,
        chosen=chosen,
        documents=matching,
        entries=[_entry(chosen.name, document) for document in matching.visible] if chosen else [],
        mistake=mistake,
    )


def one(world: World, _deployment: Deployment, collection: str) -> Response:
    """The document of a collection whose key is ``?key=``, to edit or to delete.

    :raises NotFound: there is none; CollectionNotExistError: nor its collection.
    """
    app = app_of_form(world)
    with transactions.documents(world, env=app.env, collection=collection) as documents:
        document = _find(documents)
    draft = request.form.get("document") or _text(document, indent=2)
    facts = {"collection": collection, "document_id": _text(document["_id"]), "draft": draft, "app": app}
    return show(world, "document.html", "documents", **facts, key=key(document["_id"]))


def save(world: World, _deployment: Deployment, collection: str) -> str:
    """Put the form's document in the place of the one that has its _id.

    :raises InputError: no document; NotFound: there is none in its place; DatabaseError: it cannot be stored.
    """
    app = app_of_form(world)
    now = world.clock.now()
    data = ejson.parse("document", form.text("document"), now=now)
    if not isinstance(data, dict):
        raise expected_instead("document", Message("an object of EJSON", "EJSON 对象"), SOMETHING_ELSE)
    with transactions.documents(world, env=app.env, collection=collection) as documents:
        former = _find(documents)
        query = Query({"_id": {"$eq": former["_id"]}})
        at = ejson.date(round(now * 1000))
        change = Change(data=data, is_merge=False, is_upsert=False, is_multi=False, now=at)
        operations.modify(documents, query, change, randomness=world.randomness)
    return _address(collection, key(former["_id"]))


def remove(world: World, _deployment: Deployment, collection: str) -> str:
    """Delete the form's document.

    :raises NotFound: there is none; CollectionNotExistError: nor its collection.
    """
    app = app_of_form(world)
    with transactions.documents(world, env=app.env, collection=collection) as documents:
        documents.remove(_find(documents))
    return f"/documents?{urlencode({'collection': collection})}"


def _matching(world: World, documents: Documents, text: str) -> list[dict[str, Any]]:
    if text.startswith("{"):
        query = Query(ejson.parse("query", text, now=world.clock.now()))
        return [document for document in documents.read(query.keys) if query.matches(document)]
    return [document for document in documents.read() if text.lower() in _text(document).lower()]


def _entry(collection: str, document: dict[str, Any]) -> Entry:
    members = {name: value for name, value in document.items() if name != "_id"}
    address = _address(collection, key(document["_id"]))
    return Entry(_text(document["_id"]), address, _text(members)[:MOST_CHARACTERS])


def _address(collection: str, document_key: str) -> str:
    return f"/documents/{quote(collection)}?{urlencode({'key': document_key})}"


def _find(documents: Documents) -> dict[str, Any]:
    """The document whose key the request names."""
    document_key = request.args.get("key", "")
    found = documents.read([document_key])
    if not found:
        missing = Message(
            "the collection has no document with the _id {key}",
            "集合中没有 _id 为 {key} 的文档",
            key=repr(document_key),
        )
        raise NotFound(say(missing))
    return found[0]


def _text(value: Any, indent: int | None = None) -> str:
    """A value as EJSON for a reader; an _id that is a text as it is."""
    return value if isinstance(value, str) else json.dumps(ejson.as_relaxed(value), ensure_ascii=False, indent=indent)
