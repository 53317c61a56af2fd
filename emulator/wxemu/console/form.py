"""Reading the forms of the console's pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import request

from wxemu.core.http import body
from wxemu.core.http.body import BodyError
from wxemu.core.text import is_text

if TYPE_CHECKING:
    from collections.abc import Collection


def text(name: str, *, is_required: bool = False) -> str:
    """A field without the blanks around it, empty if it was left empty.

    :raises BodyError: nothing, though required; or what has no UTF-8 form.
    """
    value = request.form.get(name, "").strip()
    if not value and is_required:
        raise BodyError(f"{name}: expected some text, got nothing")
    if not is_text(value):
        raise BodyError(f"{name}: expected text, got half a surrogate pair in it")
    return value


def one_of(name: str, known: Collection[str]) -> str:
    """One of several words.

    :raises BodyError: another one.
    """
    return body.member(text(name), known)


def json_value(name: str) -> Any:
    """The value that a field spells in JSON, ``None`` if it was left empty.

    :raises BodyError: no JSON.
    """
    written = text(name)
    if not written:
        return None
    try:
        return json.loads(written, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise BodyError(f"{name}: expected JSON, got {written[:200]!r}") from None


def _no_number(constant: str) -> None:
    raise ValueError(constant)


def whole_number(name: str, *, most: int) -> int | None:
    """A whole number, ``None`` if the field was left empty.

    :raises BodyError: anything else, or one beyond ``most`` in either direction.
    """
    if not text(name):
        return None
    value = number(name)
    if value != int(value) or abs(value) > most:
        raise BodyError(f"{name}: expected a whole number up to {most}, got {text(name)!r}")
    return int(value)


def number(name: str) -> float:
    """A finite number.

    :raises BodyError: anything else.
    """
    value = text(name)
    try:
        found = float(value)
    except ValueError:
        raise BodyError(f"{name}: expected a number, got {value!r}") from None
    if not abs(found) < float("inf"):
        raise BodyError(f"{name}: expected a finite number, got {value!r}")
    return found
