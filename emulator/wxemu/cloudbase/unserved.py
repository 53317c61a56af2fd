"""What lies under a face's path and is not served: told in the face's own form, so that an SDK can show it.

UnservedError
    No route of the face takes the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from flask import request

from wxemu.core.http.origins import METHODS, preflight

if TYPE_CHECKING:
    from flask import Blueprint


class UnservedError(Exception):
    """No route of the face takes the request."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"{method} {path} is not emulated; /openapi.json lists what is")


def refuse_the_rest(routes: Blueprint, path: str) -> None:
    """Have a face refuse whatever ``path`` covers beyond its other routes, and answer all preflights there."""
    routes.add_url_rule(path, "unserved", _unserved, methods=METHODS)
    routes.add_url_rule(path, "preflight", preflight, methods=["OPTIONS"])


def _unserved(**_: str) -> NoReturn:
    raise UnservedError(request.method, request.path)
