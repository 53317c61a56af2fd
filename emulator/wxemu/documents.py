"""What is written from the tables: the OpenAPI document and the coverage page."""

from __future__ import annotations

import functools
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint

from wxemu.cloudbase.paths import cloudbase_paths
from wxemu.console.paths import console_paths
from wxemu.control.operations import faults
from wxemu.control.routes import SUBJECTS
from wxemu.core.faults import ANY
from wxemu.core.http.application import make_application
from wxemu.core.http.openapi import operation_paths, our_failure
from wxemu.core.http.operations import Nothing, Operation
from wxemu.core.http.origins import Pages
from wxemu.core.http.our_failures import CORE_STATUSES, refuse
from wxemu.core.http.serving import add_route
from wxemu.phone import operations as phone_operations
from wxemu.phone.pages import page_paths
from wxemu.tencentcloud.routes import ACTIONS
from wxemu.wechat import known
from wxemu.wechat.openapis import TABLE
from wxemu.wechat.paths import components, wechat_paths

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.wechat.api import Api

SHOW: Final = Operation("openapi.show", "GET", "/openapi.json", Nothing, dict[str, Any], "This document")


def application(world: World, access: Access) -> Flask:
    """The document as a party of its own, the last to be made since it loads all others."""
    return make_application(
        face(),
        world=world,
        access=access,
        refuse=partial(refuse, CORE_STATUSES),
        pages=Pages.ALLOWED_AND_LINKS,
        asks_token=True,
    )


def face() -> Blueprint:
    """``/openapi.json``."""
    routes = Blueprint("documents", __name__)
    add_route(routes, SHOW, lambda _: openapi())
    return routes


@functools.cache
def openapi() -> dict[str, Any]:
    """The HTTP faces as an OpenAPI 3.1 document."""
    ours = [SHOW, *(operation for subject in SUBJECTS for operation in subject.operations), *phone_operations.TABLE]
    paths = wechat_paths() | cloudbase_paths() | operation_paths(ours) | page_paths() | console_paths()
    members = paths[faults.ADD.path]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    members["api"]["enum"] = [ANY, *known.names()]  # core says what a fault is, and knows no openapi
    shared = components()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "wxcloud emulator",
            "version": "1",
            "description": "WeChat's endpoints, a SOTER phone, and the emulator's own control plane.",
        },
        "paths": paths,
        "components": {**shared, "schemas": {**shared["schemas"], "OurFailure": our_failure()}},
    }


def _address(api: Api) -> str:
    return f"`{api.method} {api.path}`".replace("` ", "`")


def coverage() -> str:
    """docs/coverage.md."""
    rows = [
        f"| `{api.name}` | {_address(api)} | {'yes' if api.has_cloud_call else 'no'} | "
        f"{'access_token' if api.takes_access_token else 'appid and secret'} | {api.summary} |"
        for api in TABLE
    ]
    ready = [f"| `{api.name}` | {_address(api)} | {api.summary} |" for api in known.all_apis() if api.kind == "ready"]
    named = [
        f"| `{api.name}` | {_address(api)} | {'yes' if api.has_cloud_call else 'no'} |"
        for api in known.all_apis()
        if api.kind == "named"
    ]
    actions = [f"| {action.service} | `{action.name}` |" for action in ACTIONS]
    names = (operation.name for operation in phone_operations.OF_MINI_PROGRAMS)
    phone = [f"| `wx.{phone_operations.OWNERS.get(name, '')}{name}` |" for name in names]
    return "\n".join(
        [
            "# What is emulated",
            "",
            "Written by `scripts/coverage` from THE TABLE (`emulator/wxemu/wechat/openapis.py`); a test keeps it true.",
            "",
            "## WeChat openapis",
            "",
            "### Emulated",
            "",
            "They follow WeChat's rules, on the state that the emulator keeps:",
            "",
            "| name | HTTPS | cloud call | proves itself with | what for |",
            "|---|---|---|---|---|",
            *rows,
            "",
            "### With a ready answer",
            "",
            "They give the documented success, send nothing, and refuse what is easily seen to be wrong. All have a",
            "cloud call. What else may go wrong is [a fault](testing.md#answers-of-your-own):",
            "",
            "| name | HTTPS | what for |",
            "|---|---|---|",
            *ready,
            "",
            "### Known by name",
            "",
            "Credentials, permissions, method, body and signatures are checked; the answer is that which you",
            "[program](testing.md#answers-of-your-own), and without one an error that says so:",
            "",
            "| name | HTTPS | cloud call |",
            "|---|---|---|",
            *named,
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
