"""The phone page: simulated phones that run the sample mini program, each in a document of its own as in WeChat."""

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
from wxemu.core.http import language
from wxemu.phone import codec, phones
from wxemu.phone.confirmations import OUTCOMES
from wxemu.phone.phones import OVERRIDES
from wxemu.wechat.soter import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Blueprint

    from wxemu.core.world import World
    from wxemu.phone.phones import Phone

HERE: Final = Path(__file__).parent
MINI_PROGRAM: Final = HERE / "miniprogram"
"""The sample, as a developer's tool would open it."""
_POLICY: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; object-src 'none'"
POLICY: Final = f"{_POLICY}; img-src 'self' data:"
"""WeUI's icons stand in its stylesheet, as ``data:``."""
PATHS: Final = {
    "/phone": "The phones of an app side by side, and the form for another one",
    "/phone/<phone_id>": "One phone, which runs the sample mini program",
    "/phone/app/<path:name>": "A file of the sample mini program, as WeChat would run it",
    "/phone/static/<path:name>": "Styles, scripts and pictures of these pages",
    "/wx.js": "The wx for mini program code outside WeChat",
}
"""What a browser asks for, and gets."""
THEMES: Final = ("light", "dark")
_RPX: Final = re.compile(r"(-?[\d.]+)rpx")


def add_pages(routes: Blueprint, world: World) -> None:
    """The pages, the mini program that they run, and ``/wx.js``."""
    views: tuple[Callable[..., Response], ...] = (
        partial(_gallery, world),
        partial(_phone, world),
        _code,
        partial(_file, HERE / "static"),
        partial(_file, HERE, "wx.js"),
    )
    for path, view in zip(PATHS, views, strict=True):
        routes.add_url_rule(path, f"GET {path}".replace(".", "_"), view, methods=["GET"])


def _gallery(world: World) -> Response:
    with world.transaction():
        tenants = [app.appid for app in apps.all_apps(world)]
        appid = request.args.get("appid") or next(iter(tenants), "")
        held = phones.all_phones(world, appid)
    return _shown(
        "gallery.html",
        tenants=tenants,
        appid=appid,
        phones=held,
        openids=sorted({phone.openid for phone in held}),
        profiles=PROFILES,
    )


def _phone(world: World, phone_id: str) -> Response:
    with world.transaction():
        try:
            held = phones.find(world, phone_id)
        except phones.UnknownPhoneError:
            return _shown("gone.html", status=404)
        return _shown("phone.html", **_facts(world, held))


def _facts(world: World, held: Phone) -> dict[str, Any]:
    names = sorted(file.relative_to(MINI_PROGRAM).as_posix() for file in MINI_PROGRAM.rglob("*") if file.is_file())
    return {
        "phone": codec.phone(world, held),
        "is_framed": "framed" in request.args,
        "time": datetime.fromtimestamp(world.clock.now(), tz=UTC).astimezone().strftime("%H:%M"),
        "scripts": [name for name in names if name.endswith(".js")],
        "styles": [name for name in names if name.endswith(".wxss")],
        "overrides": OVERRIDES,
        "ends": [outcome for outcome in OUTCOMES if outcome not in ("match", "mismatch", "cancel")],
    }


def _code(name: str) -> Response:
    """A file of the mini program in the form in which WeChat runs it: a script is a module of its own name, and a
    style knows no ``rpx``.
    """
    response = _file(MINI_PROGRAM, name)
    text = response.get_data(as_text=True)
    if name.endswith(".js"):
        response.set_data(f"define({json.dumps(name)}, function (require, module, exports) {{ {text}\n}})\n")
    elif name.endswith(".wxss"):
        response.set_data(_RPX.sub(r"calc(\1 * var(--rpx))", text))
        response.content_type = "text/css; charset=utf-8"
    return response


def _file(folder: Path, name: str) -> Response:
    """:raises NotFound: the folder has no such file, within it."""
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
    except (OSError, ValueError):  # a name that no file can have
        return None


def _shown(template: str, status: int = 200, **facts: Any) -> Response:
    chosen = language.of_request()
    theme = request.args.get("theme") or request.cookies.get("theme")
    frame = {
        "t": _texts(chosen),
        "language": chosen,
        "languages": language.LANGUAGES,
        "theme": theme if theme in THEMES else "auto",
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
def _texts(chosen: str) -> Mapping[str, Any]:
    words: dict[str, Any] = json.loads((HERE / "texts" / f"{chosen}.json").read_text(encoding="utf-8"))
    return words
