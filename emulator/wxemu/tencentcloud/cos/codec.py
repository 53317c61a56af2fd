"""COS's wire: XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Mapping


def response(root: str, members: Mapping[str, str], *, status: int = 200) -> Response:
    """A document of one element with members."""
    inside = "".join(f"<{name}>{_text(value)}</{name}>" for name, value in members.items())
    document = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inside}</{root}>'
    return Response(document, status=status, content_type="application/xml")


def _text(value: str) -> str:
    """Escaped, without characters that no XML can hold."""
    return escape("".join(character if character.isprintable() else "\ufffd" for character in value))
