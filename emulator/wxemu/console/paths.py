"""The console's paths as the OpenAPI document lists them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from wxemu.console.routes import ACTIONS, PAGES

if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE: Final = re.compile(r"<(?:path:)?(\w+)>")
_HTML: Final = "text/html"


def console_paths() -> dict[str, Any]:
    """Each path with its methods; a summary is the first line of the view's docstring."""
    paths: dict[str, Any] = {
        "/live": {
            "get": _operation(
                "Events for changes of the topics in ?on=, and the log lines of ?log=", "text/event-stream"
            )
        },
        "/state/export": {"get": _operation("Download the whole state as a document", "application/json")},
        "/console/static/{filename}": {"get": _operation("Styles, scripts and pictures", "*/*", ("filename",))},
    }
    for path, page in PAGES.items():
        paths.setdefault(_braced(path), {})["get"] = _operation(_summary(page), _HTML, tuple(_PLACE.findall(path)))
    for path, (action, _) in ACTIONS.items():
        paths.setdefault(_braced(path), {})["post"] = _operation(_summary(action), _HTML, tuple(_PLACE.findall(path)))
    return paths


def _operation(summary: str, content_type: str, path: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["Console"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {"default": {"description": "for a browser", "content": {content_type: {}, _HTML: {}}}},
    }


def _summary(view: Callable[..., object]) -> str:
    return (view.__doc__ or "").partition("\n")[0].rstrip(".")


def _braced(path: str) -> str:
    return _PLACE.sub(r"{\1}", path)
