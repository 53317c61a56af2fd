"""The language of our own pages: English, or 中文.

``?lang=`` chooses it and a cookie keeps the choice; without either, the browser's preference decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

if TYPE_CHECKING:
    from flask import Blueprint, Response

LANGUAGES: Final = {"en": "EN", "zh": "中文"}
COOKIE: Final = "lang"


def of_request() -> str:
    """The language of the current request: a key of ``LANGUAGES``."""
    for choice in (request.args.get(COOKIE), request.cookies.get(COOKIE)):
        if choice in LANGUAGES:
            return choice
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())  # in order of preference
    return next((tag for tag in preferred if tag in LANGUAGES), next(iter(LANGUAGES)))


def keep_language(routes: Blueprint) -> None:
    """Remember the language that ``?lang=`` chose."""

    @routes.after_request
    def _remember(response: Response) -> Response:
        if request.args.get(COOKIE) in LANGUAGES:
            response.set_cookie(COOKIE, request.args[COOKIE], samesite="Lax", httponly=True)
        return response
