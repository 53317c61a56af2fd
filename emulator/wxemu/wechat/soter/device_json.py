"""JSON as phones write it, and as a server may dare to read it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _integer(digits: str) -> int:
    # No integer here needs more digits, and Python refuses to read more than 4,300.
    return int(digits[:19])


_DECODER: Final = json.JSONDecoder(parse_int=_integer)


def write(members: Mapping[str, object]) -> str:
    r"""Compact JSON in the order given, characters as they are, slashes as ``\/`` [field].

    Lone surrogates are escaped, as ``JSON.stringify`` does, so that the text can always be signed [inferred].
    """
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":")).replace("/", r"\/")
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read(text: str) -> dict[str, Any] | None:
    """The members of a JSON object; ``None`` for any other text, however deep or strange. Never raises.

    Integers beyond 18 digits come back shortened: still far larger than any value that means something.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
