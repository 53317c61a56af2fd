"""The pages of simulated phones: one document for each phone, and on it the screen that runs the mini program.

The mini program's code may be anybody's, so the screen is sandboxed: a document of an opaque origin, whose policy lets
it reach nothing. All that it needs stands in it, or comes by messages from the phone's document.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import mimetypes
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from flask import Response, request
from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.exceptions import NotFound

from wxemu.core import apps
from wxemu.core.http import choices, language
from wxemu.core.messages import LANGUAGES
from wxemu.phone import codec, operations, phones
from wxemu.phone.confirmations import OUTCOMES
from wxemu.phone.errors import UnknownPhoneError
from wxemu.phone.phones import OVERRIDES
from wxemu.wechat.soter import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Blueprint

    from wxemu.core.world import World
    from wxemu.phone.phones import Phone

HERE: Final = Path(__file__).parent
_POLICY: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
POLICY: Final = f"{_POLICY}; img-src 'self' data:"
"""WeUI's stylesheet has its icons as ``data:`` URLs."""
SCREEN: Final = HERE / "static/screen"
SCRIPTS: Final = (
    *("paths", "expressions", "wxml", "expand", "patch", "events", "elements", "forms", "data", "components", "styles"),
    *("host", "report", "modules", "program", "pages", "dialogs", "apis", "start"),
)
"""Of the screen, each after those that it uses."""
PATHS: Final = {
    "/phone": "The phones of an app side by side, and the form for another one",
    "/phone/<phone_id>": "One phone, which runs the mini program",
    "/phone/screen": "What runs the mini program, in a sandbox",
    "/phone/static/<path:name>": "Styles, scripts and pictures of these pages",
    "/wx.js": "The wx for mini program code outside WeChat",
}
"""The paths for browsers, and what is there."""
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def add_pages(routes: Blueprint, world: World) -> None:
    """Add the pages, the files of the mini program that they run, and ``/wx.js``."""
    views: tuple[Callable[..., Response], ...] = (
        partial(_gallery, world),
        partial(_phone, world),
        _screen,
        partial(_file, HERE / "static"),
        partial(_file, HERE, "wx.js"),
    )
    for path, view in zip(PATHS, views, strict=True):
        routes.add_url_rule(path, f"GET {path}".replace(".", "_"), view, methods=["GET"])


def page_paths() -> dict[str, Any]:
    """The pages as the OpenAPI document lists them."""
    return {
        _PLACE.sub(r"{\1}", path): {"get": _document(summary, _PLACE.findall(path))} for path, summary in PATHS.items()
    }


def _document(summary: str, places: list[str]) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["Phone"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in places],
        "responses": {"default": {"description": "a page, or what it is made of", "content": {"*/*": {}}}},
    }


def _gallery(world: World) -> Response:
    with world.transaction():
        tenants = apps.all_apps(world)
        chosen = choices.appid_of_request()
        appids = [app.appid for app in tenants]
        appid = chosen if chosen in appids else next(iter(appids), "")
        listed_phones = phones.all_phones(world, appid)
    return _page(
        "gallery.html",
        tenants=tenants,
        appid=appid,
        phones=listed_phones,
        openids=sorted({phone.openid for phone in listed_phones}),
        profiles=PROFILES,
    )


def _phone(world: World, phone_id: str) -> Response:
    with world.transaction():
        try:
            phone = phones.find(world, phone_id)
        except UnknownPhoneError:
            return _page("removed.html", status=404)
        return _page("phone.html", **_facts(world, phone))


def _facts(world: World, phone: Phone) -> dict[str, Any]:
    return {
        "phone": codec.phone(world, phone),
        "is_framed": "framed" in request.args,
        "time": datetime.fromtimestamp(world.clock.now(), tz=UTC).strftime("%H:%M"),
        "operations": [operation.name for operation in (*operations.OF_MINI_PROGRAMS, operations.GET_PHONE_NUMBER)],
        "overrides": OVERRIDES,
        "outcomes": [outcome for outcome in OUTCOMES if outcome not in ("match", "mismatch", "cancel")],
    }


def _screen() -> Response:
    """The document of the sandbox. It is one file, for it may ask for none."""
    scripts, styles, policy = _screen_parts()
    response = _page("screen.html", scripts=scripts, styles=styles)
    response.headers["Content-Security-Policy"] = policy
    return response


@functools.cache
def _screen_parts() -> tuple[list[str], list[str], str]:
    """Its scripts, its styles, and what it may do: run these and the mini program's, which are blobs, and show them."""
    scripts = [_text(HERE / "wx.js"), *(_text(SCREEN / f"{name}.js") for name in SCRIPTS)]
    styles = [_text(file) for file in (*sorted((HERE / "static/vendor").glob("*.css")), SCREEN / "screen.css")]
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in scripts)
    policy = (
        "sandbox allow-scripts; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        f"script-src {hashes} blob:; style-src 'unsafe-inline'; img-src data:; font-src data:"
    )
    return scripts, styles, policy


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _file(folder: Path, name: str) -> Response:
    """:raises NotFound: there is no such file inside the folder."""
    file = _file_within(folder, name)
    if file is None:
        raise NotFound
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    response = Response(file.read_bytes(), content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _file_within(folder: Path, name: str) -> Path | None:
    try:
        file = (folder / name).resolve()
        return file if file.is_relative_to(folder) and file.is_file() else None
    except (OSError, ValueError):  # not a possible file name
        return None


def _page(template: str, status: int = 200, **facts: Any) -> Response:
    page_language = language.of_request()
    frame = {
        "t": _texts(page_language),
        "language": page_language,
        "languages": LANGUAGES,
        "themes": choices.THEMES,
        "theme": choices.theme_of_request(),
    }
    page = _templates().get_template(template).render({**frame, **facts})
    response = Response(page, status=status, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("wxemu.phone"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def _texts(page_language: str) -> Mapping[str, Any]:
    texts: dict[str, Any] = json.loads((HERE / "texts" / f"{page_language}.json").read_text(encoding="utf-8"))
    return texts
