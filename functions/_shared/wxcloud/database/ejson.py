"""Canonical EJSON: how documents travel, so that dates, 64-bit integers and bytes arrive as what they were.

Source: MongoDB's Extended JSON v2, canonical form, as bson 4.7.2 in @cloudbase/database writes it [src].
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from wxcloud.errors import BadAnswer, InvalidParameter

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
INT32, INT64 = 2**31, 2**63
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class ServerDate:
    """The database's own time at which it writes, and `offset` milliseconds; made by `db.server_date`."""

    offset: int = 0


@dataclass(frozen=True)
class ObjectId:
    """MongoDB's id of 12 bytes, in hexadecimal; the platform's own `_id` are plain texts."""

    hex: str


@dataclass(frozen=True)
class RegExp:
    """A regular expression of the database; `options` are letters such as "i". Made by `db.reg_exp`."""

    pattern: str
    options: str = ""


def dumps(value: Any) -> str:
    """The text of a value. Raises InvalidParameter for what the database has no form for."""
    try:
        text = json.dumps(_encode(value), ensure_ascii=False, separators=(",", ":"))
        text.encode()
    except UnicodeEncodeError:
        raise InvalidParameter("a document must be Unicode text, got a lone surrogate in it") from None
    except RecursionError:
        raise InvalidParameter("a document must not be nested so deeply") from None
    return text


def loads(text: Any) -> Any:
    """The value of a text. Raises BadAnswer when it is no EJSON."""
    try:
        return json.loads(text, object_hook=_decode)
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError):
        raise BadAnswer("the database must answer with documents in EJSON") from None


def _encode(value: Any) -> Any:  # noqa: C901, PLR0911 - one answer a type
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return _encode_integer(value)
    if isinstance(value, float):
        return {"$numberDouble": _double_text(value)}
    if isinstance(value, dict):
        return {_member_name(name): _encode(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_encode(element) for element in value]
    if isinstance(value, datetime):
        return {"$date": {"$numberLong": str(_milliseconds(value))}}
    if isinstance(value, (bytes, bytearray)):
        return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": "00"}}
    if isinstance(value, ServerDate):
        return {"$tcb_server_date": {"offset": _encode_integer(value.offset)}}
    if isinstance(value, ObjectId):
        return {"$oid": value.hex}
    if isinstance(value, RegExp):
        return {"$regularExpression": {"pattern": value.pattern, "options": value.options}}
    raise InvalidParameter(f"the database has no form for a Python {type(value).__name__}")


def _member_name(name: Any) -> str:
    if not isinstance(name, str):
        raise InvalidParameter(f"the names of a document's members must be texts, got a {type(name).__name__}")
    return name


def _encode_integer(value: int) -> dict[str, str]:
    if -INT32 <= value < INT32:
        return {"$numberInt": str(int(value))}
    if -INT64 <= value < INT64:
        return {"$numberLong": str(int(value))}
    raise InvalidParameter("the database has no form for an integer beyond 64 bits")


def _double_text(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _milliseconds(value: datetime) -> int:
    """Unix time; a date without a time zone is taken for UTC, as the platform's clock is."""
    known = value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
    return (known - EPOCH) // _MILLISECOND


def _decode(members: dict[str, Any]) -> Any:
    if len(members) != 1:
        return members
    ((name, value),) = members.items()
    reader = _READERS.get(name)
    return members if reader is None else reader(value)


def _decode_date(value: Any) -> datetime:
    # The object inside is read first: {"$numberLong": "..."} has become an int. Relaxed EJSON has a text here.
    if isinstance(value, str):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    return EPOCH + int(value) * _MILLISECOND


_READERS: dict[str, Callable[[Any], Any]] = {
    "$numberInt": int,
    "$numberLong": int,
    "$numberDouble": float,
    "$date": _decode_date,
    "$oid": ObjectId,
    "$binary": lambda value: base64.b64decode(value["base64"], validate=True),
    "$regularExpression": lambda value: RegExp(value["pattern"], value["options"]),
}
