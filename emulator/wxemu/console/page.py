"""How a page of the console is shown: its frame, its words, and what every page knows."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import Response, g, request
from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.exceptions import NotFound

from wxemu.console import story
from wxemu.console.texts import Texts
from wxemu.core import apps, outcome
from wxemu.core.http import language
from wxemu.core.journal import json_value

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.outcome import Outcome
    from wxemu.core.world import World

THEMES: Final = ("auto", "light", "dark")


@dataclass(frozen=True)
class Section:
    """One entry of the navigation; its words are ``nav.<name>``, its icon has the same name.

    :param keys: the key that leads there, and the one that does so after ``g``.
    """

    name: str
    path: str
    keys: str


SECTIONS: Final = (
    Section("overview", "/", "1 o"),
    Section("functions", "/functions", "2 f"),
    Section("requests", "/requests", "3 r"),
    Section("users", "/users", "4 u"),
    Section("phones", "/phones", "5 p"),
    Section("tokens", "/tokens", "6 t"),
    Section("faults", "/faults", "7 x"),
    Section("clock", "/clock", "8 c"),
    Section("state", "/state", "9 s"),
)


def show(world: World, template: str, section: str, **facts: object) -> Response:
    """The page made of a template and ``facts``.

    :param section: of the navigation, which it belongs to.
    """
    texts = Texts(language.of_request())
    with world.transaction():
        tenants = apps.all_apps(world)
        clock, now = world.clock.state(), world.clock.now()
    frame = {
        "t": texts,
        "languages": language.LANGUAGES,
        "themes": THEMES,
        "theme": _kept("theme", THEMES) or "auto",
        "sections": SECTIONS,
        "section": section,
        "tenants": tenants,
        "appid": chosen_appid(world),
        "clock": clock,
        "now": now,
        "ahead": ahead if abs(ahead := now - time.time()) >= 1 else 0.0,
        "here": here,
        "refusal": g.get("refusal"),
        "done": request.cookies.get("done"),
    }
    answer = Response(_templates().get_template(template).render({**frame, **facts}), mimetype="text/html")
    if frame["done"] is not None:
        answer.delete_cookie("done")
    return answer


def chosen_appid(world: World) -> str | None:
    """The app that the page is to be about, or ``None`` for all: what ``?app=`` says, which a cookie then keeps."""
    wanted = request.args.get("app", request.cookies.get("app"))
    if not wanted:
        return None
    with world.transaction():
        found = apps.find(world, wanted)
    return None if found is None else found.appid


def chosen_app(world: World) -> App | None:
    """The app that a page is about which can be about one only: the chosen one, else the first."""
    appid = chosen_appid(world)
    with world.transaction():
        return apps.find(world, appid) if appid else next(iter(apps.all_apps(world)), None)


def app_of_form(world: World) -> App:
    """The app that a form names, else the one that its page was about.

    :raises NotFound: there is none.
    """
    named = request.form.get("appid")
    with world.transaction():
        app = apps.find(world, named) if named else chosen_app(world)
    if app is None:
        raise NotFound(f"no app has the appid {named!r}" if named else "there is no app; add one to the seed")
    return app


def chosen_apps(world: World) -> list[App]:
    """The apps that the page is to be about."""
    appid = chosen_appid(world)
    with world.transaction():
        return [app for app in apps.all_apps(world) if appid in (None, app.appid)]


def here(**changes: object) -> str:
    """The address of the present page, its query changed; ``None`` takes a part away."""
    query = {name: value for name, value in {**request.args, **changes}.items() if value not in (None, "")}
    path = (
        "/" if request.path == "/overview" else g.get("place", request.path)
    )  # of a form that was refused, its page's
    return f"{path}?{urlencode(query)}" if query else path


def keep_choices(response: Response) -> Response:
    """Remember the app and the colours that the request chose."""
    if request.args.get("theme") in THEMES:
        response.set_cookie("theme", request.args["theme"], samesite="Lax", httponly=True)
    if "app" in request.args:
        response.set_cookie("app", request.args["app"], samesite="Lax", httponly=True)
    return response


def _kept(name: str, known: tuple[str, ...]) -> str | None:
    return next((value for value in (request.args.get(name), request.cookies.get(name)) if value in known), None)


@functools.cache
def _outcome_of_result(result: str) -> Outcome:
    """What the result of a function says, which is kept as JSON."""
    return outcome.of_members(json_value(result))


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("wxemu.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"outcome_of_result": _outcome_of_result, "story": story}
    templates.filters |= {
        "time": _time,
        "day": _day,
        "iso": _iso,
        "span": _span,
        "shown": shown,
        "json": _json,
        "grouped": _grouped,
    }
    return templates


def _local(at: float) -> datetime:
    return datetime.fromtimestamp(at, tz=UTC).astimezone()


def _time(at: float) -> str:
    """``14:03:22.481``."""
    return _local(at).strftime("%H:%M:%S.%f")[:-3]


def _day(at: float) -> str:
    """``2026-03-09``."""
    return _local(at).strftime("%Y-%m-%d")


def _iso(at: float) -> str:
    return _local(at).isoformat(timespec="milliseconds")


def _span(seconds: float) -> str:
    """A length of time in its two largest units: ``2 h 5 min``."""
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{int(count)} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _json(text: str) -> object:
    """The value that JSON spells; what is none, such as a text that was cut, stays a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _grouped(digits: str) -> str:
    """The first 12 hexadecimal digits of a fingerprint, in twos: ``3f:a1:...``."""
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def shown(content: object) -> str:
    """A JSON value as text: of an object each member on its own line."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
