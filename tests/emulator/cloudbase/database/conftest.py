"""node-sdk as the document database hears it: its calls as @cloudbase/database 1.4 puts them, each signed."""

from __future__ import annotations

import json

import pytest
from node_sdk import NodeSdk


def canonical(value):
    """EJSON as bson's EJSON.stringify writes it; what is EJSON already, stays."""
    if isinstance(value, dict):
        return {name: canonical(held) for name, held in value.items()}
    if isinstance(value, list):
        return [canonical(held) for held in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return {"$numberDouble": str(value)}
    return {"$numberInt" if -(2**31) <= value < 2**31 else "$numberLong": str(value)}


def text(value):
    wrapped = {"$numberInt", "$numberLong", "$numberDouble"}
    keep = isinstance(value, dict) and wrapped & value.keys()
    return json.dumps(value if keep else canonical(value), ensure_ascii=False, separators=(",", ":"))


def plain(value):
    """EJSON's numbers as Python's."""
    if isinstance(value, dict):
        if value.keys() <= {"$numberInt", "$numberLong"} and value:
            return int(next(iter(value.values())))
        if value.keys() == {"$numberDouble"}:
            return float(value["$numberDouble"])
        return {name: plain(held) for name, held in value.items()}
    return [plain(held) for held in value] if isinstance(value, list) else value


class RefusedError(Exception):
    """The gateway's refusal."""

    def __init__(self, told):
        assert set(told) == {"code", "message", "requestId"}
        self.code, self.text = told["code"], told["message"]
        super().__init__(f"{self.code} {self.text}")


class Database:
    """`app.database()` of node-sdk, over one collection; inside a transaction if it has its id."""

    def __init__(self, sdk, transaction_id=None):
        self.sdk, self.transaction_id = sdk, transaction_id
        self.collection = "c"

    def ask(self, action, **parameters):
        if self.transaction_id is not None:
            parameters.setdefault("transactionId", self.transaction_id)
        told = self.sdk.ask(f"database.{action}", **parameters)
        if "code" in told:
            raise RefusedError(told)
        assert told.pop("requestId")
        return told

    def of(self, action, **parameters):
        return self.ask(action, collectionName=self.collection, **parameters)["data"]

    def create(self, name="c"):
        return self.ask("addCollection", collectionName=name)

    def add(self, *documents):
        return self.of("insertDocument", data=[text(document) for document in documents])["insertedIds"]

    def get(self, query=None, *, order=None, projection=None, **parameters):
        """Documents as Python has them, dates and the like as EJSON."""
        for name, value in (("query", query), ("order", order), ("projection", projection)):
            if value is not None:
                parameters[name] = text(value)
        found = self.of("getDocument", queryType="WHERE", **{"limit": 100, **parameters})
        return [plain(json.loads(one)) for one in found["list"]]

    def doc(self, document_id):
        """The document, or None."""
        found = self.of("getDocument", queryType="DOC", multi=False, query=text({"_id": document_id}))["list"]
        return plain(json.loads(found[0])) if found else None

    def count(self, query=None):
        asked = {} if query is None else {"query": text(query)}
        return self.of("calculateDocument", queryType="WHERE", **asked)["total"]

    def update(self, query, data, *, multi=True, upsert=False):
        asked = {"queryType": "WHERE", "multi": multi, "merge": True, "upsert": upsert}
        return self.of("modifyDocument", **asked, data=text(data), query=text(query))

    def set(self, document_id, data):
        asked = {"queryType": "DOC", "multi": False, "merge": False, "upsert": True}
        return self.of("modifyDocument", **asked, data=text(data), query=text({"_id": document_id}))

    def update_and_return(self, query, data):
        return self.of("modifyAndReturnDoc", queryType="WHERE", data=text(data), query=text(query))

    def remove(self, query, *, multi=True):
        return self.of("removeDocument", queryType="WHERE", multi=multi, query=text(query))["deleted"]

    def start(self):
        """A transaction over the same collection."""
        return Database(self.sdk, self.ask("startTransaction")["transactionId"])

    def commit(self):
        return self.ask("commitTransaction")

    def abort(self):
        return self.ask("abortTransaction")


@pytest.fixture
def db(sdk):
    """The database of env-demo, with an empty collection ``c``."""
    database = Database(sdk)
    database.create()
    return database


@pytest.fixture
def other_db(http, other_tenant):
    """That of another app's environment, without any collection."""
    return Database(NodeSdk(http, other_tenant.secret_id, other_tenant.secret_key, env=other_tenant.env))


@pytest.fixture
def refused():
    return RefusedError
