"""Render the console's pages: frame, texts, and the values that every page has."""

from __future__ import annotations

import functools
import json
import shlex
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
from wxemu.core.http import choices, language
from wxemu.core.journal import json_value
from wxemu.core.messages import LANGUAGES, Message

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.outcome import Outcome
    from wxemu.core.world import World

DEFAULT_URL: Final = "http://127.0.0.1:8686"
"""What ``wxemu`` and ``wx.js`` reach by themselves."""

REFRESH: Final = "live"
"""Who requests a page to replace parts of it: what was done is said on the page that is gone to, which asks later."""


@dataclass(frozen=True)
class Section:
    """One entry of the navigation; its text is ``nav.<name>``, its icon has the same name.

    :param keys: the key that opens it, and the key that does so after ``g``.
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
    Section("documents", "/documents", "d d"),
    Section("faults", "/faults", "7 x"),
    Section("clock", "/clock", "8 c"),
    Section("state", "/state", "9 s"),
)


def show(world: World, template: str, section: str, **facts: object) -> Response:
    """Render a template with ``facts``.

    :param section: the page's section in the navigation.
    """
    texts = Texts(language.of_request())
    with world.transaction():
        tenants = apps.all_apps(world)
        clock, now = world.clock.state(), world.clock.now()
    frame = {
        "t": texts,
        "languages": LANGUAGES,
        "themes": choices.THEMES,
        "theme": choices.theme_of_request(),
        "sections": SECTIONS,
        "section": section,
        "tenants": tenants,
        "appid": chosen_appid(world),
        "clock": clock,
        "now": now,
        "ahead": ahead if abs(ahead := now - time.time()) >= 1 else 0.0,
        "here": here,
        "shell": shell,
        "refusal": g.get("refusal"),
        "done": None if request.headers.get("X-Requested-With") == REFRESH else request.cookies.get("done"),
    }
    answer = Response(_templates().get_template(template).render({**frame, **facts}), mimetype="text/html")
    if frame["done"] is not None:
        answer.delete_cookie("done")
    return answer


def chosen_appid(world: World) -> str | None:
    """The appid that ``?app=`` or else the cookie chooses; ``None`` for all apps."""
    appid = choices.appid_of_request()
    if appid is None:
        return None
    with world.transaction():
        app = apps.find(world, appid)
    return None if app is None else app.appid


def chosen_app(world: World) -> App | None:
    """The app for a page about a single app: the chosen one, or the first."""
    appid = chosen_appid(world)
    with world.transaction():
        return apps.find(world, appid) if appid else next(iter(apps.all_apps(world)), None)


def app_of_form(world: World) -> App:
    """The app that a form names, or the one of its page.

    :raises NotFound: there is none.
    """
    appid = request.form.get("appid")
    with world.transaction():
        app = apps.find(world, appid) if appid else chosen_app(world)
    if app is None:
        unknown = Message("no app has the appid {appid}", "没有应用的 appid 是 {appid}", appid=repr(appid))
        none = Message("there is no app; add one to the seed", "没有应用；请在种子文件中添加")
        raise NotFound(language.say(unknown if appid else none))
    return app


def chosen_apps(world: World) -> list[App]:
    """The chosen app, or all apps."""
    appid = chosen_appid(world)
    with world.transaction():
        return [app for app in apps.all_apps(world) if appid in (None, app.appid)]


def here(**changes: object) -> str:
    """The URL of the current page with changes to its query; ``None`` removes a parameter."""
    query = {name: value for name, value in {**request.args, **changes}.items() if value not in (None, "")}
    path = "/" if request.path == "/overview" else g.get("page_path", request.path)  # after a refused form, its page's
    return f"{path}?{urlencode(query)}" if query else path


def shell(lines: str) -> str:
    """Commands of ``wxemu`` that reach this emulator, also where it is not the one that they reach by themselves."""
    url = request.host_url.rstrip("/")
    if url == DEFAULT_URL:
        return lines
    return f"export WXEMU_URL={url}\n{lines}" if "\n" in lines else f"{lines} --url {url}"


def _outcome_of_result(result: str) -> Outcome:
    """The outcome that a function's result, a JSON text, states."""
    return outcome.of_members(json_value(result))


@functools.cache
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
        "in_language": language.say,
        "time": _time,
        "day": _day,
        "iso": _iso,
        "span": _span,
        "pretty": _pretty,
        "json": _json,
        "grouped": _grouped,
        "quoted": shlex.quote,
    }
    return templates


def _utc(at: float) -> datetime:
    """In the one zone of all pages, of the command line, and of the functions' logs."""
    return datetime.fromtimestamp(at, tz=UTC)


def _time(at: float) -> str:
    """``14:03:22.481``."""
    return _utc(at).strftime("%H:%M:%S.%f")[:-3]


def _day(at: float) -> str:
    """``2026-03-09``."""
    return _utc(at).strftime("%Y-%m-%d")


def _iso(at: float) -> str:
    return _utc(at).isoformat(timespec="milliseconds")


def _span(seconds: float) -> str:
    """A duration in its two largest units: ``2 h 5 min``."""
    parts = []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{int(count)} {unit}")
    return " ".join(parts[:2]) or "0 s"


def _json(text: str) -> object:
    """The value of a JSON text; a text that is not JSON, for example because it was cut, stays a text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _grouped(digits: str) -> str:
    """The first 12 hexadecimal digits of a fingerprint, in pairs: ``3f:a1:...``."""
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def _pretty(content: object) -> str:
    """A JSON value as indented text; a string unchanged."""
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
