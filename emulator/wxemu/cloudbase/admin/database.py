"""``database.*``: the document database as node-sdk 2 and 3 and wx-server-sdk 2 to 4 speak to it.

Queries, updates, orders, projections and documents are texts of EJSON, and so are the documents of an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import grants
from wxemu.cloudbase.admin import gateway_wire
from wxemu.cloudbase.admin.gateway_errors import AdminError, InvalidParamError
from wxemu.cloudbase.database import collections, ejson, operations, transactions
from wxemu.cloudbase.database.errors import DatabaseError, DuplicateKeyError, InvalidOperatorError
from wxemu.cloudbase.database.operations import Change
from wxemu.cloudbase.database.query import Query
from wxemu.core.http.recording import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from flask import Response

    from wxemu.cloudbase.admin.gateway_actions import Gateway
    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.cloudbase.database.documents import Documents
    from wxemu.core.world import World

    Answer = Mapping[str, Any]

DEFAULT_DATABASES: Final = ("", "(default)", "default")


def answer(gateway: Gateway, call: Call) -> Response:
    """The answer to the action of ``call``, or the database's refusal.

    :raises AdminError: it refuses.
    """
    _tell_invocation(gateway, call)
    try:
        members = _ANSWERS[call.text("action")](_Asked(gateway, call))
    except DatabaseError as error:
        raise AdminError(error.message, code=error.code) from None
    return gateway_wire.json_reply({**members, "requestId": entry().rid})


def _tell_invocation(gateway: Gateway, call: Call) -> None:
    """Tell the journal whose invocation asks. A wx_api_token is not needed: the credentials are an administrator's."""
    if wx_api_token := call.text("wxCloudApiToken"):
        with gateway.world.transaction():
            grant = grants.find(gateway.world, wx_api_token, appid=gateway.app.appid)
        entry().request_id = None if grant is None else grant.request_id


class _Asked:
    """What a call asks of the database, one member at a time."""

    def __init__(self, gateway: Gateway, call: Call) -> None:
        for member in ("instance", "database"):
            if call.text(member) not in DEFAULT_DATABASES:
                raise InvalidParamError(f"{member}: only the environment's own database is emulated")
        self.world: World = gateway.world
        self.env = gateway.app.env
        self.now = gateway.world.clock.now()
        self._call = call

    @property
    def collection(self) -> str:
        name = self._call.text("collectionName")
        if not name:
            raise InvalidParamError("collectionName: expected a text")
        return name

    @property
    def transaction_id(self) -> str:
        return self._call.text("transactionId")

    def documents(self) -> AbstractContextManager[Documents]:
        return transactions.documents(
            self.world, env=self.env, collection=self.collection, transaction_id=self.transaction_id
        )

    def query(self) -> Query:
        return Query(self.value("query"))

    def value(self, member: str) -> dict[str, Any]:
        """A document of EJSON, an empty one without the member."""
        text = self._call.parameters.get(member)
        value = {} if text in (None, "") else ejson.parse(member, text, now=self.now)
        if not isinstance(value, dict):
            raise InvalidParamError(f"{member}: expected an object, got {type(value).__name__}")
        return value

    def values(self, member: str) -> list[dict[str, Any]]:
        """A list of EJSON documents."""
        texts = self._call.parameters.get(member)
        if not isinstance(texts, list) or not texts:
            raise InvalidParamError(f"{member}: expected a list of EJSON texts")
        found = [ejson.parse(member, text, now=self.now) for text in texts]
        if not all(isinstance(one, dict) for one in found):
            raise InvalidParamError(f"{member}: expected objects")
        return found

    def flag(self, member: str) -> bool:
        value = self._call.parameters.get(member, False)
        if not isinstance(value, bool):
            raise InvalidParamError(f"{member}: expected true or false, got {type(value).__name__}")
        return value

    def number(self, member: str, default: int) -> int:
        value = self._call.parameters.get(member, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**31:
            raise InvalidParamError(f"{member}: expected a number of documents, got {value!r:.40}")
        return value

    def change(self, *, is_merge: bool, is_upsert: bool, is_multi: bool) -> Change:
        now = ejson.date(round(self.now * 1000))
        return Change(data=self.value("data"), is_merge=is_merge, is_upsert=is_upsert, is_multi=is_multi, now=now)


def _add_collection(asked: _Asked) -> Answer:
    with asked.world.transaction():
        collections.create(asked.world, env=asked.env, name=asked.collection)
    return {}


def _insert(asked: _Asked) -> Answer:
    """What stands before a document that is there already, stays: MongoDB inserts in order."""
    ids, refusal = [], None
    wanted = asked.values("data")
    with asked.documents() as documents:
        for document in wanted:
            try:
                ids.append(operations.insert(documents, document, randomness=asked.world.randomness))
            except DuplicateKeyError as error:
                if asked.transaction_id:
                    raise
                refusal = error
                break
    if refusal is not None:
        raise refusal
    return {"data": {"insertedIds": operations.ids_as_json(ids)}}


def _get(asked: _Asked) -> Answer:
    offset = asked.number("offset", 0)
    limit = asked.number("limit", operations.DEFAULT_LIMIT) or operations.DEFAULT_LIMIT
    query, order, projection = asked.query(), asked.value("order"), asked.value("projection")
    with asked.documents() as documents:
        found = operations.find(documents, query, order=order, projection=projection, offset=offset, limit=limit)
    return {"data": {"list": [ejson.dump(document) for document in found], "offset": offset, "limit": limit}}


def _count(asked: _Asked) -> Answer:
    query = asked.query()
    with asked.documents() as documents:
        return {"data": {"total": operations.count(documents, query)}}


def _modify(asked: _Asked) -> Answer:
    query = asked.query()
    change = asked.change(is_merge=asked.flag("merge"), is_upsert=asked.flag("upsert"), is_multi=asked.flag("multi"))
    with asked.documents() as documents:
        done = operations.modify(documents, query, change, randomness=asked.world.randomness)
    (upserted_id,) = operations.ids_as_json([done.upserted_id])
    return {"data": {"updated": done.count, "upsert_id": upserted_id}}


def _modify_and_return(asked: _Asked) -> Answer:
    query = asked.query()
    change = asked.change(is_merge=True, is_upsert=False, is_multi=False)
    with asked.documents() as documents:
        done = operations.modify(documents, query, change, randomness=asked.world.randomness)
    document = None if done.document is None else ejson.dump(done.document)
    return {"data": {"updated": done.count, "doc": document}}


def _remove(asked: _Asked) -> Answer:
    query, is_multi = asked.query(), asked.flag("multi")
    with asked.documents() as documents:
        return {"data": {"deleted": operations.remove(documents, query, is_multi=is_multi)}}


def _aggregate(_: _Asked) -> Answer:
    raise InvalidOperatorError("aggregations are not emulated; see docs/fidelity.md, the document database")


def _start(asked: _Asked) -> Answer:
    return {"transactionId": transactions.start(asked.world, env=asked.env)}


def _commit(asked: _Asked) -> Answer:
    transactions.commit(asked.world, env=asked.env, transaction_id=asked.transaction_id)
    return {}


def _abort(asked: _Asked) -> Answer:
    transactions.abort(asked.world, env=asked.env, transaction_id=asked.transaction_id)
    return {}


_ANSWERS: Final[dict[str, Callable[[_Asked], Answer]]] = {
    "database.addCollection": _add_collection,
    "database.insertDocument": _insert,
    "database.getDocument": _get,
    "database.modifyDocument": _modify,
    "database.modifyAndReturnDoc": _modify_and_return,
    "database.removeDocument": _remove,
    "database.calculateDocument": _count,
    "database.aggregateDocuments": _aggregate,
    "database.startTransaction": _start,
    "database.commitTransaction": _commit,
    "database.abortTransaction": _abort,
}
