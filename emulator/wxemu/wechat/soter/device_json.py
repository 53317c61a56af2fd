"""JSON as phones write it, and a reader that is safe for any text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.text import escape_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Mapping


def _integer(digits: str) -> int:
    # No integer of ours has more digits, and Python raises on more than 4,300.
    return int(digits[:19])


_DECODER: Final = json.JSONDecoder(parse_int=_integer)


def write(members: Mapping[str, object]) -> str:
    r"""Write compact JSON in the order of ``members``, with no escapes but ``\/`` for slashes [field].

    Lone surrogates are escaped too, as by ``JSON.stringify``, so that the text can always be signed [inferred].
    """
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":")).replace("/", r"\/")
    return escape_lone_surrogates(text)


def read(text: str) -> dict[str, Any] | None:
    """Read a JSON object; ``None`` for any other text. Never raises.

    Integers are cut after 19 digits, which is still larger than any value with a meaning.
    """
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
