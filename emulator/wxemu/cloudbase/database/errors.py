"""What the document database refuses, with the code and the text that the gateway puts into its answer.

DatabaseError                     DATABASE_REQUEST_FAILED
├── InvalidValueError             INVALID_PARAM: EJSON, a member of a request or a name that cannot be taken
├── InvalidOperatorError          DATABASE_INVALID_OPERRATOR (sic): an operator that is not there, or not emulated
├── QueryError                    DATABASE_REQUEST_FAILED: a query, an order or a projection that MongoDB refuses
├── WriteError                    DATABASE_REQUEST_FAILED: a write that MongoDB refuses
│   └── DuplicateKeyError         DATABASE_REQUEST_FAILED: E11000, the _id is there
├── CollectionNotExistError       DATABASE_COLLECTION_NOT_EXIST
├── CollectionExistError          DATABASE_COLLECTION_ALREADY_EXIST
├── TransactionConflictError      DATABASE_TRANSACTION_CONFLICT: another one has written the document
├── TransactionNotExistError      DATABASE_TRANSACTION_FAIL: unknown, ended, or older than 30 seconds
└── TransactionBusyError          DATABASE_TRANSACTION_FAIL: it has not answered its last request

Texts in brackets are the platform's own [field]; ``docs/fidelity.md`` names what is inferred.
"""

from __future__ import annotations

import hashlib

_ADVICE = "Please check your request, but if the problem persists, contact us."


class DatabaseError(Exception):
    """A request that the database refuses.

    :param message: what follows the SDK's own words.
    """

    code = "DATABASE_REQUEST_FAILED"
    ends_transaction = False
    """Whether the transaction that asked is over: MongoDB ends it by itself [src]."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(f"{self.code} {message}")


class InvalidValueError(DatabaseError):
    """EJSON, a member of a request or a name that cannot be taken."""

    code = "INVALID_PARAM"


class InvalidOperatorError(DatabaseError):
    """An operator that is not there, or that is not emulated."""

    code = "DATABASE_INVALID_OPERRATOR"


class QueryError(DatabaseError):
    """A query, an order or a projection that MongoDB refuses."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"[FailedOperation] (BadValue) {reason}")


class WriteError(DatabaseError):
    """A write that MongoDB refuses."""

    ends_transaction = True

    def __init__(self, reason: str) -> None:
        super().__init__(f"[FailedOperation] multiple write errors: [{{write errors: [{{{reason}}}]}}, {{<nil>}}]")


class DuplicateKeyError(WriteError):
    """A document of the collection has this _id.

    :param key: the _id as JSON.
    """

    def __init__(self, *, env: str, collection: str, key: str) -> None:
        tenant = hashlib.sha256(env.encode()).hexdigest()[:9]
        super().__init__(
            f"E11000 duplicate key error collection: tnt-{tenant}.{collection} index: _id_ dup key: {{ : {key} }}"
        )


class CollectionNotExistError(DatabaseError):
    """There is no such collection; a write does not make one [field]."""

    code = "DATABASE_COLLECTION_NOT_EXIST"

    def __init__(self, name: str) -> None:
        super().__init__(f"[ResourceNotFound] Db or Table not exist: {name}. {_ADVICE}")


class CollectionExistError(DatabaseError):
    """The collection is there."""

    code = "DATABASE_COLLECTION_ALREADY_EXIST"

    def __init__(self) -> None:
        super().__init__(f"[ResourceUnavailable.ResourceExist] Table exist. {_ADVICE}")


class TransactionConflictError(DatabaseError):
    """Another one has written the document since the transaction began, or is about to."""

    code = "DATABASE_TRANSACTION_CONFLICT"
    ends_transaction = True

    def __init__(self) -> None:
        super().__init__(
            "[ResourceUnavailable.TransactionConflict] Transaction is conflict, "
            f"maybe resource operated by others. {_ADVICE}"
        )


class TransactionNotExistError(DatabaseError):
    """Unknown, ended, or older than 30 seconds."""

    code = "DATABASE_TRANSACTION_FAIL"

    def __init__(self) -> None:
        super().__init__(
            "[ResourceUnavailable.TransactionNotExist] Transaction does not exist on the server, "
            f"transaction must be commit or abort in 30 seconds. {_ADVICE}"
        )


class TransactionBusyError(DatabaseError):
    """The transaction has not answered its last request."""

    code = "DATABASE_TRANSACTION_FAIL"

    def __init__(self) -> None:
        super().__init__(f"[ResourceUnavailable.TransactionBusy] Transaction is busy. {_ADVICE}")
