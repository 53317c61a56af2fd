"""Reading the forms of the console's pages, with the reader of all our interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flask import request

from wxemu.core.http import body, inputs
from wxemu.core.http.inputs import Member, Takes
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Input = TypeVar("Input")


def read(kind: Callable[..., Input], **others: str | None) -> Input:
    """The fields as the input of an operation; one that was left empty, or is ``None``, is not given.

    :param others: fields that the page knows by itself.
    :raises InputError: not what the operation takes.
    """
    fields = {name: value.strip() for name, value in request.form.items()} | others
    return inputs.read_texts(kind, {name: value for name, value in fields.items() if value})


def text(name: str, *, is_required: bool = False) -> str:
    """A field without the whitespace around it, empty if it was left empty.

    :raises InputError: nothing, though required; or a lone surrogate in it.
    """
    value = request.form.get(name, "").strip()
    if not value and is_required:
        raise inputs.expected_instead(name, Message("some text", "文本"), inputs.NOTHING)
    return str(inputs.check(Member(name), value))


def one_of(name: str, known: Collection[str]) -> str:
    """One of several words.

    :raises InputError: another one.
    """
    return body.member(text(name), known)


def json_value(name: str) -> Any:
    """The value that a field spells in JSON, ``None`` if it was left empty.

    :raises InputError: no JSON.
    """
    written = text(name)
    return inputs.json_value(name, written) if written else None


def whole_number(name: str, *, most: int) -> int | None:
    """A whole number, ``None`` if the field was left empty.

    :raises InputError: anything else, or one beyond ``most`` in either direction.
    """
    takes = Takes(
        minimum=-most, maximum=most, expected=Message("a whole number up to {most}", "不超过 {most} 的整数", most=most)
    )
    return int(inputs.parse(Member(name, int, takes), written)) if (written := text(name)) else None


def number(name: str) -> float:
    """A finite number.

    :raises InputError: anything else.
    """
    return float(inputs.parse(Member(name, float), text(name)))
