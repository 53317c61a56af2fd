"""MongoDB's Extended JSON v2, as CloudBase's SDKs write and read it: canonical, with one type of Tencent's own.

Source: bson 4.7.2 ``EJSON.stringify(value, {relaxed: false})``, and what @cloudbase/database 1.4 makes of it [src].
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase.database.errors import InvalidValueError
from wxemu.cloudbase.database.values import Binary, Int64, ObjectId, Regex, has_bits, is_number
from wxemu.core.text import describe_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_LEVELS: Final = 100
"""Levels of a document, as in MongoDB."""
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - dates are kept without a zone
_MILLISECOND: Final = timedelta(milliseconds=1)
_NOT_EMULATED: Final = frozenset(
    ["$numberDecimal", "$timestamp", "$minKey", "$maxKey", "$code", "$symbol", "$undefined", "$dbPointer", "$uuid"]
)
_DOUBLES: Final = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}
_OBJECT_ID: Final = re.compile(r"[0-9a-fA-F]{24}")
_INTEGER: Final = re.compile(r"-?[0-9]{1,20}")


def parse(name: str, text: object, *, now: float) -> Any:
    """The value that a text of EJSON holds, canonical or relaxed.

    :param name: the request's member, for the refusal.
    :param now: Unix seconds: what ``db.serverDate()`` stands for.
    :raises InvalidValueError: it is none; it has half a surrogate pair, a type that is not emulated, too many levels.
    """
    if not isinstance(text, str):
        raise InvalidValueError(f"{name}: expected EJSON in a string, got {describe_kind(text)}")
    try:
        return from_json(name, json.loads(text, parse_constant=_refuse_constant), now=now)
    except (ValueError, RecursionError):
        raise InvalidValueError(f"{name}: expected EJSON, got something else") from None


def from_json(name: str, value: object, *, now: float) -> Any:
    """The same for EJSON that is decoded from JSON already, as tcb-admin-node sends it."""
    try:
        return _Reader(now).value(value, MOST_LEVELS)
    except InvalidValueError as error:
        raise InvalidValueError(f"{name}: {error.message}") from None


def _refuse_constant(_: str) -> float:
    raise ValueError


class _Reader:
    """Reads one text; ``now`` as above."""

    def __init__(self, now: float) -> None:
        self._now = now

    def value(self, given: Any, levels: int) -> Any:
        if levels < 0:
            raise InvalidValueError(f"expected at most {MOST_LEVELS} levels")
        if isinstance(given, dict):
            read = self._wrapped(given)
            if read is not None:
                return read
            return {_text(name): self.value(held, levels - 1) for name, held in given.items()}
        if isinstance(given, list):
            return [self.value(held, levels - 1) for held in given]
        if isinstance(given, str):
            return _text(given)
        if isinstance(given, int) and not isinstance(given, bool):
            return _relaxed_integer(given)
        return given

    def _wrapped(self, given: Mapping[str, Any]) -> Any:
        """What ``{"$type": ...}`` stands for; ``None`` where it is a document, or an operator."""
        name = next(iter(given), "")
        if name in _NOT_EMULATED and len(given) == 1:
            raise InvalidValueError(f"{name} is a type that is not emulated")
        if name not in _TYPES or len(given) != 1:
            return None
        try:
            return self._date(given[name]) if name in ("$date", "$tcb_server_date") else _TYPES[name](given[name])
        except InvalidValueError:
            raise
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError, binascii.Error):
            raise InvalidValueError(f"{name}: {json.dumps(given[name])[:100]} is not its form") from None

    def _date(self, given: Any) -> datetime:
        """A moment; ``{"offset": milliseconds}`` is one from now."""
        if isinstance(given, dict) and "$numberLong" not in given:
            offset = self.value(given.get("offset", 0), 1)
            return date(round(self._now * 1000) + int(offset))
        if isinstance(given, str):
            moment = datetime.fromisoformat(given)
            return date(round(moment.timestamp() * 1000) if moment.tzinfo else (moment - _EPOCH) // _MILLISECOND)
        return date(_int64(given["$numberLong"]) if isinstance(given, dict) else int(given))


def date(milliseconds: int) -> datetime:
    """The moment that many milliseconds after 1970.

    :raises InvalidValueError: it is before the year 1 or after 9999, which BSON could hold.
    """
    try:
        return _EPOCH + milliseconds * _MILLISECOND
    except OverflowError:
        raise InvalidValueError("$date: expected one of the years 1 to 9999") from None


def _text(given: str) -> str:
    try:
        given.encode()
    except UnicodeEncodeError:
        raise InvalidValueError("a text has half a surrogate pair, which UTF-8 cannot hold") from None
    return given


def _relaxed_integer(given: int) -> int | float:
    if has_bits(given, 32):
        return given
    return Int64(given) if has_bits(given, 64) else float(given)


def _int32(given: str) -> int:
    number = int(_matching(_INTEGER, given))
    if not has_bits(number, 32):
        raise ValueError(number)
    return number


def _int64(given: str) -> Int64:
    number = int(_matching(_INTEGER, given))
    if not has_bits(number, 64):
        raise ValueError(number)
    return Int64(number)


def _double(given: str) -> float:
    return _DOUBLES[given] if given in _DOUBLES else _finite(float(given))


def _finite(number: float) -> float:
    if not math.isfinite(number):  # "nan", "1e999": Python's forms, not EJSON's
        raise ValueError(number)
    return number


def _matching(form: re.Pattern[str], given: str) -> str:
    if form.fullmatch(given) is None:
        raise ValueError(given)
    return given


def _binary(given: Mapping[str, str]) -> Binary:
    subtype = int(given["subType"], 16)
    return Binary(base64.b64decode(given["base64"], validate=True), f"{subtype:02x}")


def _regex(given: Mapping[str, str]) -> Regex:
    return Regex(_text(given["pattern"]), _text("".join(sorted(given["options"]))))


_TYPES: Final[dict[str, Callable[[Any], Any]]] = {
    "$numberInt": _int32,
    "$numberLong": _int64,
    "$numberDouble": _double,
    "$oid": lambda given: ObjectId(_matching(_OBJECT_ID, given).lower()),
    "$binary": _binary,
    "$regularExpression": _regex,
    "$date": date,
    "$tcb_server_date": date,
}


def dump(value: Any) -> str:
    """A value as canonical EJSON, members in their order, no blanks."""
    return json.dumps(as_json(value), ensure_ascii=False, separators=(",", ":"))


def key(value: Any) -> str:
    """An _id as text: the same for values that are equal."""
    is_whole = is_number(value) and math.isfinite(value) and int(value) == value
    return dump(int(value) if is_whole and has_bits(int(value), 64) else value)


def as_json(value: Any) -> Any:
    """A value as canonical EJSON before it becomes text."""
    return _written(value, _canonical)


def as_plain(value: Any) -> Any:
    """A value as tcb-admin-node reads it: numbers as JSON has them, a date by its milliseconds [src].

    What JSON and JavaScript have no form for stays EJSON [inferred].
    """
    return _written(value, _plain)


def as_relaxed(value: Any) -> Any:
    """A value as a person reads it, which ``from_json`` reads as the same."""
    return _written(value, _relaxed)


def _written(value: Any, write: Callable[[Any], Any]) -> Any:
    """A value whose scalars ``write`` has written."""
    if isinstance(value, dict):
        return {name: _written(held, write) for name, held in value.items()}
    if isinstance(value, list):
        return [_written(held, write) for held in value]
    return write(value)


def _canonical(value: Any) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        is_short = has_bits(value, 32) and not isinstance(value, Int64)
        return {"$numberInt" if is_short else "$numberLong": str(int(value))}
    return _wrapped(value)


def _wrapped(value: Any) -> dict[str, Any]:
    if isinstance(value, float):
        names = {number: name for name, number in _DOUBLES.items()}
        return {"$numberDouble": repr(value) if math.isfinite(value) else names.get(value, "NaN")}
    if isinstance(value, datetime):
        return {"$date": {"$numberLong": str((value - _EPOCH) // _MILLISECOND)}}
    if isinstance(value, Binary):
        return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": value.subtype}}
    if isinstance(value, ObjectId):
        return {"$oid": value.digits}
    if isinstance(value, Regex):
        return {"$regularExpression": {"pattern": value.pattern, "options": value.options}}
    raise TypeError(type(value).__name__)


def _plain(value: Any) -> Any:
    if is_number(value) and math.isfinite(value):
        return value
    if isinstance(value, datetime):
        return {"$date": (value - _EPOCH) // _MILLISECOND}
    return _canonical(value)


def _relaxed(value: Any) -> Any:
    if is_number(value) and math.isfinite(value) and not (isinstance(value, Int64) and has_bits(value, 32)):
        return value
    if isinstance(value, datetime):
        return {"$date": f"{value.isoformat(timespec='milliseconds')}Z"}
    return _canonical(value)
