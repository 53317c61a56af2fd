"""Routes of the console: pages, actions, and ``/live``."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from flask import Blueprint, Response, g, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from wxemu.cloudbase.database.errors import CollectionNotExistError
from wxemu.console import clock, documents, faults, functions, live, overview, phones, requests, state, tokens, users
from wxemu.console.page import show
from wxemu.core import troubles
from wxemu.core.http import our_failures
from wxemu.core.http.admission import ControlTokenError
from wxemu.core.http.application import make_application
from wxemu.core.http.choices import keep_choices
from wxemu.core.http.language import keep_language
from wxemu.core.http.origins import ForeignPageError, Pages
from wxemu.core.http.streams import Streams
from wxemu.core.messages import Message
from wxemu.phone.errors import UnknownPhoneError
from wxemu.scf.project import ProjectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.http.our_failures import Statuses
    from wxemu.core.journal import Exchange
    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment

    Page = Callable[..., Response]
    Action = Callable[..., str]

PAGES: Final[dict[str, Page]] = {
    "/overview": overview.page,
    "/functions": functions.page,
    "/functions/<name>": functions.one,
    "/requests": requests.page,
    "/requests/<rid>": requests.one,
    "/users": users.page,
    "/users/<appid>/<path:openid>": users.one,
    "/phones": phones.page,
    "/phones/<phone_id>": phones.one,
    "/tokens": tokens.page,
    "/documents": documents.page,
    "/documents/<path:collection>": documents.one,
    "/faults": faults.page,
    "/clock": clock.page,
    "/state": state.page,
}
"""By path. ``/`` is ``/overview``: app.py says when."""
ACTIONS: Final[dict[str, tuple[Action, Page]]] = {
    "/functions/<name>/invoke": (functions.invoke, functions.one),
    "/functions/<name>/sample": (functions.sample, functions.one),
    "/functions/<name>/save": (functions.save, functions.one),
    "/functions/<name>/forget": (functions.forget, functions.one),
    "/users/add": (users.add, users.page),
    "/users/end": (users.end, users.page),
    "/phones/add": (phones.add, phones.page),
    "/phones/<phone_id>/enrol": (phones.enrol, phones.one),
    "/phones/<phone_id>/override": (phones.override, phones.one),
    "/phones/<phone_id>/remove": (phones.remove, phones.one),
    "/tokens/end": (tokens.end, tokens.page),
    "/documents/<path:collection>/save": (documents.save, documents.one),
    "/documents/<path:collection>/remove": (documents.remove, documents.one),
    "/faults/add": (faults.add, faults.page),
    "/faults/remove": (faults.remove, faults.page),
    "/requests/<rid>/replay": (requests.replay, requests.one),
    "/clock/freeze": (clock.freeze, clock.page),
    "/clock/advance": (clock.advance, clock.page),
    "/clock/scale": (clock.scale, clock.page),
    "/clock/release": (clock.release, clock.page),
    "/state/replace": (state.replace, state.page),
    "/state/save": (state.save, state.page),
    "/state/forget": (state.forget, state.page),
    "/state/reset": (state.reset, state.page),
}
"""By path: the action of a form's POST, which returns the URL to go to; and the page that shows a refusal."""
_PART: Final = re.compile(r"<(?:path:)?(\w+)>")
_POLICY: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


def application(world: World, console: Blueprint, access: Access, statuses: Statuses) -> Flask:
    """The console, made by ``face``, as a WSGI application."""

    def refuse(error: Exception) -> Response:
        if isinstance(error, troubles.TROUBLES):  # what the state holds cannot be shown
            return our_failures.refuse(statuses, error, fail=bare_failure)
        # A page lists the apps, which a client without the token must not see.
        is_kept_out = isinstance(error, ControlTokenError | ForeignPageError)
        fail = our_failures.failure if is_kept_out else partial(failure, world)
        return our_failures.refuse(statuses, error, fail=fail)

    return make_application(
        console, world=world, access=access, refuse=refuse, pages=Pages.OWN_AND_LINKS, asks_token=True
    )


def face(
    world: World,
    deployment: Deployment,
    *,
    interception: Interception | None,
    replay: Callable[[Exchange], Exchange],
) -> Blueprint:
    """The pages of ``world`` and ``deployment``.

    :param interception: shown on the first page, if there is one.
    :param replay: sends a request again.
    """
    routes = Blueprint("console", __name__, static_folder="static", static_url_path="/console/static")
    keep_language(routes)
    keep_choices(routes)
    routes.after_request(_harden)
    pages: dict[str, Page] = {**PAGES, "/overview": partial(overview.page, interception=interception)}
    for path, page in pages.items():
        routes.add_url_rule(path, f"GET {path}", partial(page, world, deployment), methods=["GET"])
    again = partial(requests.replay, send_again=replay)
    actions: dict[str, tuple[Action, Page]] = {**ACTIONS, "/requests/<rid>/replay": (again, requests.one)}
    for path, (action, page) in actions.items():
        view = partial(_act, partial(action, world, deployment), _path_of(page), partial(page, world, deployment))
        routes.add_url_rule(path, f"POST {path}", view, methods=["POST"])
    follow = partial(live.follow, world, deployment, Streams(Message("the pages", "页面更新")))
    routes.add_url_rule("/live", "live", follow, methods=["GET"])
    routes.add_url_rule("/state/export", "state export", partial(state.export, world, deployment), methods=["GET"])
    return routes


def bare_failure(status: int, message: str) -> Response:
    """Show what went wrong on a page that asks nothing of the state."""
    page = Markup("<!doctype html><title>{0}</title><h1>{0}</h1><p>{1}</p>").format(HTTPStatus(status).phrase, message)
    return Response(page, status=status, mimetype="text/html")


def failure(world: World, status: int, message: str) -> Response:
    """Show a refusal, on the page whose form was sent or on a page of its own."""
    g.refusal = message
    page = g.pop("page_of_form", partial(show, world, "refused.html", ""))
    try:
        answer: Response = page()
    except (HTTPException, CollectionNotExistError, UnknownPhoneError, ProjectError):  # the page itself cannot be shown
        answer = show(world, "refused.html", "")
    answer.status_code = status
    return answer


def _path_of(page: Page) -> str:
    return next(path for path, other in PAGES.items() if other is page)


def _act(action: Action, page_path: str, page: Page, **path: str) -> Response:
    g.page_of_form, g.page_path = partial(page, **path), _PART.sub(lambda part: quote(path[part[1]]), page_path)
    answer = Response(status=303, headers={"Location": action(**path)})
    done = re.sub(r"/<[^>]+>", "", str(request.url_rule))
    answer.set_cookie("done", done, max_age=10, samesite="Lax", httponly=True)
    return answer


def _harden(response: Response) -> Response:
    """Pages load only this server's files, and are never cached."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response
