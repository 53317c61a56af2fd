"""What somebody chose on our own pages, which cookies keep: the colours and the app that pages are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Blueprint, Response

THEMES: Final = ("auto", "light", "dark")
"""The colours: as the browser prefers, or always these."""
THEME: Final = "theme"
APP: Final = "app"
EVERY_APP: Final = "*"


def theme_of_request() -> str:
    """One of ``THEMES``: by ``?theme=``, or else the cookie."""
    asked = (request.args.get(THEME), request.cookies.get(THEME))
    return next((choice for choice in asked if choice in THEMES), THEMES[0])


def appid_of_request() -> str | None:
    """The appid that ``?app=`` or else the cookie names, of an app or not; ``None`` for all apps."""
    appid = request.args.get(APP, request.cookies.get(APP))
    return None if appid in (None, "", EVERY_APP) else appid


def keep_choices(routes: Blueprint) -> None:
    """Remember the app and the colours that ``?app=`` and ``?theme=`` chose."""

    @routes.after_request
    def _remember(response: Response) -> Response:
        if request.args.get(THEME) in THEMES:
            response.set_cookie(THEME, request.args[THEME], samesite="Lax", httponly=True)
        if APP in request.args:
            response.set_cookie(APP, request.args[APP], samesite="Lax", httponly=True)
        return response
