"""The JSON object that a request carries, and its members one by one for protocols without a table of operations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from flask import request

from wxemu.core.http.inputs import NOTHING, SOMETHING_ELSE, InputError, expected_instead
from wxemu.core.messages import Message
from wxemu.core.text import describe_kind, is_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

MOST_LEVELS: Final = 500
"""Of JSON, as deep as our own recursion goes: from Python 3.12 on its parser goes deeper."""


def of_request() -> dict[str, Any]:
    """The JSON object that the present request carries, whatever it is labelled as.

    :raises InputError: no JSON in UTF-8, or no object.
    """
    return of_bytes(request.get_data(cache=True, parse_form_data=False))


def of_bytes(sent: bytes) -> dict[str, Any]:
    """The JSON object that these bytes spell; an empty one where there are none.

    :raises InputError: no JSON in UTF-8, or no object.
    """
    if not sent.strip():
        return {}
    try:
        text_sent = sent.decode()
        decoded = json.loads(text_sent, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise expected_instead("body", Message("JSON in UTF-8", "UTF-8 编码的 JSON"), SOMETHING_ELSE) from None
    if text_sent.count("[") + text_sent.count("{") > MOST_LEVELS and _is_deeper(decoded, MOST_LEVELS):
        raise InputError(
            Message(
                "body: expected {most} levels of JSON at most, got more",
                "body：JSON 最多只能嵌套 {most} 层",
                most=MOST_LEVELS,
            )
        )
    return json_object(decoded)


def _is_deeper(value: object, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _members(outer)]
        if not layer:
            return False
    return True


def _members(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _refuse_constant(constant: str) -> None:
    raise InputError(Message("body: {constant} is no JSON", "body：{constant} 不是 JSON", constant=constant))


def json_object(decoded: object, name: str = "body") -> dict[str, Any]:
    """The value as an object; null is an empty one.

    :raises InputError: any other JSON value.
    """
    if decoded is None:
        return {}
    if not isinstance(decoded, dict):
        raise expected_instead(name, Message("a JSON object", "JSON 对象"), describe_kind(decoded))
    return decoded


def text(body: Mapping[str, Any], name: str, *, is_required: bool = False) -> str | None:
    """A string member, or ``None`` without it.

    :raises InputError: another type; or missing though required.
    """
    value = body.get(name)
    if value is None and not is_required:
        return None
    if not isinstance(value, str):
        raise expected_instead(name, Message("a string", "字符串"), NOTHING if value is None else describe_kind(value))
    return value


def encodable_text(body: Mapping[str, Any], name: str, *, is_required: bool = False) -> str | None:
    """A string member that can be kept: one with a lone surrogate has no UTF-8 form.

    :raises InputError: as ``text``, and for such a string.
    """
    value = text(body, name, is_required=is_required)
    if value is not None and not is_text(value):
        raise expected_instead(name, Message("text", "文本"), Message("a lone surrogate in it", "其中有落单的代理项"))
    return value


def member(name: str, known: Collection[str]) -> str:
    """``name``, if it is one of the known.

    :raises InputError: it is not.
    """
    if name not in known:
        raise InputError(
            Message(
                "{name} is not known here; there are {known}",
                "这里没有 {name}；可用的有 {known}",
                name=repr(name),
                known=", ".join(known),
            )
        )
    return name
