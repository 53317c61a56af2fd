"""A query, an order and a projection: what matches, in which order, and what is shown of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database.ejson import key
from wxemu.cloudbase.database.engine import FieldWalker, Projector, QueryFilter, ordering, refusals
from wxemu.cloudbase.database.errors import InvalidOperatorError, QueryError
from wxemu.cloudbase.database.values import Regex, is_equal, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Condition = Callable[[Any], bool]

_GEO: Final = ("$near", "$nearSphere", "$geoNear", "$geoWithin", "$geoIntersects", "$geometry")
NOT_EMULATED: Final = frozenset((*_GEO, "$expr", "$where", "$jsonSchema", "$text"))
_PAIR: Final = 2


class Query:
    """What documents are asked for.

    :param spec: MongoDB's query document.
    :raises InvalidOperatorError: an operator that is not there, or not emulated.
    :raises QueryError: it has no meaning.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        refuse_not_emulated(spec)
        self._spec = spec
        with refusals(QueryError):
            self._filter = _Filter(spec)

    def matches(self, document: Mapping[str, Any]) -> bool:
        """Whether the document is asked for."""
        with refusals(QueryError):
            return bool(self._filter(document))

    def walker(self) -> Any:
        """The walker of the last match, which knows the element that ``$`` stands for in an update."""
        return self._filter.fieldwalker

    @property
    def keys(self) -> list[str] | None:
        """The keys of the only documents that can match, where the query names their _id."""
        asked = self._spec.get("_id")
        if isinstance(asked, dict):
            if asked.keys() == {"$eq"}:
                return [key(asked["$eq"])]
            if asked.keys() == {"$in"} and isinstance(asked["$in"], list):
                return None if any(isinstance(one, Regex) for one in asked["$in"]) else list(map(key, asked["$in"]))
            return None
        return None if asked is None or isinstance(asked, Regex) else [key(asked)]

    def fixed(self) -> dict[str, Any]:
        """The members that the query gives one value, which an upsert begins with."""
        return dict(_fixed(self._spec))


def _fixed(spec: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, asked in spec.items():
        if name == "$and":
            for each in asked:
                yield from _fixed(each)
        elif name.startswith("$") or isinstance(asked, Regex):
            continue
        elif not _is_expression(asked):
            yield name, asked
        elif "$eq" in asked:
            yield name, asked["$eq"]


def refuse_not_emulated(spec: Any) -> None:
    """:raises InvalidOperatorError: a query has an operator of ``NOT_EMULATED`` somewhere."""
    if isinstance(spec, dict):
        found = next((name for name in spec if name in NOT_EMULATED), None)
        if found is not None:
            raise InvalidOperatorError(f"{found} is not emulated; see docs/fidelity.md, the document database")
        for held in spec.values():
            refuse_not_emulated(held)
    elif isinstance(spec, list):
        for held in spec:
            refuse_not_emulated(held)


def sort(documents: Sequence[dict[str, Any]], order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The documents in an order: ``{"path": 1 or -1}``, the first path first.

    :raises QueryError: it is none.
    """
    with refusals(QueryError):
        return [walker.doc for walker in ordering([FieldWalker(document) for document in documents], order)]


def project(document: dict[str, Any], projection: Mapping[str, Any], query: Query) -> dict[str, Any]:
    """What a projection shows of a document that ``query`` matches.

    :raises InvalidOperatorError: it names an element by ``$``, which is not emulated.
    :raises QueryError: it is none.
    """
    if any("$" in path for path in projection):
        raise InvalidOperatorError("a projection by position ($) is not emulated")
    with refusals(QueryError):
        walker = FieldWalker(document)
        Projector(projection, query._filter)(walker)  # noqa: SLF001 - ours
        shown: dict[str, Any] = walker.doc
        return shown


class _Filter(QueryFilter):  # type: ignore[misc]  # montydb has no types
    """montydb's, with BSON's equality in the place of Python's."""

    def parser(self, spec: Any) -> Any:
        """It makes its table of operators, and parses with it at once."""
        self.field_ops |= {
            "$eq": _equal,
            "$ne": _unequal,
            "$in": _one_of,
            "$nin": _none_of,
            "$all": _all_of,
            "$elemMatch": has_element,
            "$mod": _remainder,
        }
        return super().parser(spec)

    def subparser(self, path: str, sub_spec: Any) -> Any:
        return super().subparser(path, {"$eq": {}} if sub_spec == {} else sub_spec)


def _is_expression(spec: Any) -> bool:
    return isinstance(spec, dict) and next(iter(spec), "").startswith("$")


def _has(walker: Any, wanted: Any) -> bool:
    """Whether the value at the walker's path is ``wanted``, or an array with it."""
    if wanted is None:
        return bool(walker.value.null_or_missing())
    if isinstance(wanted, Regex):
        pattern = wanted.try_compile()
        return any(
            is_equal(value, wanted) or (isinstance(value, str) and pattern.search(value) is not None)
            for value in walker.value
        )
    return any(is_equal(value, wanted) for value in walker.value)


def _equal(wanted: Any) -> Condition:
    return lambda walker: _has(walker, wanted)


def _unequal(wanted: Any) -> Condition:
    equal = _equal(wanted)
    return lambda walker: not equal(walker)


def _one_of(wanted: Any) -> Condition:
    values = _values("$in", wanted)
    return lambda walker: any(_has(walker, value) for value in values)


def _none_of(wanted: Any) -> Condition:
    values = _values("$nin", wanted)
    return lambda walker: not any(_has(walker, value) for value in values)


def _values(operator: str, wanted: Any) -> list[Any]:
    if not isinstance(wanted, list):
        raise QueryError(f"{operator} needs an array")
    if any(map(_is_expression, wanted)):
        raise QueryError(f"cannot nest $ under {operator}")
    return wanted


def _all_of(wanted: Any) -> Condition:
    if not isinstance(wanted, list):
        raise QueryError("$all needs an array")
    conditions = [has_element(one["$elemMatch"]) if _is_element(one) else _equal(one) for one in wanted]
    return lambda walker: bool(conditions) and all(condition(walker) for condition in conditions)


def _is_element(spec: Any) -> bool:
    return isinstance(spec, dict) and "$elemMatch" in spec


def has_element(spec: Any) -> Condition:
    """The condition that an element of the array at the walker's path matches ``spec``."""
    matches = element_condition(spec)
    return lambda walker: any(matches(element) for element in walker.value.iter_elements())


def element_condition(spec: Any) -> Callable[[Any], bool]:
    """Whether a value matches: a document its members' conditions, any value operators alone.

    :raises QueryError: ``spec`` is no document.
    """
    if not isinstance(spec, dict):
        raise QueryError("$elemMatch needs an Object")
    if _is_expression(spec) and next(iter(spec)) not in ("$and", "$or", "$nor"):
        of_value = _Filter({"element": spec})
        return lambda element: bool(of_value({"element": element}))
    of_document = _Filter(spec)
    return lambda element: isinstance(element, dict) and bool(of_document(element))


def _remainder(wanted: Any) -> Condition:
    if not isinstance(wanted, list) or len(wanted) != _PAIR or not all(map(is_number, wanted)):
        raise QueryError("malformed mod, needs to be an array of divisor and remainder")
    divisor, remainder = map(int, wanted)
    if divisor == 0:
        raise QueryError("divisor cannot be 0")
    return lambda walker: any(
        is_number(value) and math.isfinite(value) and math.fmod(int(value), divisor) == remainder
        for value in walker.value
    )
