"""Whether the present request is let in: by the name that it asks for, and by the control token.

ControlTokenError
    A request to our own interfaces without the control token, if one is required.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from flask import Response, request

from wxemu.core.http.origins import ForeignHostError
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from wxemu.core.http.access import Access

COOKIE: Final = "wxemu_token"
"""The browser sends this instead of the header, once a page was opened with ``?token=``."""
OPEN_PATHS: Final = ("/healthz", "/readyz", "/emulator/v1/healthz", "/emulator/v1/readyz", "/openapi.json")
"""Health checks of containers, which have no token, and what is the same on every emulator: they tell nothing else."""


class ControlTokenError(Exception):
    """The control token is missing or wrong."""

    def __init__(self, *, is_missing: bool) -> None:
        problem = Message("is missing", "缺失") if is_missing else Message("is wrong", "不正确")
        super().__init__(
            Message(
                "the control token {problem}; wxemu takes it by --token or WXEMU_TOKEN, a client sends it as "
                "`Authorization: Bearer TOKEN`, and a browser opens /?token=TOKEN once",
                "控制令牌{problem}；wxemu 通过 --token 或 WXEMU_TOKEN 传入，客户端发送 "
                "`Authorization: Bearer TOKEN`，浏览器打开一次 /?token=TOKEN",
                problem=problem,
            )
        )


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
