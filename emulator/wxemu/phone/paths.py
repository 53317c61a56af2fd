"""The phone's paths, and those of its page, as the OpenAPI document lists them."""

from __future__ import annotations

import re
from typing import Any, Final

from wxemu.core.http.operations import FLAG, OBJECT, TEXT, ours
from wxemu.phone.confirmations import OUTCOMES
from wxemu.phone.pages import PATHS
from wxemu.phone.phones import OVERRIDES
from wxemu.phone.routes import BY_HAND, OPERATIONS

_SOTER_REQUEST: Final[dict[str, Any]] = {
    "requestAuthModes": {"type": "array", "items": TEXT},
    "challenge": TEXT,
    "authContent": TEXT,
}
_BODIES: Final[dict[str, dict[str, Any]]] = {
    "login": {},
    "checkSession": {},
    "checkIsSupportSoterAuthentication": {},
    "checkIsSoterEnrolledInDevice": {"checkAuthMode": TEXT},
    "promptSoterAuthentication": _SOTER_REQUEST,
    "startSoterAuthentication": {**_SOTER_REQUEST, "outcome": {"enum": list(OUTCOMES)}},
    "enrol": {"mode": TEXT, "count": {"type": "integer", "minimum": 0}},
    "override": dict.fromkeys((*OVERRIDES, "untilCleared"), FLAG),
    "cloudID": {"data": OBJECT},
    "callFunction": {
        "name": TEXT,
        "data": OBJECT,
        "env": TEXT,
        "cloudIDs": {"type": "array", "items": TEXT},
        "baseLibrary": TEXT,
    },
}
_PLACE: Final = re.compile(r"<(?:\w+:)?(\w+)>")


def phone_paths() -> dict[str, Any]:
    """Each path with its methods."""
    created = {"appid": TEXT, "profile": TEXT, "openid": TEXT}
    paths: dict[str, Any] = {
        "/phone/v1/phones": {
            "get": ours("Phone", "Every phone"),
            "post": ours("Phone", "A new phone, one finger or face enrolled", created),
        },
        "/phone/v1/phones/{phoneId}": {
            "get": ours("Phone", "One phone", path=("phoneId",)),
            "delete": ours("Phone", "Throw it away", path=("phoneId",)),
        },
    }
    for name in (*OPERATIONS, "callFunction"):
        summary = "Arrange what the phone will answer" if name in BY_HAND else f"What wx.{name} answers"
        operation = ours("Phone", summary, _BODIES[name], ("phoneId",))
        paths[f"/phone/v1/phones/{{phoneId}}/{name}"] = {"post": operation}
    return paths | _page_paths()


def _page_paths() -> dict[str, Any]:
    return {
        _PLACE.sub(r"{\1}", path): {"get": _operation(summary, _PLACE.findall(path))} for path, summary in PATHS.items()
    }


def _operation(summary: str, places: list[str]) -> dict[str, Any]:
    return {
        "summary": summary,
        "tags": ["Phone"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in places],
        "responses": {"default": {"description": "a page, or what it is made of", "content": {"*/*": {}}}},
    }
