"""Mustache as mustache.js 4.2 renders it, with which the CLI fills its templates [src].

The text is one line of JSON, so there are no lines of tags alone, whose white space would be left out; the values are
texts and tables of them.

MustacheError
    A tag or a section does not end.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Value: TypeAlias = "str | Mapping[str, Value]"
TAGS: Final = ("{{", "}}")
_KINDS: Final = "#^/>{&=!"


class MustacheError(MessageError):
    """A tag or a section does not end."""


@dataclass
class _Section:
    """What stands between two tags of a section; the whole text is one, of kind ``""``."""

    kind: str
    name: str
    parts: list[str | _Tag | _Section] = field(default_factory=list)


@dataclass(frozen=True)
class _Tag:
    """A value to fill in; of kind ``&`` it is not escaped."""

    kind: str
    name: str


def render(text: str, values: Mapping[str, Value]) -> str:
    """Fill the tags of a text. What is missing is left out.

    :raises MustacheError: a tag or a section does not end.
    """
    return _render(_parse(text).parts, [values])


def _parse(text: str) -> _Section:
    sections = [_Section("", "")]
    for part in _scan(text):
        if isinstance(part, _Tag) and part.kind in ("#", "^"):
            sections.append(_Section(part.kind, part.name))
            sections[-2].parts.append(sections[-1])
        elif isinstance(part, _Tag) and part.kind == "/":
            if len(sections) == 1 or sections.pop().name != part.name:
                raise MustacheError(
                    Message("{{{{/{name}}}}} ends no section", "{{{{/{name}}}}} 没有对应的开头", name=part.name)
                )
        else:
            sections[-1].parts.append(part)
    if len(sections) > 1:
        opened = f"{sections[-1].kind}{sections[-1].name}"
        raise MustacheError(
            Message("the section {{{{{opened}}}}} does not end", "段落 {{{{{opened}}}}} 没有结尾", opened=opened)
        )
    return sections[0]


def _scan(text: str) -> Iterator[str | _Tag]:
    """Yield the texts and the tags, comments and partials left out: the CLI has no partials."""
    tags, position = TAGS, 0
    while (start := text.find(tags[0], position)) >= 0:
        yield text[position:start]
        inner = re.compile(r"\s*").match(text, start + len(tags[0])).end()  # type: ignore[union-attr] # matches ""
        kind = text[inner : inner + 1] if text[inner : inner + 1] in tuple(_KINDS) else ""
        closing = {"{": "}" + tags[1], "=": "=" + tags[1]}.get(kind, tags[1])
        end = text.find(closing, inner + len(kind))
        if end < 0:
            raise MustacheError(
                Message("a tag that begins with {start} does not end", "以 {start} 开头的标签没有结尾", start=tags[0])
            )
        name = text[inner + len(kind) : end].strip()
        position = end + len(closing)
        if kind == "=":
            tags = _new_tags(name)
        elif kind not in ("!", ">"):
            yield _Tag({"": "name", "{": "&"}.get(kind, kind), name)
    yield text[position:]


def _new_tags(name: str) -> tuple[str, str]:
    match name.split():
        case [opening, closing]:
            return opening, closing
        case _:
            raise MustacheError(Message("other tags are two words", "自定义的标签应是两个词"))


def _render(parts: Sequence[str | _Tag | _Section], scopes: Sequence[Value]) -> str:
    return "".join(_render_part(part, scopes) for part in parts)


def _render_part(part: str | _Tag | _Section, scopes: Sequence[Value]) -> str:
    if isinstance(part, str):
        return part
    value = _find(part.name, scopes)
    if isinstance(part, _Section):
        is_set = value is not None and value != ""  # an empty table counts as set
        if part.kind == "^":
            return "" if is_set else _render(part.parts, scopes)
        return _render(part.parts, [*scopes, value]) if is_set and value is not None else ""
    if value is None or isinstance(value, str):
        return value or ""
    # The CLI escapes a table so that it can stand within a string of JSON.
    escaped = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace('"', '\\"')
    return escaped if part.kind == "name" else "[object Object]"


def _find(name: str, scopes: Sequence[Value]) -> Value | None:
    """The value of a name, from the innermost section outwards."""
    if name == ".":
        return scopes[-1]
    for scope in reversed(scopes):
        value: Value | None = scope
        for member in name.split("."):
            value = value.get(member) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    return None
