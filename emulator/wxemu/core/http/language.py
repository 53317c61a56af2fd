"""The language of our own pages: English, or 中文.

``?lang=`` chooses it and a cookie keeps the choice; without either, the browser's preference decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from wxemu.core.messages import LANGUAGES

if TYPE_CHECKING:
    from flask import Blueprint, Response

    from wxemu.core.messages import Language, Message

COOKIE: Final = "lang"


def of_request() -> Language:
    """The language of the current request: a key of ``LANGUAGES``."""
    preferred = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())  # in order of preference
    asked = (request.args.get(COOKIE), request.cookies.get(COOKIE), *preferred)
    return next((language for choice in asked for language in LANGUAGES if choice == language), next(iter(LANGUAGES)))


def say(message: Message) -> str:
    """The message in the language of the current request."""
    return message.in_language(of_request())


def keep_language(routes: Blueprint) -> None:
    """Remember the language that ``?lang=`` chose."""

    @routes.after_request
    def _remember(response: Response) -> Response:
        if request.args.get(COOKIE) in LANGUAGES:
            response.set_cookie(COOKIE, request.args[COOKIE], samesite="Lax", httponly=True)
        return response
