"""Who may reach an emulator: the host names that it answers to, and the control token for use beyond loopback.

ControlTokenError
    A request to our own interfaces without the control token, if one is required.
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
"""The browser sends this instead of the header, once a page was opened with ``?token=``."""
OPEN_PATHS: Final = ("/healthz", "/readyz", "/emulator/v1/healthz", "/emulator/v1/readyz", "/openapi.json")
"""Health checks of containers, which have no token, and what is the same on every emulator: they tell nothing else."""

_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?")


class ControlTokenError(Exception):
    """The control token is missing or wrong."""

    def __init__(self, *, is_missing: bool) -> None:
        problem = "is missing" if is_missing else "is wrong"
        super().__init__(
            f"the control token {problem}; wxemu takes it by --token or WXEMU_TOKEN, a client sends it as "
            "`Authorization: Bearer TOKEN`, and a browser opens /?token=TOKEN once"
        )


@dataclass(frozen=True)
class Access:
    """How an emulator can be reached.

    :param address: the IP address that it listens on.
    :param names: host names that it answers to besides loopback's and the emulated ones; a leading ``*.`` stands for
        any label.
    :param control_token: the token that our own interfaces require; ``None`` if they require none.
    """

    address: str = LOOPBACK
    names: tuple[str, ...] = ()
    control_token: str | None = field(default=None, repr=False)

    @property
    def is_exposed(self) -> bool:
        """Whether other machines reach it."""
        return not ipaddress.ip_address(self.address).is_loopback

    def answers_to(self, host: str) -> bool:
        """Whether a ``Host`` header, with or without a port, is a name of this emulator."""
        return _answers_to(self.address, self.names, host)

    def admits(self, token: str) -> bool:
        """Whether this is the control token; compared in constant time."""
        return self.control_token is None or hmac.compare_digest(token.encode(), self.control_token.encode())


LOOPBACK_ONLY: Final = Access()


@lru_cache(maxsize=256)  # asked for each request, and nearly always for the same name
def _answers_to(address: str, names: tuple[str, ...], host: str) -> bool:
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = (match[1] or match[2]).lower().removesuffix(".")
    return is_loopback(name) or is_named(name, names) or is_emulated(name) or _is_address_of(name, address)


def _is_address_of(name: str, address: str) -> bool:
    """Whether a name is the address that we listen on; any address is, if we listen on all of them."""
    try:
        named = ipaddress.ip_address(name)
    except ValueError:
        return False
    ours = ipaddress.ip_address(address)
    return ours.is_unspecified or named == ours


def check_name(access: Access) -> None:
    """Refuse the current request if its ``Host`` is not a name of ours.

    This stops DNS rebinding: a foreign page whose own name resolves to this machine could read our answers. A client
    that sends no ``Host`` is no browser.

    :raises ForeignHostError: the name is not ours.
    """
    host = request.environ.get("HTTP_HOST")
    if host is not None and not access.answers_to(host):
        raise ForeignHostError(host)


def check_token(access: Access) -> Response | None:
    """Refuse the current request if it lacks the control token.

    If the token is in its URL, redirect to the same URL without it, and give the browser the token as a cookie.

    :raises ControlTokenError: the token is missing or wrong.
    """
    if access.control_token is None or request.path in OPEN_PATHS:
        return None
    if request.method == "GET" and "token" in request.args:
        _require(access, request.args["token"])
        return _redirect_with_cookie(request.args["token"])
    _require(access, request.cookies.get(COOKIE) if request.authorization is None else request.authorization.token)
    return None


def _require(access: Access, token: str | None) -> None:
    if not access.admits(token or ""):
        raise ControlTokenError(is_missing=not token)


def _redirect_with_cookie(token: str) -> Response:
    """Keep the token out of address bar, history and Referer."""
    query = urlencode([(name, value) for name, value in request.args.items(multi=True) if name != "token"])
    response = Response(status=303, headers={"Location": f"{quote(request.path)}?{query}".rstrip("?")})
    response.set_cookie(COOKIE, token, httponly=True, samesite="Strict", secure=request.is_secure)
    return response
