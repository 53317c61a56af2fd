"""The HTTP API's wire: a token in the header, the event itself in, the function's result itself out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

if TYPE_CHECKING:
    from wxemu.scf.runtime import JSONValue


def result(value: JSONValue) -> Response:
    """A function's result: JSON, or bare text if it is a string [doc names both, which is when is inferred]."""
    if isinstance(value, str):
        return Response(value.encode(errors="replace"), content_type="text/plain; charset=utf-8")
    return jsonify(value)
