"""What a call of ``database.*`` asks: its members, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.admin.gateway_errors import InvalidParamError
from wxemu.cloudbase.database import ejson, operations, transactions
from wxemu.cloudbase.database.operations import Change
from wxemu.cloudbase.database.query import Query
from wxemu.core.text import describe_kind

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from wxemu.cloudbase.admin.gateway_actions import Gateway
    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.cloudbase.database.documents import Documents
    from wxemu.cloudbase.database.operations import Modified
    from wxemu.core.world import World

_OWN_DATABASES: Final = ("", "(default)", "default")


class DatabaseCall:
    """A call of ``database.*``, one member at a time.

    :raises InvalidParamError: it asks for another database than the environment's own; each reader, that its member
        cannot be taken.
    """

    def __init__(self, gateway: Gateway, call: Call) -> None:
        for member in ("instance", "database"):
            if call.text(member) not in _OWN_DATABASES:
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
        """What documents the text of EJSON asks for."""
        return Query(self.value("query"))

    def plain_query(self) -> Query:
        """The same, sent as it is."""
        return Query(self.plain("query"))

    def value(self, member: str) -> dict[str, Any]:
        """A document of EJSON, an empty one without the member."""
        text = self._call.parameters.get(member)
        return _document(member, {} if text in (None, "") else ejson.parse(member, text, now=self.now))

    def plain_value(self, member: str) -> Any:
        """A value that is sent as it is, ``None`` without the member."""
        return ejson.from_json(member, self._call.parameters.get(member), now=self.now)

    def plain(self, member: str) -> dict[str, Any]:
        """A document that is sent as it is, an empty one without the member."""
        value = self.plain_value(member)
        return {} if value is None else _document(member, value)

    def values(self, member: str) -> list[dict[str, Any]]:
        """A list of EJSON documents."""
        texts = self._call.parameters.get(member)
        if not isinstance(texts, list) or not texts:
            raise InvalidParamError(f"{member}: expected a list of EJSON texts")
        return [_document(member, ejson.parse(member, text, now=self.now)) for text in texts]

    def flag(self, member: str) -> bool:
        value = self._call.parameters.get(member, False)
        if not isinstance(value, bool):
            raise InvalidParamError(f"{member}: expected true or false, got {describe_kind(value)}")
        return value

    def _number(self, member: str, default: int) -> int:
        value = self._call.parameters.get(member, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 2**31:
            raise InvalidParamError(f"{member}: expected a number of documents, got {value!r:.40}")
        return value

    @property
    def offset(self) -> int:
        return self._number("offset", 0)

    @property
    def limit(self) -> int:
        return self._number("limit", 0) or operations.DEFAULT_LIMIT

    def find(self, query: Query, *, order: dict[str, Any], projection: dict[str, Any]) -> list[dict[str, Any]]:
        """The page of documents that ``offset`` and ``limit`` choose."""
        page = {"offset": self.offset, "limit": self.limit}
        with self.documents() as documents:
            return operations.find(documents, query, order=order, projection=projection, **page)

    def count(self, query: Query) -> int:
        """How many documents match."""
        with self.documents() as documents:
            return operations.count(documents, query)

    def modify(self, query: Query, data: dict[str, Any], *, is_merge: bool, is_upsert: bool) -> Modified:
        """Change what matches, as ``operations.Change`` says; the first alone but with ``multi``."""
        now = ejson.date(round(self.now * 1000))
        change = Change(data=data, is_merge=is_merge, is_upsert=is_upsert, is_multi=self.flag("multi"), now=now)
        with self.documents() as documents:
            return operations.modify(documents, query, change, randomness=self.world.randomness)

    def remove(self, query: Query) -> int:
        """Take away what matches, the first alone but with ``multi``; how many it was."""
        is_multi = self.flag("multi")
        with self.documents() as documents:
            return operations.remove(documents, query, is_multi=is_multi)


def _document(member: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidParamError(f"{member}: expected an object, got {describe_kind(value)}")
    return value
