"""Text that can be kept, sent and shown.

JSON can spell a lone surrogate, UTF-8 has no form for it. A terminal obeys control characters instead of showing them:
what came from outside could forge lines with them, hide others, or write to the clipboard.
"""

from __future__ import annotations

import json
import re
from typing import Final

from wxemu.core.messages import Message

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_UNSEEN: Final = re.compile(
    # C0 but for tab and line feed, DEL and C1, marks and overrides of the direction, separators of lines
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


_COMPACT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SOMETHING_ELSE: Final = Message("something else", "别的内容")
_KINDS: Final = {
    str: Message("a string", "字符串"),
    bool: Message("true or false", "true 或 false"),
    int: Message("a number", "数字"),
    float: Message("a number", "数字"),
    type(None): Message("null", "null（空值）"),
    list: Message("an array", "数组"),
    dict: Message("an object", "对象"),
    bytes: Message("bytes", "字节"),
}


def describe_kind(value: object) -> Message:
    """The kind of a JSON value, in JSON's words; never the value, which may be a secret."""
    return _KINDS.get(type(value), _SOMETHING_ELSE)


def is_text(value: str) -> bool:
    """Whether the string has a UTF-8 form, without which nothing can be kept or looked up under it."""
    if value.isascii():  # known without looking at it
        return True
    try:
        value.encode()  # quicker than the pattern
    except UnicodeEncodeError:
        return False
    return True


def compact_json(value: object) -> str:
    """JSON without spaces, characters as they are but for lone surrogates."""
    return escape_lone_surrogates(_COMPACT.encode(value))


def escape_lone_surrogates(text: str) -> str:
    """JSON with its lone surrogates spelt as escapes, as ``JSON.stringify`` does; so it has a UTF-8 form."""
    return text if is_text(text) else _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def replace_lone_surrogates(text: str) -> str:
    """Text with U+FFFD in the place of its lone surrogates, as Node encodes a string."""
    return text if is_text(text) else _LONE_SURROGATE.sub("\ufffd", text)


def show_unseen(text: str) -> str:
    """Text for a terminal: what it would obey, or could not write, is spelt out; its lines stay."""
    return _UNSEEN.sub(lambda found: _spell(found[0]), text)


def show_in_line(text: str) -> str:
    """The same for a text that is a part of a line."""
    return show_unseen(text).replace("\n", r"\n")


def escape_unseen(text: str) -> str:
    """JSON for a terminal, which means the same."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _spell(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"  # noqa: PLR2004 - as Python writes them
