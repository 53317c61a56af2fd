"""node-sdk as the document database hears it: its calls as @cloudbase/database 1.4 puts them, each signed."""

from __future__ import annotations

import hashlib
import hmac
import json
from copy import deepcopy
from datetime import UTC, datetime

import pytest

NOON = 1_700_000_000
QUERY = "env=env-demo&seqId=1_1"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def authorization(parameters, headers, *, at, secret_id, secret_key):
    """TC3 as @cloudbase/signature-nodejs 2.2.0 makes it: what is no string is signed as JSON.stringify has it."""
    texts = {
        name.lower(): value.strip()
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in parameters.items()
    }
    texts = {name: text for name, text in sorted(texts.items()) if text}
    payload = "".join(f"&{name}={text}\r\n" for name, text in texts.items())
    lines = {name.lower(): value.lower() for name, value in sorted(headers.items())}
    names = ";".join(lines)
    canonical = ["post", "//localhost/admin", QUERY, *(f"{name}:{value}" for name, value in lines.items()), "", names]
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    to_sign = ["TC3-HMAC-SHA256", str(at), f"{date}/tcb/tc3_request", sha256("\n".join([*canonical, sha256(payload)]))]
    key = f"TC3{secret_key}".encode()
    for part in (date, "tcb", "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    signature = hmac.new(key, "\n".join(to_sign).encode(), "sha256").hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{date}/tcb/tc3_request, SignedParams={';'.join(texts)}, "
        f"SignedHeaders={names}, Signature={signature}"
    )


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


class Refused(Exception):
    """The gateway's refusal."""

    def __init__(self, told):
        assert set(told) == {"code", "message", "requestId"}
        self.code, self.text = told["code"], told["message"]
        super().__init__(f"{self.code} {self.text}")


class Database:
    """`app.database()` of node-sdk, over one collection; inside a transaction if it has its id."""

    def __init__(self, http, *, env="env-demo", secret_id="AKIDlocal", secret_key="local-secret-key", clock=None):
        self.http, self.env, self.clock = http, env, clock
        self.credentials = {"secret_id": secret_id, "secret_key": secret_key}
        self.collection = "c"
        self.transaction_id = None

    def ask(self, action, **parameters):
        sent = {"action": f"database.{action}", **parameters, "envName": self.env, "wxCloudApiToken": ""}
        if self.transaction_id is not None and "transactionId" not in sent:
            sent["transactionId"] = self.transaction_id
        headers = {"Host": "localhost", "Content-Type": "application/json", "User-Agent": "tcb-node-sdk/3.18.3"}
        at = NOON if self.clock is None else int(self.clock.now())
        headers["Authorization"] = authorization(sent, headers, at=at, **self.credentials)
        headers |= {"X-Timestamp": str(at), "X-Signature-Expires": "600"}
        answered = self.http.post(f"/admin?{QUERY}", data=json.dumps(sent).encode(), headers=headers)
        assert (answered.status_code, answered.content_type) == (200, "application/json; charset=utf-8")
        told = json.loads(answered.data)
        if "code" in told:
            raise Refused(told)
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
        inside = Database(self.http, env=self.env, clock=self.clock, **self.credentials)
        inside.transaction_id = self.ask("startTransaction")["transactionId"]
        return inside

    def commit(self):
        return self.ask("commitTransaction")

    def abort(self):
        return self.ask("abortTransaction")


@pytest.fixture
def world_seed(world_seed):
    seed = deepcopy(world_seed)
    seed["apps"][0] |= {"secret_id": "AKIDlocal", "secret_key": "local-secret-key"}
    seed["apps"][1] |= {"secret_id": "AKIDother", "secret_key": "other-secret-key"}
    return seed


@pytest.fixture
def db(http, clock):
    """The database of env-demo, with an empty collection ``c``."""
    database = Database(http, clock=clock)
    database.create()
    return database


@pytest.fixture
def other_db(http, clock):
    """That of another app's environment, without any collection."""
    return Database(http, env="env-other", secret_id="AKIDother", secret_key="other-secret-key", clock=clock)


@pytest.fixture
def refused():
    return Refused
