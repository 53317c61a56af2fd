"""``database.*``: the document database as node-sdk 2 and 3 and wx-server-sdk 2 to 4 speak to it.

Queries, updates, orders, projections and documents are texts of EJSON, and so are the documents of an answer. What
older SDKs send instead is in ``plain_database``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import grants
from wxemu.cloudbase.admin import gateway_wire, plain_database
from wxemu.cloudbase.admin.database_call import DatabaseCall
from wxemu.cloudbase.admin.gateway_errors import AdminError, InvalidParamError
from wxemu.cloudbase.database import collections, ejson, operations, transactions
from wxemu.cloudbase.database.errors import DatabaseError, DuplicateKeyError, InvalidOperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.cloudbase.admin.gateway_actions import Gateway
    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.core.http.plain import PlainResponse

    Answer = Mapping[str, Any]


def answer(gateway: Gateway, call: Call) -> PlainResponse:
    """The answer to the action of ``call``, or the database's refusal.

    :raises AdminError: it refuses.
    """
    action = call.text("action")
    if action not in ANSWERS:
        raise InvalidParamError(f"action: expected one of {', '.join(ANSWERS)}, got {action!r}")
    _tell_invocation(gateway, call)
    try:
        members = ANSWERS[action](DatabaseCall(gateway, call))
    except DatabaseError as error:
        raise AdminError(error.message, code=error.code) from None
    return gateway_wire.json_reply({**members, "requestId": call.entry.rid})


def _tell_invocation(gateway: Gateway, call: Call) -> None:
    """Tell the journal whose invocation asks. A wx_api_token is not needed: the credentials are an administrator's."""
    if wx_api_token := call.text("wxCloudApiToken"):
        with gateway.world.transaction():
            grant = grants.find(gateway.world, wx_api_token, appid=gateway.app.appid)
        call.entry.request_id = None if grant is None else grant.request_id


def _add_collection(call: DatabaseCall) -> Answer:
    with call.world.transaction():
        collections.create(call.world, env=call.env, name=call.collection)
    return {}


def _insert(call: DatabaseCall) -> Answer:
    """What stands before a document that is there already, stays: MongoDB inserts in order."""
    ids, refusal = [], None
    wanted = call.values("data")
    with call.documents() as documents:
        for document in wanted:
            try:
                ids.append(operations.insert(documents, document, randomness=call.world.randomness))
            except DuplicateKeyError as error:
                if call.transaction_id:
                    raise
                refusal = error
                break
    if refusal is not None:
        raise refusal
    return {"data": {"insertedIds": [operations.id_as_json(one) for one in ids]}}


def _get(call: DatabaseCall) -> Answer:
    found = call.find(call.query(), order=call.value("order"), projection=call.value("projection"))
    page = {"offset": call.offset, "limit": call.limit}
    return {"data": {"list": [ejson.dump(document) for document in found], **page}}


def _count(call: DatabaseCall) -> Answer:
    return {"data": {"total": call.count(call.query())}}


def _modify(call: DatabaseCall) -> Answer:
    data, is_merge, is_upsert = call.value("data"), call.flag("merge"), call.flag("upsert")
    done = call.modify(call.query(), data, is_merge=is_merge, is_upsert=is_upsert)
    return {"data": {"updated": done.count, "upsert_id": operations.id_as_json(done.upserted_id)}}


def _modify_and_return(call: DatabaseCall) -> Answer:
    done = call.modify(call.query(), call.value("data"), is_merge=True, is_upsert=False)
    document = None if done.document is None else ejson.dump(done.document)
    return {"data": {"updated": done.count, "doc": document}}


def _remove(call: DatabaseCall) -> Answer:
    return {"data": {"deleted": call.remove(call.query())}}


def _aggregate(_: DatabaseCall) -> Answer:
    raise InvalidOperatorError("aggregations are not emulated; see docs/fidelity.md, the document database")


def _start(call: DatabaseCall) -> Answer:
    return {"transactionId": transactions.start(call.world, env=call.env)}


def _commit(call: DatabaseCall) -> Answer:
    transactions.commit(call.world, env=call.env, transaction_id=call.transaction_id)
    return {}


def _abort(call: DatabaseCall) -> Answer:
    transactions.abort(call.world, env=call.env, transaction_id=call.transaction_id)
    return {}


ANSWERS: Final[dict[str, Callable[[DatabaseCall], Answer]]] = {
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
    "database.addDocument": plain_database.add,
    "database.queryDocument": plain_database.query,
    "database.updateDocument": plain_database.update,
    "database.deleteDocument": plain_database.delete,
    "database.countDocument": plain_database.count,
    "database.aggregate": _aggregate,
    "database.insertDocInTransaction": plain_database.insert_in_transaction,
    "database.getInTransaction": plain_database.get_in_transaction,
    "database.updateDocInTransaction": plain_database.update_in_transaction,
    "database.deleteDocInTransaction": plain_database.delete_in_transaction,
}
