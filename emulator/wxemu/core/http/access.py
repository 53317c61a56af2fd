"""Who reaches an emulator: by which names it may be asked, and, beyond loopback, who may arrange it.

ControlTokenError
    A request to our own interfaces without the control token, where it is asked for.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from flask import Response, request

from wxemu.core.http.hosts import is_emulated, is_named
from wxemu.core.http.origins import ForeignHostError, is_loopback

LOOPBACK: Final = "127.0.0.1"
COOKIE: Final = "wxemu_token"
"""What a browser keeps instead of the header, once a page was opened with ``?token=``."""
OPEN_PATHS: Final = ("/healthz", "/readyz", "/emulator/v1/healthz", "/emulator/v1/readyz")
"""What whoever starts a container asks before anybody has the token; they tell nothing else."""

_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?")


class ControlTokenError(Exception):
    """The control token is missing, or another one came."""

    def __init__(self, *, is_missing: bool) -> None:
        found = "is missing" if is_missing else "is another one than came"
        super().__init__(
            f"the control token {found}; wxemu takes it by --token or WXEMU_TOKEN, a client sends it as "
            "`Authorization: Bearer TOKEN`, and a browser opens /?token=TOKEN once"
        )


@dataclass(frozen=True)
class Access:
    """How an emulator can be reached.

    :param address: the IP address that it listens on.
    :param names: host names by which it may be asked, beside loopback's and those that it stands in for; ``*.`` in
        front of one stands for any label.
    :param control_token: what our own interfaces ask for; ``None`` if they ask for nothing.
    """

    address: str = LOOPBACK
    names: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)

    def answers_to(self, host: str) -> bool:
        """Whether a ``Host`` header, with or without a port, is a name of this emulator."""
        return _answers_to(self.address, self.names, host)

    def admits(self, token: str) -> bool:
        """Whether this is the control token; in the same time whatever the difference."""
        return self.control_token is None or hmac.compare_digest(token.encode(), self.control_token.encode())


LOOPBACK_ONLY: Final = Access()


@lru_cache(maxsize=256)  # each request asks, and nearly all by the same name
def _answers_to(address: str, names: tuple[str, ...], host: str) -> bool:
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = (found[1] or found[2]).lower().removesuffix(".")
    return is_loopback(name) or is_named(name, names) or is_emulated(name) or _is_address_of(name, address)


def _is_address_of(name: str, address: str) -> bool:
    """Whether a name is the address we listen on; who listens on all of them cannot tell which are its own."""
    try:
        asked = ipaddress.ip_address(name)
    except ValueError:
        return False
    ours = ipaddress.ip_address(address)
    return ours.is_unspecified or asked == ours


def check_name(access: Access) -> None:
    """Refuse the request that is being served if it comes under a name that is not ours.

    So shows itself a page whose own name was made to lead here (DNS rebinding): to its browser all that we answer is
    the page's own. A client that sends no ``Host`` is no browser.

    :raises ForeignHostError: it does.
    """
    host = request.environ.get("HTTP_HOST")
    if host is not None and not access.answers_to(host):
        raise ForeignHostError(host)


def check_token(access: Access) -> Response | None:
    """Refuse the request that is being served if it lacks the control token; if its URL has it, lead to the same page
    without and let the browser keep the token.

    :raises ControlTokenError: it lacks it.
    """
    if access.control_token is None or request.path in OPEN_PATHS:
        return None
    if request.method == "GET" and "token" in request.args:
        _require(access, request.args["token"])
        return _admitted(request.args["token"])
    _require(access, request.cookies.get(COOKIE) if request.authorization is None else request.authorization.token)
    return None


def _require(access: Access, token: str | None) -> None:
    if not access.admits(token or ""):
        raise ControlTokenError(is_missing=not token)


def _admitted(token: str) -> Response:
    """The same page without the token, which so stands in no address bar, history or Referer."""
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "token"])
    response = Response(status=303, headers={"Location": f"{quote(request.path)}?{query}".rstrip("?")})
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure)
    return response
