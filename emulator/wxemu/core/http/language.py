"""The language of our own pages: English, or 中文.

A page shows what ``?lang=`` asks for, which a cookie then keeps, else what the browser prefers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Blueprint, Response

LANGUAGES: Final = {"en": "EN", "zh": "中文"}
COOKIE: Final = "lang"


def of_request() -> str:
    """The language of the present request: a key of ``LANGUAGES``."""
    for wanted in (request.args.get(COOKIE), request.cookies.get(COOKIE)):
        if wanted in LANGUAGES:
            return wanted
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())  # the best first
    return next((tag for tag in preferred if tag in LANGUAGES), next(iter(LANGUAGES)))


def keep_language(routes: Blueprint) -> None:
    """Have the pages of a face remember a language that was asked for."""

    @routes.after_request
    def _remember(response: Response) -> Response:
        if request.args.get(COOKIE) in LANGUAGES:
            response.set_cookie(COOKIE, request.args[COOKIE], samesite="Lax", httponly=True)
        return response
