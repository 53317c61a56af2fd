"""Programmed answers: a reply with placeholders out of the request, and one that is bytes.

In a text of a reply ``${touser}`` is the request's parameter ``touser``, and ``${data.thing1.value}`` a member inside
one; a text that is nothing else takes the value as it is, a number too. What the request does not have stays as it is.

A reply of exactly ``contentType`` and ``buffer`` is a picture or a file, its bytes in base64. These are the members
that wx-server-sdk gives a function for one.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wxemu.core.journal import json_object
from wxemu.core.messages import Message

_PLACEHOLDER: Final = re.compile(r"\$\{([^{}$]+)\}")
_STRING: Final = re.compile(r'("(?:[^"\\]|\\.)*")(:?)')
"""A string of JSON, and the colon after it if it is a member's name."""
_BYTES: Final = {"contentType", "buffer"}
_MISSING: Final = object()


@dataclass(frozen=True)
class Content:
    """An answer that is no JSON."""

    content_type: str
    data: bytes = field(repr=False)


def content_of(members: Mapping[str, Any]) -> Content | None:
    """The bytes that an answer is, or ``None`` if it is JSON.

    :raises ValueError: it looks like bytes, and its members are not what they should be; the text says what.
    """
    if not isinstance(members, Mapping) or members.keys() != _BYTES:
        return None
    content_type, buffer = members["contentType"], members["buffer"]
    if not (isinstance(content_type, str) and content_type and content_type.isascii() and content_type.isprintable()):
        raise ValueError(
            Message(
                "contentType: expected a type such as image/png, got {given}",
                "contentType：应为 image/png 之类的类型，得到的是 {given}",
                given=repr(content_type),
            )
        )
    try:
        return Content(content_type, base64.b64decode(buffer, validate=True))
    except (TypeError, ValueError, binascii.Error):
        raise ValueError(Message("buffer: expected the bytes in base64", "buffer：应为 base64 编码的字节")) from None


def reply_of(content_type: str, data: bytes) -> dict[str, str]:
    """The reply that is these bytes."""
    return {"contentType": content_type, "buffer": base64.b64encode(data).decode()}


def fill(reply: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a reply, which is JSON as ``json.dumps`` writes it, with the request's values in their places."""
    if "${" not in reply:
        return json_object(reply)
    try:
        return json_object(_STRING.sub(lambda found: _fill(found, parameters), reply))
    except RecursionError:  # of a value that is nested as deeply as JSON can just be read
        return json_object(reply)


def _fill(found: re.Match[str], parameters: Mapping[str, Any]) -> str:
    """A string of JSON, filled. Nothing is walked through, so a reply may be nested as deeply as JSON can be read."""
    text, is_name = json.loads(found[1]), found[2]
    whole = _PLACEHOLDER.fullmatch(text)
    if is_name or "${" not in text:
        return found[0]
    if whole is not None:
        value = _look_up(whole[1], parameters)
        return found[0] if value is _MISSING else json.dumps(value)
    return json.dumps(_PLACEHOLDER.sub(lambda place: _as_text(_look_up(place[1], parameters), place[0]), text))


def _look_up(path: str, parameters: Mapping[str, Any]) -> Any:
    value: Any = parameters
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return _MISSING
        value = value[name]
    return value if isinstance(value, (str, int, float, bool, list, dict)) or value is None else _MISSING


def _as_text(value: Any, otherwise: str) -> str:
    if value is _MISSING:
        return otherwise
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
