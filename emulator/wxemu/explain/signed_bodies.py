"""What may have been signed in the place of a body: the same JSON spelt otherwise, or something near to it."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, unquote_plus

from wxemu.core.messages import Message
from wxemu.explain.case import comes_out_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    Signed = tuple[bytes, dict[str, Message]]  # a message, and what is wrong with it

NOT_SIGNED: Final = "body_not_signed"
ENCODED_AGAIN: Final = "body_encoded_again"
UNICODE_ESCAPED: Final = "body_unicode_escaped"
OTHER_MEMBERS: Final = "body_other_members"
QUOTES_LOST: Final = "body_quotes_lost"
AS_FORM: Final = "body_sent_as_form"
_OF_NOTHING: Final = Message(
    "with an empty string as the message, the signature comes out", "以空字符串为消息可得到该签名"
)
WAYS: Final = (NOT_SIGNED, ENCODED_AGAIN, UNICODE_ESCAPED, OTHER_MEMBERS, QUOTES_LOST, AS_FORM)
_OF_THE_QUERY: Final = ("access_token", "appid", "openid", "signature", "sig_method")
_SEPARATORS: Final = ((",", ":"), (", ", ": "), (",", ": "))
_INDENTS: Final = (None, 2, 4, "\t")
_ENCODINGS: Final = ("gbk", "latin-1", "utf-16-le")
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_WORD: Final = re.compile(r"[^\[\]{}:,\s]+")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?|true|false|null")
_BRACKETS: Final = re.compile(r"\[([^\[\]]*)\]")


def messages(body: str) -> Iterator[Signed]:
    """The body, as it should be, and what else may have been signed for it; each with what is wrong then."""
    yield body.encode(errors="replace"), {}
    yield b"", {NOT_SIGNED: _OF_NOTHING}
    for text in (f"{body}\n", f"{body}\r\n", body.strip(), f"\ufeff{body}", json.dumps(body)):
        yield _signed(text, ENCODED_AGAIN)
    for encoding in _ENCODINGS:
        yield body.encode(encoding, errors="replace"), {ENCODED_AGAIN: _in_encoding(encoding)}
    try:
        yield from _of_json(body, json.loads(body))
    except (ValueError, RecursionError):
        yield from _of_form(body)
        yield from _of_lost_quotes(body)


def _signed(text: str, name: str) -> Signed:
    return text.encode(errors="replace"), {name: comes_out_of(text)}


def _in_encoding(encoding: str) -> Message:
    return Message(
        "with the body in {encoding} it comes out", "以 {encoding} 编码的请求体可得到该签名", encoding=encoding
    )


def _of_json(body: str, value: Any) -> Iterator[Signed]:
    for text in _spellings(value):
        mistakes = {}
        if text.isascii() != body.isascii():
            mistakes.update(_signed(text, UNICODE_ESCAPED)[1])
        if not mistakes or _unescape(text) != _unescape(body):
            mistakes.update(_signed(text, ENCODED_AGAIN)[1])
        yield text.encode(errors="replace"), mistakes
    if isinstance(value, str):
        yield _signed(value, ENCODED_AGAIN)
    for near in _near(value):
        for text in _spellings(near):
            yield _signed(text, OTHER_MEMBERS)


def _near(value: Any) -> Iterator[Any]:
    """The values that people sign for this one: without what is in the query too, its list alone, its list as text."""
    if not isinstance(value, dict):
        return
    kept = {name: member for name, member in value.items() if name not in _OF_THE_QUERY}
    if kept != value:
        yield kept
    for name, member in kept.items():
        if isinstance(member, list):
            yield member
            yield {**kept, name: json.dumps(member, ensure_ascii=False, separators=(",", ":"))}
        elif isinstance(member, str):
            try:
                yield {**kept, name: json.loads(member)}
            except (ValueError, RecursionError):
                continue


def _of_form(body: str) -> Iterator[Signed]:
    text = unquote_plus(body)
    yield _signed(text.removesuffix("="), AS_FORM)  # a JSON text as the name of a member without a value
    pairs = parse_qsl(body, keep_blank_values=True)
    for value in (dict(pairs), {name: _json_or_text(member) for name, member in pairs}, _nested(pairs)):
        for spelling in _spellings(value):
            yield _signed(spelling, AS_FORM)


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _nested(pairs: list[tuple[str, str]]) -> Any:
    """The value that PHP and its like write as ``kv_list[0][key]=score``."""
    tree: dict[str, Any] = {}
    for name, text in pairs:
        steps = [name.partition("[")[0], *_BRACKETS.findall(name)]
        place = tree
        for step in steps[:-1]:
            inner = place.setdefault(step, {})
            if not isinstance(inner, dict):
                return None
            place = inner
        place[steps[-1]] = text
    return _with_lists(tree)


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(member) for name, member in value.items()}
    is_list = bool(inner) and list(inner) == [str(number) for number in range(len(inner))]
    return list(inner.values()) if is_list else inner


def _of_lost_quotes(body: str) -> Iterator[Signed]:
    """A shell has eaten the quotes: ``curl -d "{"key":["gold"]}"``."""
    yield _signed(_WORD.sub(r'"\g<0>"', body), QUOTES_LOST)
    yield _signed(_WORD.sub(lambda word: word[0] if _NUMBER.fullmatch(word[0]) else f'"{word[0]}"', body), QUOTES_LOST)


def _spellings(value: Any) -> Iterator[str]:
    """The usual ways to write a value as JSON, each once."""
    seen = set()
    for separators, indent, is_ascii, is_sorted in product(_SEPARATORS, _INDENTS, (False, True), (False, True)):
        try:
            text = json.dumps(value, separators=separators, indent=indent, ensure_ascii=is_ascii, sort_keys=is_sorted)
        except RecursionError:
            return
        for spelt in (text, text.replace("/", r"\/"), _with_large_digits(text), _without_markup(text)):
            if spelt not in seen:
                seen.add(spelt)
                yield spelt


def _with_large_digits(text: str) -> str:
    return _ESCAPE.sub(lambda escape: rf"\u{escape[1].upper()}", text)


def _without_markup(text: str) -> str:
    """As Go writes it."""
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _unescape(text: str) -> str:
    """The text with its characters instead of their escapes, to compare it."""
    units = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
