"""Which web pages may call: those that this machine serves, and others by the setting ``web_origins``.

Without this line any page that a developer has open could call functions on the emulator behind it. The platform
draws it by the environment's list of secure domains [doc].

ForeignOriginError
    A page of another origin calls.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, request

if TYPE_CHECKING:
    from flask import Blueprint

    from emulator.world.world import World

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What a page may send: also what is refused, so that its SDK can read why."""


class ForeignOriginError(Exception):
    """A page of an origin calls that is neither this machine's nor named by the setting."""

    def __init__(self, origin: str) -> None:
        super().__init__(f"no pages of {origin} may call; name the origin in the setting web_origins")


def is_of_this_machine(origin: str) -> bool:
    """Whether an origin (scheme, host and port) is on loopback; browsers resolve ``*.localhost`` nowhere else."""
    try:
        parts = urlsplit(origin)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def keep_to_allowed_pages(routes: Blueprint, world: World) -> None:
    """Have a face refuse pages of foreign origins, and let the others read what it answers."""

    def is_allowed(origin: str) -> bool:
        return is_of_this_machine(origin) or origin in world.settings.web_origins

    @routes.before_request
    def _refuse_foreign_page() -> None:
        origin = request.headers.get("Origin")
        if origin is not None and not is_allowed(origin):
            raise ForeignOriginError(origin)

    @routes.after_request
    def _let_page_read(response: Response) -> Response:
        origin = request.headers.get("Origin")
        response.vary.add("Origin")
        if origin is not None and is_allowed(origin):
            # By name, since a page may send cookies along, which "*" would not allow.
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response


def preflight(**_: str) -> Response:
    """The answer to a browser's ``OPTIONS``: whatever headers the page's SDK wants to send, it may."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted is not None:
        response.headers["Access-Control-Allow-Headers"] = wanted
    response.headers["Access-Control-Max-Age"] = "600"
    return response
