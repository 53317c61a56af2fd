"""``database.*`` as tcb-admin-node speaks to it, which is inside wx-server-sdk 0.x and 1.x: documents without EJSON.

Queries, updates and documents are objects in the JSON of the request and of the answer. Inside a transaction only the
query is one; documents and counts are texts of EJSON [src: tcb-admin-node 1.23, @cloudbase/database 0.9].
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.admin.gateway_errors import InvalidParamError
from wxemu.cloudbase.database import ejson, operations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.cloudbase.admin.database_call import DatabaseCall

    Answer = Mapping[str, Any]

_DIRECTIONS: Final = {"asc": 1, "desc": -1}
_ONE: Final = ejson.dump(1)


def add(call: DatabaseCall) -> Answer:
    """``addDocument``: one, with the _id beside it or inside."""
    return {"data": {"_id": operations.id_as_json(_insert(call, call.plain("data")))}}


def query(call: DatabaseCall) -> Answer:
    """``queryDocument``."""
    found = call.find(call.plain_query(), order=_order(call), projection=call.plain("projection"))
    return {"data": {"list": [ejson.as_plain(document) for document in found]}}


def update(call: DatabaseCall) -> Answer:
    """``updateDocument``. Its SDK reads the _id of a document that was made by two names."""
    data, is_merge, is_upsert = call.plain("data"), call.flag("merge"), call.flag("upsert")
    done = call.modify(call.plain_query(), data, is_merge=is_merge, is_upsert=is_upsert)
    upserted_id = operations.id_as_json(done.upserted_id)
    return {"data": {"updated": done.count, "upserted_id": upserted_id, "upsert_id": upserted_id}}


def delete(call: DatabaseCall) -> Answer:
    """``deleteDocument``."""
    return {"data": {"deleted": call.remove(call.plain_query())}}


def count(call: DatabaseCall) -> Answer:
    """``countDocument``."""
    return {"data": {"total": call.count(call.plain_query())}}


def insert_in_transaction(call: DatabaseCall) -> Answer:
    """``insertDocInTransaction``."""
    _insert(call, call.value("data"))
    return {"inserted": _ONE, "ok": _ONE}


def get_in_transaction(call: DatabaseCall) -> Answer:
    """``getInTransaction``: one document, or null."""
    found = call.find(call.plain_query(), order={}, projection={})
    return {"data": ejson.dump(found[0] if found else None)}


def update_in_transaction(call: DatabaseCall) -> Answer:
    """``updateDocInTransaction``: by operators, or a whole document."""
    data = call.value("data")
    is_merge = any(name.startswith("$") for name in data)
    done = call.modify(call.plain_query(), data, is_merge=is_merge, is_upsert=call.flag("upsert"))
    made = [] if done.upserted_id is None else [{"index": 0, "_id": operations.id_as_json(done.upserted_id)}]
    return {"updated": ejson.dump(done.count), "upserted": json.dumps(made) if made else None}


def delete_in_transaction(call: DatabaseCall) -> Answer:
    """``deleteDocInTransaction``."""
    return {"deleted": ejson.dump(call.remove(call.plain_query()))}


def _insert(call: DatabaseCall, document: dict[str, Any]) -> Any:
    document_id = call.plain_value("_id")
    whole = document if document_id is None else {**document, "_id": document_id}
    with call.documents() as documents:
        return operations.insert(documents, whole, randomness=call.world.randomness)


def _order(call: DatabaseCall) -> dict[str, Any]:
    """``[{"field": path, "direction": "asc" or "desc"}]`` as MongoDB has it."""
    steps = call.plain_value("order") or []
    try:
        return {str(step["field"]): _DIRECTIONS[step["direction"]] for step in steps}
    except (TypeError, LookupError):
        raise InvalidParamError("order: expected a list of {field, direction}, asc or desc") from None
