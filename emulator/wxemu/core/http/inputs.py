"""Checking what an operation is given: the one reader of JSON bodies, queries and the console's forms.

What is expected stands in the annotations of a TypedDict: ``str`` is text with a UTF-8 form, ``int`` a whole number,
``float`` any finite one, ``Literal`` some words, ``Any`` any JSON value; with ``| None``, null is as good as nothing.
``Takes`` says more.

InputError
    What cannot be taken; the text names the member, what was expected and what came.
"""

from __future__ import annotations

import functools
import json
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from wxemu.core.messages import Message, MessageError
from wxemu.core.text import describe_kind, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable

Input = TypeVar("Input")

MOST: Final = 1e15
"""Beyond which no number makes sense here; NaN and infinity lie beyond it as well."""
_DIGITS: Final = re.compile(r"-?[0-9]{1,15}")


class InputError(MessageError, ValueError):
    """A request of ours that cannot be taken."""


@dataclass(frozen=True)
class Takes:
    """What a member takes, beyond its type.

    :param words: what it is for, for readers of ``--help`` and of the OpenAPI document.
    :param above: a bound that is itself too small.
    :param expected: what a refusal says was expected, in the place of the bounds.
    :param has_surrogates: whether lone surrogates may be in it.
    :param schema: makes the JSON Schema, where it is more than the type and the bounds say.
    """

    words: str = ""
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    expected: Message | None = None
    has_surrogates: bool = False
    schema: Callable[[], Mapping[str, Any]] | None = None

    @property
    def bounds(self) -> Message:
        """The bounds for a reader."""
        limits = {"above": self.above, "least": self.minimum, "most": self.maximum}
        if self.above is not None:
            return Message("more than {above} and up to {most}", "大于 {above} 且不超过 {most}", **limits)
        if self.maximum is None:
            return Message("{least} or more", "不小于 {least}", **limits)
        return Message("{least} to {most}", "{least} 到 {most}", **limits)

    def is_within(self, value: float) -> bool:
        """Whether the bounds admit a number."""
        return (
            (self.minimum is None or value >= self.minimum)
            and (self.maximum is None or value <= self.maximum)
            and (self.above is None or value > self.above)
        )


AnyText = Annotated[str, Takes(has_surrogates=True)]
"""Text that may have lone surrogates: JSON can spell them, UTF-8 cannot."""


@dataclass(frozen=True)
class Member:
    """One member of an input.

    :param kind: its type, without what stands around it.
    :param is_nullable: whether null is as good as nothing.
    :param choices: the only words it takes, if it does not take any.
    """

    name: str
    kind: Any = str
    takes: Takes = Takes()
    is_required: bool = False
    is_nullable: bool = False
    choices: tuple[str, ...] = ()


def members(form: Callable[..., Any]) -> Mapping[str, Member]:
    """The members of a TypedDict by name."""
    return _members(typing.cast("Hashable", form))


@functools.cache
def _members(form: Any) -> Mapping[str, Member]:
    hints = typing.get_type_hints(form, include_extras=True)
    required: frozenset[str] = getattr(form, "__required_keys__", frozenset())
    return {name: _member(name, hint, is_required=name in required) for name, hint in hints.items()}


def _member(name: str, hint: Any, *, is_required: bool) -> Member:
    takes, is_nullable = Takes(), False
    while (origin := typing.get_origin(hint)) in _WRAPPERS:
        parts = typing.get_args(hint)
        if origin is Annotated:
            takes = next((part for part in parts[1:] if isinstance(part, Takes)), takes)
        is_nullable |= type(None) in parts
        is_required &= origin is not typing.NotRequired  # which __required_keys__ does not see in an annotation's text
        hint = parts[0]
    choices = typing.get_args(hint) if origin is Literal else ()
    kind = str if origin is Literal else origin or hint
    return Member(name, kind, takes, is_required, is_nullable, choices)


_WRAPPERS: Final = (Annotated, typing.Required, typing.NotRequired, types.UnionType, typing.Union)


def refuse_unknown(
    form: Callable[..., Any], given: Mapping[str, Any], *, what: Message, places: Collection[str] = ()
) -> None:
    """Refuse a JSON object with a member that ``form`` does not have.

    :param what: what the text calls the object.
    :param places: members of the form that stand in the path instead.
    :raises InputError: there is one.
    """
    known = [name for name in members(form) if name not in places]
    for name in given:
        if name not in known:
            raise InputError(
                Message(
                    "{name}: {what} has no such member; there are {known}",
                    "{name}：{what}没有这个字段；可用的有 {known}",
                    name=name,
                    what=what,
                    known=", ".join(known),
                )
            )


def read(form: Callable[..., Input], given: Mapping[str, Any]) -> Input:
    """The members of a JSON object that ``form`` has, each as its annotation says; what it does not have is left out.

    :raises InputError: a member is missing, or is not what is expected.
    """
    known = members(form)
    checked = {}
    for name, member in known.items():
        value = given.get(name)
        is_absent = name not in given or (value is None and member.is_nullable)
        if not is_absent:
            checked[name] = check(member, value)
        elif member.is_required:
            raise _unexpected(member, None)
    return typing.cast("Input", checked)


def read_texts(form: Callable[..., Input], given: Mapping[str, str]) -> Input:
    """The same for a query or a page's form, where every value is text.

    :raises InputError: as ``read``.
    """
    known = members(form)
    return read(form, {name: parse(known[name], text) for name, text in given.items() if name in known})


def parse(member: Member, text: str) -> Any:
    """The value that text spells for a member of this kind.

    :raises InputError: none that the member takes.
    """
    if member.kind is Any:
        return json_value(member.name, text)
    value: Any = {bool: _flag, int: _whole_number, float: _number}.get(member.kind, str)(text)
    if value is None or (member.kind in (int, float) and not member.takes.is_within(value)):
        expected = member.takes.expected or (_KINDS[member.kind] if value is None else member.takes.bounds)
        raise expected_instead(member.name, expected, repr(text))
    return value


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text)


def _whole_number(text: str) -> int | None:
    return int(text) if _DIGITS.fullmatch(text) else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if -MOST < number < MOST else None


def json_value(name: str, text: str) -> Any:
    """The value that text spells in JSON.

    :raises InputError: none.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise expected_instead(name, "JSON", repr(text[:200])) from None


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)


def check(member: Member, value: Any) -> Any:
    """The value, if the member takes it.

    :raises InputError: it does not.
    """
    name, takes = member.name, member.takes
    if not _is_of_kind(member.kind, value):
        raise _unexpected(member, value)
    if member.kind in (str, Mapping) and not takes.has_surrogates and not _is_text(value):
        surrogate = Message("a lone surrogate in it", "其中有落单的代理项")
        raise expected_instead(name, Message("text", "文本"), surrogate)
    if member.choices and value not in member.choices:
        choices = Message("one of {choices}", "{choices} 之一", choices=", ".join(member.choices))
        raise expected_instead(name, choices, repr(value))
    if member.kind in (int, float) and not takes.is_within(value):
        raise expected_instead(name, takes.expected or takes.bounds, repr(value))
    return float(value) if member.kind is float else value


def _is_of_kind(kind: Any, value: Any) -> bool:
    if kind is Any:
        return True
    if kind in (int, float):
        if isinstance(value, bool) or not isinstance(value, (int, kind)):
            return False
        return kind is int or -MOST < value < MOST
    if kind is list:
        return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
    return isinstance(value, dict if kind is Mapping else kind)


def _is_text(value: Any) -> bool:
    return is_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


NOTHING: Final = Message("nothing", "空值")
SOMETHING_ELSE: Final = Message("something else", "别的内容")
_KINDS: Final = {
    str: Message("a string", "字符串"),
    bool: Message("true or false", "true 或 false"),
    float: Message("a number", "数字"),
    int: Message("a whole number", "整数"),
    list: Message("a list of strings", "字符串的列表"),
    Mapping: Message("a JSON object", "JSON 对象"),
    Any: Message("a JSON value", "JSON 值"),
}


def _unexpected(member: Member, value: Any) -> InputError:
    got = describe_kind(value) if member.kind in (str, Mapping) else repr(value)  # of other kinds, the value is short
    return expected_instead(member.name, _KINDS[member.kind], NOTHING if value is None else got)


def expected_instead(name: str, expected: Message | str, got: Message | str) -> InputError:
    """The error of a member that is not what it should be."""
    return InputError(
        Message(
            "{name}: expected {expected}, got {got}",
            "{name}：应为 {expected}，得到的是 {got}",
            name=name,
            expected=expected,
            got=got,
        )
    )
