"""What an update makes of a document."""

from __future__ import annotations

from copy import deepcopy
from datetime import datetime  # noqa: TC003 - mypy --strict reads it in a signature
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database.engine import (
    EachAdder,
    EachPusher,
    FieldTree,
    FieldWalker,
    FieldWriteError,
    Updator,
    is_conflict,
    refusals,
    refuse_dollar_names,
)
from wxemu.cloudbase.database.errors import InvalidOperatorError, WriteError
from wxemu.cloudbase.database.query import element_condition, refuse_not_emulated
from wxemu.cloudbase.database.values import Int64, Regex, has_bits, is_equal, is_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Change = Callable[[Any], Any]

MOST_ELEMENTS: Final = 1_500_000
"""Up to which element MongoDB fills an array with null."""
_ABSENT: Final = object()


def check_storable(document: Mapping[str, Any]) -> None:
    """:raises WriteError: a document has a name that MongoDB does not store, or an _id that it does not take."""
    with refusals(WriteError):
        refuse_dollar_names(document, dict, "")
    if isinstance(document.get("_id"), list | Regex):
        kind = "array" if isinstance(document["_id"], list) else "regex"
        raise WriteError(f"The '_id' value cannot be of type {kind}")


def apply(
    document: dict[str, Any], spec: Mapping[str, Any], *, now: datetime, walker: Any = None, is_insert: bool = False
) -> dict[str, Any]:
    """The document after an update by operators; ``document`` itself stays as it is.

    :param spec: MongoDB's update document.
    :param now: what ``$currentDate`` sets.
    :param walker: of the query that matched the document, which knows what ``$`` stands for in a path.
    :param is_insert: whether ``$setOnInsert`` counts.
    :raises InvalidOperatorError: an operator that is not there.
    :raises WriteError: it cannot be done to this document.
    """
    if not spec:
        raise WriteError("update document must have at least one element")
    if not all(name.startswith("$") for name in spec):
        raise WriteError("update document must contain key beginning with '$'")
    refuse_not_emulated(spec)
    _check_indexes(spec)
    with refusals(WriteError):
        ours = _Walker(deepcopy(document))
        if walker is not None:
            ours.matched = dict(walker.matched)
        _Updator(_with_present_dates(spec, now))(ours, do_insert=is_insert)
    changed: dict[str, Any] = ours.doc
    if "_id" in document and not is_equal(changed.get("_id", _ABSENT), document["_id"]):
        raise WriteError("Performing an update on the path '_id' would modify the immutable field '_id'")
    return changed


def _check_indexes(spec: Mapping[str, Any]) -> None:
    """:raises WriteError: a path would fill an array with more nulls than MongoDB does."""
    for members in spec.values():
        for path in members if isinstance(members, dict) else ():
            indexes = (step for step in path.split(".") if step.isdecimal())
            if any(len(index) > len(str(MOST_ELEMENTS)) or int(index) > MOST_ELEMENTS for index in indexes):
                raise WriteError(f"can't backfill more than {MOST_ELEMENTS} elements")


def _with_present_dates(spec: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """``$currentDate`` as ``$set``: the emulator has a clock of its own."""
    rest = {name: members for name, members in spec.items() if name != "$currentDate"}
    dates = spec.get("$currentDate")
    if dates is None:
        return rest
    if not isinstance(dates, dict) or any(asked is not True and asked != {"$type": "date"} for asked in dates.values()):
        raise InvalidOperatorError("$currentDate: only true and {$type: 'date'} are emulated")
    return rest | {"$set": {**rest.get("$set", {}), **dict.fromkeys(dates, now)}}


class _Tree(FieldTree):  # type: ignore[misc]  # montydb has no types
    """montydb's, but that ``true`` in the place of 1 is a change, and a double in the place of an integer."""

    def stage(self, value: Any, evaluator: Any = None) -> None:
        for node in [node for node in self.picked if node in self.previous]:
            for changed in self.changes:
                if is_conflict(node.full_path, changed):
                    raise FieldWriteError(
                        f"Updating the path {node.full_path!r} would create a conflict at {changed!r}", code=40
                    )
            new_value = value if evaluator is None else evaluator(node, value)
            if node.exists and type(node.value) is type(new_value) and is_equal(node.value, new_value):
                continue
            refuse_dollar_names(new_value, self.map_cls, node.full_path)
            node.value = new_value
            self.changes.append(node.full_path)


class _Walker(FieldWalker):  # type: ignore[misc]  # as above
    """montydb's, over such a tree."""

    def __init__(self, document: dict[str, Any]) -> None:
        super().__init__(document, dict)
        self.tree = _Tree(document, dict)


class _Updator(Updator):  # type: ignore[misc]  # as above
    """montydb's grammar, with operators that count as BSON counts."""

    def parser(self, spec: Any) -> Any:
        """It makes its table of operators, and parses with it at once."""
        self.update_ops |= {
            "$inc": _arithmetic("$inc", "increment", lambda held, by: held + by),
            "$mul": _arithmetic("$mul", "multiply", lambda held, by: held * by),
            "$bit": _operator(_bits),
            "$addToSet": _operator(_with_members),
            "$push": _operator(_with_elements),
            "$pop": _operator(_without_an_end, is_for_existing=True),
            "$pull": _operator(_without_matching, is_for_existing=True),
            "$pullAll": _operator(_without_values, is_for_existing=True),
            "$unset": _operator(None, is_for_existing=True),
        }
        return super().parser(spec)


def _operator(change: Callable[[str, Any], Change] | None, *, is_for_existing: bool = False) -> Any:
    """An operator of montydb's, from what makes a new value of the one that a path has.

    :param change: of the path and the operand; it gets ``_ABSENT`` for no value. ``None`` takes the member away.
    :param is_for_existing: it does nothing where there is no value.
    """

    def parse(path: str, operand: Any, filters: Any) -> Any:
        new_value = None if change is None else change(path, operand)

        def run(walker: Any) -> None:
            # A path with "$" is only known once it is walked to be written.
            if is_for_existing and "$" not in path and not FieldWalker(walker.doc).go(path).get().value.is_exists():
                return
            walker.go(path)
            if new_value is None:
                walker.drop(filters)
            else:
                walker.set(None, lambda node, _: new_value(node.value if node.exists else _ABSENT), filters)

        return run

    return parse


def _arithmetic(operator: str, verb: str, calculate: Callable[[Any, Any], Any]) -> Any:
    def change(path: str, operand: Any) -> Change:
        if not is_number(operand):
            raise WriteError(f"Cannot {verb} with non-numeric argument: {{{path}: {operand!r}}}")

        def new_value(held: Any) -> Any:
            if held is _ABSENT:
                return operand if operator == "$inc" else type(operand)(0)
            if not is_number(held):
                raise WriteError(
                    f"Cannot apply {operator} to a value of non-numeric type. "
                    f"The document has the field '{path}' of non-numeric type {_type_name(held)}"
                )
            result = calculate(held, operand)
            return result if isinstance(result, float) else _integer(result, held, operand, operator)

        return new_value

    return _operator(change)


def _integer(result: int, held: int, operand: int, operator: str) -> int:
    """As wide as the wider of two integers, and wider if need be."""
    if not has_bits(result, 64):
        raise WriteError(f"Failed to apply {operator} operations to current value ((NumberLong){held})")
    is_long = isinstance(held, Int64) or isinstance(operand, Int64) or not has_bits(result, 32)
    return Int64(result) if is_long else int(result)


def _bits(path: str, operand: Any) -> Change:
    operations = {"and": int.__and__, "or": int.__or__, "xor": int.__xor__}
    if not isinstance(operand, dict) or not operand or not operand.keys() <= operations.keys():
        raise WriteError(f"The $bit modifier only supports 'and', 'or', and 'xor', not {path}: {operand!r}")
    if not all(isinstance(one, int) and is_number(one) for one in operand.values()):
        raise WriteError("The $bit modifier field must be an Integer(32/64 bit)")

    def new_value(held: Any) -> Any:
        if held is not _ABSENT and not (isinstance(held, int) and is_number(held)):
            raise WriteError(f"Cannot apply $bit to a value of non-integral type: {_type_name(held)}")
        result: Any = 0 if held is _ABSENT else held
        for name, one in operand.items():
            result = _integer(operations[name](int(result), int(one)), result, one, "$bit")
        return result

    return new_value


def _array(path: str, held: Any, operator: str) -> list[Any]:
    if held is _ABSENT:
        return []
    if not isinstance(held, list):
        raise WriteError(f"The field '{path}' must be an array but is of type {_type_name(held)}: {operator}")
    return held


def _with_members(path: str, operand: Any) -> Change:
    each = EachAdder(operand).mods["$each"] if isinstance(operand, dict) and "$each" in operand else [operand]

    def new_value(held: Any) -> list[Any]:
        array = list(_array(path, held, "$addToSet"))
        for one in each:
            if not any(is_equal(member, one) for member in array):
                array.append(one)
        return array

    return new_value


def _with_elements(path: str, operand: Any) -> Change:
    push = EachPusher(operand if isinstance(operand, dict) and "$each" in operand else {"$each": [operand]})
    kept = push.mods["$slice"]
    push.mods["$slice"] = None  # it would cut before it sorts

    def new_value(held: Any) -> list[Any]:
        array: list[Any] = push(_array(path, held, "$push"))
        if kept is None:
            return array
        return array[:kept] if kept >= 0 else array[kept:]

    return new_value


def _without_an_end(path: str, operand: Any) -> Change:
    if not is_number(operand) or operand not in (1, -1):
        raise WriteError(f"$pop expects 1 or -1, found: {operand!r}")
    part = slice(None, -1) if operand == 1 else slice(1, None)
    return lambda held: _array(path, held, "$pop")[part]


def _without_matching(path: str, operand: Any) -> Change:
    is_pulled: Callable[[Any], bool]
    if isinstance(operand, Regex):
        is_pulled = element_condition({"$in": [operand]})
    elif isinstance(operand, dict):
        is_pulled = element_condition(operand)
    else:
        is_pulled = lambda element: is_equal(element, operand)  # noqa: E731 - the third of three
    return lambda held: [element for element in _array(path, held, "$pull") if not is_pulled(element)]


def _without_values(path: str, operand: Any) -> Change:
    if not isinstance(operand, list):
        raise WriteError(f"$pullAll requires an array argument but was given a {_type_name(operand)}")
    return lambda held: [
        element for element in _array(path, held, "$pullAll") if not any(is_equal(element, one) for one in operand)
    ]


def _type_name(value: Any) -> str:
    names = {bool: "bool", int: "int", Int64: "long", float: "double", str: "string", dict: "object", list: "array"}
    return "null" if value is None else names.get(type(value), type(value).__name__)
