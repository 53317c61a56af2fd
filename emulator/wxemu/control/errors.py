"""The form of every error of our own interfaces."""

from __future__ import annotations

from flask import Response, jsonify


def failure(status: int, message: str) -> Response:
    """A refusal that tells why."""
    return Response(
        jsonify({"error": {"status": status, "message": message}}).get_data(),
        status=status,
        content_type="application/json",
    )
