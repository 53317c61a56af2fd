"""Text that can be kept and sent. JSON can spell a lone surrogate, UTF-8 has no form for it."""

from __future__ import annotations

import re
from typing import Final

_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def is_text(value: str) -> bool:
    """Whether the string has a UTF-8 form, without which nothing can be kept or looked up under it."""
    try:
        value.encode()  # quicker than the pattern
    except UnicodeEncodeError:
        return False
    return True


def escape_lone_surrogates(json: str) -> str:
    """JSON with its lone surrogates spelt as escapes, as ``JSON.stringify`` does; so it has a UTF-8 form."""
    return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", json)


def replace_lone_surrogates(text: str) -> str:
    """Text with U+FFFD in the place of its lone surrogates, as Node encodes a string."""
    return _LONE_SURROGATE.sub("\ufffd", text)
