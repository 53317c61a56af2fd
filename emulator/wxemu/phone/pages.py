"""The pages of simulated phones, which run the sample mini program: one document for each phone."""

from __future__ import annotations

import functools
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
from wxemu.phone import codec, phones
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
MINI_PROGRAM: Final = HERE / "miniprogram"
"""The sample mini program, as WeChat's developer tools open it."""
_POLICY: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
POLICY: Final = f"{_POLICY}; img-src 'self' data:"
"""WeUI's stylesheet has its icons as ``data:`` URLs."""
PATHS: Final = {
    "/phone": "The phones of an app side by side, and the form for another one",
    "/phone/<phone_id>": "One phone, which runs the sample mini program",
    "/phone/app/<path:name>": "A file of the sample mini program, as WeChat would run it",
    "/phone/static/<path:name>": "Styles, scripts and pictures of these pages",
    "/wx.js": "The wx for mini program code outside WeChat",
}
"""The paths for browsers, and what is there."""
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>")
_RPX: Final = re.compile(r"(-?[\d.]+)rpx")


def add_pages(routes: Blueprint, world: World) -> None:
    """Add the pages, the files of the mini program that they run, and ``/wx.js``."""
    views: tuple[Callable[..., Response], ...] = (
        partial(_gallery, world),
        partial(_phone, world),
        _code,
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
    names = sorted(file.relative_to(MINI_PROGRAM).as_posix() for file in MINI_PROGRAM.rglob("*") if file.is_file())
    return {
        "phone": codec.phone(world, phone),
        "is_framed": "framed" in request.args,
        "time": datetime.fromtimestamp(world.clock.now(), tz=UTC).strftime("%H:%M"),
        "scripts": [name for name in names if name.endswith(".js")],
        "styles": [name for name in names if name.endswith(".wxss")],
        "overrides": OVERRIDES,
        "outcomes": [outcome for outcome in OUTCOMES if outcome not in ("match", "mismatch", "cancel")],
    }


def _code(name: str) -> Response:
    """A file of the mini program as WeChat runs it: a script becomes a module, and ``rpx`` in a style is computed."""
    response = _file(MINI_PROGRAM, name)
    text = response.get_data(as_text=True)
    if name.endswith(".js"):
        response.set_data(f"define({json.dumps(name)}, function (require, module, exports) {{ {text}\n}})\n")
    elif name.endswith(".wxss"):
        response.set_data(_RPX.sub(r"calc(\1 * var(--rpx))", text))
        response.content_type = "text/css; charset=utf-8"
    return response


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
