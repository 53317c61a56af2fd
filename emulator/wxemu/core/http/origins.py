"""Which web pages may call: those of this machine, and those that the setting ``web_origins`` names.

Without this rule, any page in a developer's browser could call functions on the emulator. The platform has its
environment's list of secure domains for it [doc]. The rule holds at every face, also where the platform has none: its
own servers are not on a developer's machine, where every page in a browser can reach them with published secrets.

ForeignPageError
├── ForeignOriginError      a page of another origin calls
└── ForeignHostError        the ``Host`` is not ours: the browser takes us for the page's own server
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from flask import Response, request

from wxemu.core.http.hosts import is_loopback
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from flask import Blueprint

    from wxemu.core.world import World

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""Methods that a page may send, also to be refused: its SDK can then read why."""


class ForeignPageError(Exception):
    """A page that may not call us does."""


class ForeignOriginError(ForeignPageError):
    """The page's origin is neither on this machine nor named by the setting."""

    def __init__(self, origin: str | Message) -> None:
        super().__init__(
            Message(
                "no pages of {origin} may call; name the origin in the setting web_origins",
                "不允许 {origin} 的页面调用；请在设置项 web_origins 中写明该来源",
                origin=origin,
            )
        )


class ForeignHostError(ForeignPageError):
    """The request's ``Host`` is not a name of this emulator."""

    def __init__(self, host: str) -> None:
        super().__init__(
            Message(
                "the emulator is not called {host}; allow the name with `wxemu start --allow-host NAME`",
                "{host} 不是模拟器的名称；可用 `wxemu start --allow-host NAME` 允许它",
                host=repr(host),
            )
        )


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


class Pages(Enum):
    """From which web pages a party takes requests. Who is no page, such as an SDK in Node.js, says nothing of itself.

    Links work wherever a GET changes nothing: no header lets the page that has the link read the answer.
    """

    ALLOWED = "allowed, no links"
    """Those of this machine and of ``web_origins``."""
    ALLOWED_AND_LINKS = "allowed, links"
    """The same, and links of all others."""
    OWN_AND_LINKS = "own, links"
    """Those that the party has served, and links of all others."""


def check_page(world: World, pages: Pages) -> None:
    """Refuse the current request if a page sent it that may not.

    access.py has checked before that its ``Host`` is a name of ours.

    :raises ForeignOriginError: it is of a foreign page.
    """
    origin, site = request.environ.get("HTTP_ORIGIN"), request.environ.get("HTTP_SEC_FETCH_SITE")
    if origin is None and site is None:  # no browser, or one from before 2020
        return
    if request.method in ("GET", "HEAD") and _is_link(pages, origin):
        return
    if pages is Pages.OWN_AND_LINKS:
        is_foreign = (origin is not None and not _is_own(origin)) or site not in ("same-origin", "none", None)
    else:
        is_foreign = site == "cross-site" if origin is None else not _is_allowed(world, origin)
    if is_foreign:
        raise ForeignOriginError(origin or Message("another site", "其他网站"))


def _is_link(pages: Pages, origin: str | None) -> bool:
    """Whether a GET may come from any page: scripts, which could read the answer, tell their origin."""
    return pages is Pages.OWN_AND_LINKS or (pages is Pages.ALLOWED_AND_LINKS and origin is None)


def _is_allowed(world: World, origin: str) -> bool:
    return _is_own(origin) or is_of_this_machine(origin) or origin in world.settings.web_origins


def _is_own(origin: str) -> bool:
    """Whether we served the page: it calls its own host."""
    return origin.partition("://")[2] == request.host


def let_pages_read(routes: Blueprint, world: World) -> None:
    """Let the scripts of pages that may call read the answers."""

    @routes.after_request
    def _let_page_read(response: Response) -> Response:
        origin = request.headers.get("Origin")
        response.vary.add("Origin")
        if origin is not None and _is_allowed(world, origin):
            # Not "*", which forbids cookies.
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"
        return response


def preflight(**_: str) -> Response:
    """The answer to a browser's ``OPTIONS``: the page's SDK may send any headers."""
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    wanted = request.headers.get("Access-Control-Request-Headers")
    if wanted is not None:
        response.headers["Access-Control-Allow-Headers"] = wanted
    response.headers["Access-Control-Max-Age"] = "600"
    return response
