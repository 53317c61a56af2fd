"""Which web pages may call: those that this machine serves, and others by the setting ``web_origins``.

Without this line any page that a developer has open could call functions on the emulator behind it. The platform
draws it by the environment's list of secure domains [doc].

ForeignPageError
├── ForeignOriginError      a page of another origin calls
└── ForeignHostError        a page's own name leads here, so that its browser takes us for the page's own server
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, request

if TYPE_CHECKING:
    from flask import Blueprint

    from wxemu.core.world import World

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What a page may send: also what is refused, so that its SDK can read why."""


class ForeignPageError(Exception):
    """A page calls that may not."""


class ForeignOriginError(ForeignPageError):
    """A page of an origin calls that is neither this machine's nor named by the setting."""

    def __init__(self, origin: str) -> None:
        super().__init__(f"no pages of {origin} may call; name the origin in the setting web_origins")


class ForeignHostError(ForeignPageError):
    """A request comes under a name that is none of this emulator's."""

    def __init__(self, host: str) -> None:
        super().__init__(f"the emulator is not called {host!r}; allow the name with `wxemu start --allow-host NAME`")


def is_loopback(name: str) -> bool:
    """Whether a host's name or address leads to this machine; browsers resolve ``*.localhost`` nowhere else."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_of_this_machine(origin: str) -> bool:
    """Whether an origin (scheme, host and port) is on loopback."""
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname or "", parts.port  # which must be a number: 127.0.0.1:80.evil.example is no origin
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
        return False
    return is_loopback(host)


def _is_own(origin: str) -> bool:
    """Whether the page is one that we serve: of the very host that it calls, whose name is ours (see access.py)."""
    return origin.partition("://")[2] == request.host


def _is_link() -> bool:
    """Whether the request changes nothing, so that any page may lead to it."""
    return request.method in ("GET", "HEAD")


def keep_to_allowed_pages(routes: Blueprint, world: World) -> None:
    """Have a face refuse pages of foreign origins, and let the others read what it answers."""

    def is_allowed(origin: str) -> bool:
        return _is_own(origin) or is_of_this_machine(origin) or origin in world.settings.web_origins

    @routes.before_request
    def _refuse_foreign_page() -> None:
        origin = request.headers.get("Origin")
        if origin is not None and not is_allowed(origin):
            raise ForeignOriginError(origin)
        if origin is None and not _is_link() and request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise ForeignOriginError("another site")

    @routes.after_request
    def _let_page_read(response: Response) -> Response:
        origin = request.headers.get("Origin")
        response.vary.add("Origin")
        if origin is not None and is_allowed(origin):
            # By name, since a page may send cookies along, which "*" would not allow.
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response


def keep_to_own_pages(routes: Blueprint) -> None:
    """Have a face that is itself made of pages take forms from those alone.

    Links to it may be followed from anywhere: they change nothing, and no header lets another page read the answer.
    """

    @routes.before_request
    def _refuse_other_page() -> None:
        if _is_link():
            return
        origin = request.headers.get("Origin")
        is_foreign = origin is not None and not _is_own(origin)
        if is_foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
            raise ForeignOriginError(origin or "another site")


def preflight(**_: str) -> Response:
    """The answer to a browser's ``OPTIONS``: whatever headers the page's SDK wants to send, it may."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted is not None:
        response.headers["Access-Control-Allow-Headers"] = wanted
    response.headers["Access-Control-Max-Age"] = "600"
    return response
