"""``Authorization: Bearer <token>``."""

from __future__ import annotations

from flask import request


def token() -> str:
    """The token that the present request carries, empty without one."""
    presented = request.authorization
    if presented is None or presented.type != "bearer":
        return ""
    return presented.token or ""
