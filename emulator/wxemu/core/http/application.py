"""A party's WSGI application: its routes, who may ask them, and its own form for whatever goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from flask.sessions import NullSession, SessionInterface
from werkzeug.routing import MapAdapter, Rule

from wxemu.core.http.admission import check_name, check_token
from wxemu.core.http.origins import Pages, check_page
from wxemu.core.text import escape_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Blueprint, Request

    from wxemu.core.http.access import Access
    from wxemu.core.world import World

ANY_METHOD: Final = ("*",)
"""A route's methods, if it takes every request that no route before it takes, whatever the method is."""
LARGEST_BODY: Final = 32 * 1024 * 1024


class _Json(DefaultJSONProvider):
    """Characters as they are, but for lone surrogates, which JSON can spell and UTF-8 cannot."""

    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return escape_lone_surrogates(super().dumps(obj, **kwargs))


class _Rule(Rule):
    """A route that may be one of any method, and is only matched.

    The code that would build URLs from it takes most of the time in which a party's application is made, at each start
    and in each test, and nobody here builds any.
    """

    def __init__(self, *path: Any, **options: Any) -> None:
        if set(options.get("methods") or ()) == set(ANY_METHOD):
            options["methods"] = None
        super().__init__(*path, **options)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: ARG002, FBT001, FBT002 - werkzeug's
        return _no_builder


class _NoSession(SessionInterface):
    """Nobody here has a session of Flask's."""

    def open_session(self, _app: Flask, _request: Request) -> NullSession:
        return _NO_SESSION


_NO_SESSION: Final = NullSession()


class _Application(Flask):
    """Flask without what no party uses and each request would pay for: sessions, signals, coroutines, host names."""

    session_interface = _NoSession()
    url_rule_class = _Rule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is None:
            return None
        query = request.environ.get("QUERY_STRING", "")
        return MapAdapter(self.url_map, "", "/", None, "http", request.path, request.method, query)

    def full_dispatch_request(self) -> Response:
        try:
            answer = self.preprocess_request()
            if answer is None:
                answer = self.dispatch_request()
        except Exception as error:  # noqa: BLE001 - as Flask does
            answer = self.handle_user_exception(error)
        return self.process_response(self.make_response(answer))


def _no_builder(**_: Any) -> tuple[str, str]:
    raise NotImplementedError("URLs are written as paths here")


def make_application(
    *faces: Blueprint,
    world: World,
    access: Access,
    refuse: Callable[[Exception], Response],
    pages: Pages = Pages.ALLOWED,
    asks_token: bool = False,
) -> Flask:
    """The application of the party whose routes ``faces`` are.

    Nobody reaches a view of any party but by what is checked here first: the name that it is asked by, the web page
    that asks, and the control token.

    :param refuse: what answers a request that no route takes, and an error that a face has no handler of its own for.
    :param pages: the web pages that may ask.
    :param asks_token: whether the party is one of our own interfaces.
    """
    app = _Application(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.json = _Json(app)
    app.url_map.merge_slashes = False  # it answers a doubled slash with a redirect, which no party does

    def check() -> Response | None:
        check_name(access)
        check_page(world, pages)
        return check_token(access) if asks_token else None

    for face in faces:
        face.before_request(check)  # after the face's own, which number the request for a refusal
        app.register_blueprint(face)

    @app.before_request
    def _check_what_no_route_takes() -> Response | None:
        return check() if request.url_rule is None else None

    app.register_error_handler(Exception, refuse)
    return app
