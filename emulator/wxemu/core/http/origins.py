"""Which web pages may call: those of this machine, and those that the setting ``web_origins`` names.

Without this rule, any page in a developer's browser could call functions on the emulator. The platform has its
environment's list of secure domains for it [doc].

ForeignPageError
├── ForeignOriginError      a page of another origin calls
└── ForeignHostError        the ``Host`` is not ours: the browser takes us for the page's own server
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
"""Methods that a page may send, also to be refused: its SDK can then read why."""


class ForeignPageError(Exception):
    """A page that may not call us does."""


class ForeignOriginError(ForeignPageError):
    """The page's origin is neither on this machine nor named by the setting."""

    def __init__(self, origin: str) -> None:
        super().__init__(f"no pages of {origin} may call; name the origin in the setting web_origins")


class ForeignHostError(ForeignPageError):
    """The request's ``Host`` is not a name of this emulator."""

    def __init__(self, host: str) -> None:
        super().__init__(f"the emulator is not called {host!r}; allow the name with `wxemu start --allow-host NAME`")


def is_loopback(name: str) -> bool:
    """Whether a host name or address means this machine; browsers resolve ``*.localhost`` to it without asking DNS."""
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
        host, _ = parts.hostname or "", parts.port  # the port must be a number: 127.0.0.1:80.evil.example is no origin
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or origin != f"{parts.scheme}://{parts.netloc}":
        return False
    return is_loopback(host)


def _is_own(origin: str) -> bool:
    """Whether we served the page: it calls its own host, and access.py has checked that this is a name of ours."""
    return origin.partition("://")[2] == request.host


def _is_link() -> bool:
    """Whether the request changes nothing, so that any page may link to it."""
    return request.method in ("GET", "HEAD")


def keep_to_allowed_pages(routes: Blueprint, world: World) -> None:
    """Refuse pages of foreign origins, and let pages of allowed origins read the answers."""

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
            # Not "*", which forbids cookies.
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response


def keep_to_own_pages(routes: Blueprint) -> None:
    """Take forms from the blueprint's own pages only.

    Links from other pages work: they change nothing, and no header lets another page read the answer.
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
    """The answer to a browser's ``OPTIONS``: the page's SDK may send any headers."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted is not None:
        response.headers["Access-Control-Allow-Headers"] = wanted
    response.headers["Access-Control-Max-Age"] = "600"
    return response
