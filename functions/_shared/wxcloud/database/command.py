"""`db.command`: the operators of queries and updates, by wx-server-sdk's names in Python's spelling.

A keyword of Python takes an underscore: `_.in_`, `_.and_`, `_.or_`, `_.not_`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wxcloud.errors import InvalidParameter


@dataclass(frozen=True)
class Condition:
    """What a member must fulfil: `{"$gt": 1}`. `&` and `|` join two of them."""

    operator: str
    operand: Any

    def __and__(self, other: Condition) -> Logic:
        return Logic("$and", (self, other))

    def __or__(self, other: Condition) -> Logic:
        return Logic("$or", (self, other))


@dataclass(frozen=True)
class Logic:
    """Conditions, or whole queries, joined by `$and`, `$or` or `$nor`; or one turned round by `$not`."""

    operator: str
    operands: tuple[Any, ...]

    def __and__(self, other: Condition | Logic) -> Logic:
        return Logic("$and", (self, other))

    def __or__(self, other: Condition | Logic) -> Logic:
        return Logic("$or", (self, other))


@dataclass(frozen=True)
class Update:
    """What becomes of a member: `{"$inc": {name: operand}}`."""

    operator: str
    operand: Any


class Command:
    """`_ = db.command`."""

    def eq(self, value: Any) -> Condition:
        return Condition("$eq", value)

    def neq(self, value: Any) -> Condition:
        return Condition("$ne", value)

    def gt(self, value: Any) -> Condition:
        return Condition("$gt", value)

    def gte(self, value: Any) -> Condition:
        return Condition("$gte", value)

    def lt(self, value: Any) -> Condition:
        return Condition("$lt", value)

    def lte(self, value: Any) -> Condition:
        return Condition("$lte", value)

    def in_(self, values: list[Any]) -> Condition:
        return Condition("$in", list(values))

    def nin(self, values: list[Any]) -> Condition:
        return Condition("$nin", list(values))

    def exists(self, is_there: bool) -> Condition:  # noqa: FBT001 - as `_.exists(true)`
        return Condition("$exists", is_there)

    def mod(self, divisor: int, remainder: int) -> Condition:
        return Condition("$mod", [divisor, remainder])

    def all(self, values: list[Any]) -> Condition:
        return Condition("$all", list(values))

    def elem_match(self, query: Any) -> Condition:
        return Condition("$elemMatch", query)

    def size(self, length: int) -> Condition:
        return Condition("$size", length)

    def and_(self, *operands: Any) -> Logic:
        return Logic("$and", operands)

    def or_(self, *operands: Any) -> Logic:
        return Logic("$or", operands)

    def nor(self, *operands: Any) -> Logic:
        return Logic("$nor", operands)

    def not_(self, operand: Condition) -> Logic:
        return Logic("$not", (operand,))

    def set(self, value: Any) -> Update:
        return Update("$set", value)

    def remove(self) -> Update:
        return Update("$unset", "")

    def inc(self, number: float) -> Update:
        return Update("$inc", number)

    def mul(self, number: float) -> Update:
        return Update("$mul", number)

    def min(self, value: Any) -> Update:
        return Update("$min", value)

    def max(self, value: Any) -> Update:
        return Update("$max", value)

    def rename(self, name: str) -> Update:
        return Update("$rename", name)

    def push(
        self, *values: Any, each: list[Any] | None = None, position: int | None = None, keep: int | None = None
    ) -> Update:
        """Append values; `each` with a `position` to insert at, and `keep` for the first so many that stay."""
        operand: dict[str, Any] = {"$each": list(values) if each is None else list(each)}
        if position is not None:
            operand["$position"] = position
        if keep is not None:
            operand["$slice"] = keep
        return Update("$push", operand)

    def pop(self) -> Update:
        return Update("$pop", 1)

    def shift(self) -> Update:
        return Update("$pop", -1)

    def unshift(self, *values: Any) -> Update:
        return self.push(*values, position=0)

    def pull(self, condition: Any) -> Update:
        return Update("$pull", condition)

    def pull_all(self, values: list[Any]) -> Update:
        return Update("$pullAll", list(values))

    def add_to_set(self, *values: Any) -> Update:
        return Update("$addToSet", values[0] if len(values) == 1 else {"$each": list(values)})

    def bit(self, **operations: int) -> Update:
        """`and`, `or` or `xor` with a number: `bit(**{"or": 4})`."""
        return Update("$bit", dict(operations))


def query_document(query: Any) -> dict[str, Any]:
    """A query in the database's form: nested objects as dotted paths, joined conditions in `$and`, `$or`, `$nor`.

    Raises InvalidParameter for anything but an object or a Logic of such.
    """
    if isinstance(query, Logic):
        return {query.operator: [query_document(operand) for operand in query.operands]}
    if not isinstance(query, dict):
        raise InvalidParameter("a query must be an object, or objects joined by the command")
    document: dict[str, Any] = {}
    for path, value in _members(query):
        for name, condition in _conditions(path, value).items():
            if name in ("$and", "$or", "$nor") and name in document:
                document.setdefault("$and", []).append({name: condition}) if name != "$and" else document[name].extend(
                    condition
                )
            else:
                document[name] = condition
    return document


def _conditions(path: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Condition):
        return {path: {value.operator: _operand(value)}}
    if isinstance(value, Logic):
        if value.operator == "$not":
            return {path: {"$not": _conditions(path, value.operands[0])[path]}}
        return {value.operator: [_conditions(path, operand) for operand in value.operands]}
    return {path: value}


def _operand(condition: Condition) -> Any:
    if condition.operator != "$elemMatch":
        return condition.operand
    inner = condition.operand
    return {inner.operator: inner.operand} if isinstance(inner, Condition) else query_document(inner)


def update_document(data: Any) -> dict[str, Any]:
    """An update in the database's form, `{"$set": {...}, "$inc": {...}}`.

    Raises InvalidParameter for anything but an object with members, or for one that would change an `_id`.
    """
    if not isinstance(data, dict) or not data:
        raise InvalidParameter("data must be an object with at least one member")
    if "_id" in data:
        raise InvalidParameter("data must not have an _id: it cannot be changed")
    document: dict[str, Any] = {}
    for path, value in _members(data):
        update = value if isinstance(value, Update) else Update("$set", value)
        operand = update.operand
        if update.operator == "$pull":
            operand = _operand_of_pull(operand)
        document.setdefault(update.operator, {})[path] = operand
    return document


def _operand_of_pull(operand: Any) -> Any:
    if isinstance(operand, Condition):
        return {operand.operator: _operand(operand)}
    return query_document(operand) if isinstance(operand, dict) else operand


def _members(value: dict[Any, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Members by their dotted paths, nested objects flattened; an empty object stays one."""
    members = []
    for name, member in value.items():
        if not isinstance(name, str):
            raise InvalidParameter(f"the names of a document's members must be texts, got a {type(name).__name__}")
        if isinstance(member, dict) and member:
            members += _members(member, f"{prefix}{name}.")
        else:
            members.append((f"{prefix}{name}", member))
    return members
