"""Reading the JSON bodies of our own interfaces (the phone and the control plane).

BodyError
    A body that cannot be taken; the text names the member, what was expected and what came.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flask import request

from wxemu.core.text import is_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_LARGEST: Final = 1e15
"""Seconds beyond which no clock here makes sense; NaN and infinity lie beyond it as well."""


class BodyError(ValueError):
    """A request of ours that cannot be taken."""


def of_request() -> dict[str, Any]:
    """The JSON object that the present request carries, whatever it is labelled as.

    :raises BodyError: no JSON in UTF-8, or no object.
    """
    sent = request.get_data(cache=True, parse_form_data=False)
    if not sent.strip():
        return {}
    try:
        return json_object(json.loads(sent.decode(), parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        if isinstance(error, BodyError):
            raise
        raise BodyError("body: expected JSON in UTF-8, got something else") from None


def _no_number(constant: str) -> None:
    raise BodyError(f"body: {constant} is no JSON")


def json_object(decoded: object) -> dict[str, Any]:
    """The body as an object; no body at all is an empty one.

    :raises BodyError: any other JSON value.
    """
    if decoded is None:
        return {}
    if not isinstance(decoded, dict):
        raise BodyError(f"body: expected a JSON object, got {type(decoded).__name__}")
    return decoded


def text(body: Mapping[str, Any], name: str, *, is_required: bool = False) -> str | None:
    """A string member, or ``None`` without it.

    :raises BodyError: another type; or missing though required.
    """
    value = body.get(name)
    if value is None and not is_required:
        return None
    if not isinstance(value, str):
        raise BodyError(f"{name}: expected a string, got {'nothing' if value is None else type(value).__name__}")
    return value


def encodable_text(body: Mapping[str, Any], name: str, *, is_required: bool = False) -> str | None:
    """A string member that can be kept: one with half a surrogate pair has no UTF-8 form.

    :raises BodyError: as ``text``, and for such a string.
    """
    value = text(body, name, is_required=is_required)
    if value is not None and not is_text(value):
        raise BodyError(f"{name}: expected text, got half a surrogate pair in it")
    return value


def boolean(body: Mapping[str, Any], name: str) -> bool:
    """A boolean member, false without it.

    :raises BodyError: another type.
    """
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise BodyError(f"{name}: expected true or false, got {value!r}")
    return value


def number(body: Mapping[str, Any], name: str, *, default: float | None = None) -> float:
    """A finite number.

    :raises BodyError: another type, or missing without a default.
    """
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -_LARGEST < value < _LARGEST:
        raise BodyError(f"{name}: expected a number, got {'nothing' if value is None else repr(value)}")
    return float(value)


def whole_number(body: Mapping[str, Any], name: str, *, default: int) -> int:
    """An integer.

    :raises BodyError: another type.
    """
    value = body.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BodyError(f"{name}: expected a whole number, got {value!r}")
    return value


def strings(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of strings, empty without it.

    :raises BodyError: anything else.
    """
    value = body.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise BodyError(f"{name}: expected a list of strings, got {value!r}")
    return tuple(value)


def member(name: str, known: Collection[str]) -> str:
    """``name``, if it is one of the known.

    :raises BodyError: it is not.
    """
    if name not in known:
        raise BodyError(f"{name!r} is not known here; there are {', '.join(known)}")
    return name
