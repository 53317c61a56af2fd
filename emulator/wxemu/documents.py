"""What is written from the tables: the OpenAPI document and the coverage page."""

from __future__ import annotations

import functools
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify

from wxemu.cloudbase.paths import cloudbase_paths
from wxemu.console.paths import console_paths
from wxemu.control.paths import control_paths
from wxemu.core.http import operations
from wxemu.core.http.application import make_application
from wxemu.core.http.our_failures import CORE_STATUSES, refuse
from wxemu.phone.paths import phone_paths
from wxemu.phone.routes import BY_HAND, OPERATIONS
from wxemu.tencentcloud.routes import ACTIONS
from wxemu.wechat.openapis import TABLE
from wxemu.wechat.paths import failure, wechat_paths

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access


def application(access: Access) -> Flask:
    """The document as a party of its own, the last to be made since it loads all others."""
    return make_application(face(), access=access, refuse=partial(refuse, CORE_STATUSES), asks_token=True)


def face() -> Blueprint:
    """``/openapi.json``."""
    routes = Blueprint("documents", __name__)
    routes.add_url_rule("/openapi.json", "openapi", _show, methods=["GET"])
    return routes


def _show() -> Response:
    return jsonify(openapi())


@functools.cache
def openapi() -> dict[str, Any]:
    """The HTTP faces as an OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wxcloud emulator",
            "version": "1",
            "description": "WeChat's endpoints, a SOTER phone, and the emulator's own control plane.",
        },
        "paths": wechat_paths() | cloudbase_paths() | phone_paths() | control_paths() | console_paths(),
        "components": {"schemas": {"Failure": failure(), "OurFailure": operations.our_failure()}},
    }


def coverage() -> str:
    """docs/coverage.md."""
    rows = [
        f"| `{api.name}` | `{api.method} {api.path}` | {'yes' if api.has_cloud_call else 'no'} | "
        f"{'access_token' if api.takes_access_token else 'appid and secret'} | {api.summary} |"
        for api in TABLE
    ]
    actions = [f"| {action.service} | `{action.name}` |" for action in ACTIONS]
    phone = [f"| `wx.{name}` |" for name in (*OPERATIONS, "cloud.callFunction") if name not in BY_HAND]
    return "\n".join(
        [
            "# What is emulated",
            "",
            "Written by `scripts/coverage` from THE TABLE (`emulator/wxemu/wechat/openapis.py`); a test keeps it true.",
            "",
            "## WeChat openapis",
            "",
            "| name | HTTPS | cloud call | proves itself with | what for |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "## Tencent Cloud API",
            "",
            "| service | action |",
            "|---|---|",
            *actions,
            "",
            "## Mini program APIs, on a simulated phone",
            "",
            "| API |",
            "|---|",
            *phone,
            "",
        ]
    )
