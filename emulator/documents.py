"""What is written from THE TABLE: the OpenAPI document and the coverage page."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify

from emulator.cloudbase.tencentcloud.routes import ACTIONS
from emulator.phone.routes import BY_HAND, OPERATIONS
from emulator.world.apis import TABLE
from emulator.world.confirmations import OUTCOMES
from emulator.world.errors import ERRMSG
from emulator.world.phones import OVERRIDES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.apis import Api
    from emulator.world.requests import Parameter

_TYPES: Final = {str: "string", bool: "boolean", int: "integer"}
_OBJECT: Final = {"type": "object"}


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
        "paths": {api.path: {api.method.lower(): _operation(api)} for api in TABLE}
        | {"/admin": {"post": _of_cloudbase("wx-server-sdk 0.8 to 4, node-sdk: cloud calls, functions, open data")}}
        | _web_app_paths()
        | _tencent_cloud_paths()
        | _phone_paths()
        | _control_paths(),
        "components": {"schemas": {"Failure": _failure_schema(), "OurFailure": _our_failure_schema()}},
    }


def _operation(api: Api) -> dict[str, Any]:
    query = [_in_query(parameter) for parameter in api.parameters] if api.method == "GET" else []
    if api.takes_access_token:
        query.insert(0, {"name": "access_token", "in": "query", "required": True, "schema": {"type": "string"}})
    operation: dict[str, Any] = {
        "operationId": api.name,
        "summary": api.summary,
        "tags": ["WeChat"],
        "parameters": query,
        "responses": {
            "200": {
                "description": "always 200; errcode tells success from failure",
                "content": {
                    "application/json": {
                        "schema": {"anyOf": [_schema_of(api.reply), {"$ref": "#/components/schemas/Failure"}]}
                    }
                },
            }
        },
    }
    if api.method == "POST":
        operation["requestBody"] = _json_content(
            {
                "type": "object",
                "properties": {parameter.name: _schema(parameter) for parameter in api.parameters},
                "required": [parameter.name for parameter in api.parameters if parameter.missing is not None],
            }
        )
    return operation


def _in_query(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "required": parameter.missing is not None,
        "schema": _schema(parameter),
    }


def _schema(parameter: Parameter) -> dict[str, Any]:
    return {"type": _TYPES[parameter.kind], "description": parameter.description}


def _schema_of(reply: Mapping[str, object]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _example(value) for name, value in reply.items()}}


def _example(value: object) -> dict[str, Any]:
    return dict(_OBJECT) if isinstance(value, dict) else {"type": _TYPES[type(value)], "examples": [value]}


def _failure_schema() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["errcode", "errmsg"],
        "properties": {"errcode": {"type": "integer", "enum": sorted(ERRMSG)}, "errmsg": {"type": "string"}},
    }


def _our_failure_schema() -> dict[str, Any]:
    error = {"type": "object", "properties": {"status": {"type": "integer"}, "message": {"type": "string"}}}
    return {"type": "object", "required": ["error"], "properties": {"error": error}}


def _json_content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _ours(
    tag: str, summary: str, members: Mapping[str, Any] | None = None, path: tuple[str, ...] = ()
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "tags": [tag],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": _OBJECT}}},
            "default": {
                "description": "refused",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OurFailure"}}},
            },
        },
    }
    if members is not None:
        operation["requestBody"] = _json_content({"type": "object", "properties": members})
    return operation


def _of_cloudbase(summary: str, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """An operation whose success and failure have the form of the client that asks."""
    return {
        "summary": summary,
        "tags": ["CloudBase"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {"default": {"description": "in the client's own form", "content": {"application/json": {}}}},
    }


def _web_app_paths() -> dict[str, Any]:
    get, post = "get", "post"
    refused = ("get", "post", "put", "patch", "delete")
    others = dict.fromkeys(refused, _of_cloudbase("Not emulated: refused in the client's own form", ("rest",)))
    preflight = {"options": _of_cloudbase("A browser's preflight", ("rest",))}
    web = dict.fromkeys(refused, _of_cloudbase("Not emulated: refused in the client's own form"))
    return {
        "/web": {
            **web,
            post: _of_cloudbase("js-sdk 1.x and 2.x, CLOUD_API of 3.x: functions and anonymous login"),
            "options": _of_cloudbase("A browser's preflight"),
        },
        "/v1/functions/{name}": {post: _of_cloudbase("The HTTP API of functions, GATEWAY of js-sdk 3.x", ("name",))},
        "/v1/{rest}": others | preflight,
        "/auth/v1/signin/anonymously": {post: _of_cloudbase("Log in as the anonymous user of a device")},
        "/auth/v1/token": {post: _of_cloudbase("A new access token for a refresh token")},
        "/auth/v1/user/me": {get: _of_cloudbase("Who is logged in")},
        "/auth/v1/revoke": {post: _of_cloudbase("End the login of an access token")},
        "/auth/v1/user/signout": {post: _of_cloudbase("End one's login")},
        "/auth/v1/{rest}": others | preflight,
    }


def _tencent_cloud_paths() -> dict[str, Any]:
    day_and_path = ("year", "month", "day", "objectPath")
    return {
        "/": {
            "get": _of_cloudbase("COS's temporary bucket: unfinished uploads (?uploads), always none"),
            "post": _of_cloudbase("Tencent Cloud's API with X-TC-Action: SCF and tcb, as SDKs and the CLI use them"),
        },
        "/{year}-{month}-{day}/{objectPath}": {
            "put": _of_cloudbase("COS's temporary bucket: a function's code, whole or in parts", day_and_path),
            "post": _of_cloudbase("COS's temporary bucket: begin and end an upload in parts", day_and_path),
        },
    }


_TEXT: Final = {"type": "string"}
_FLAG: Final = {"type": "boolean"}
_PHONE_BODIES: Final[dict[str, dict[str, Any]]] = {
    "login": {},
    "checkSession": {},
    "checkIsSupportSoterAuthentication": {},
    "checkIsSoterEnrolledInDevice": {"checkAuthMode": _TEXT},
    "startSoterAuthentication": {
        "requestAuthModes": {"type": "array", "items": _TEXT},
        "challenge": _TEXT,
        "authContent": _TEXT,
        "outcome": {"enum": list(OUTCOMES)},
    },
    "enrol": {"mode": _TEXT, "count": {"type": "integer", "minimum": 0}},
    "override": dict.fromkeys((*OVERRIDES, "untilCleared"), _FLAG),
    "cloudID": {"data": _OBJECT},
    "callFunction": {"name": _TEXT, "data": _OBJECT},
}


def _phone_paths() -> dict[str, Any]:
    created = {"appid": _TEXT, "profile": _TEXT, "openid": _TEXT}
    paths: dict[str, Any] = {
        "/phone/v1/phones": {
            "get": _ours("Phone", "Every phone"),
            "post": _ours("Phone", "A new phone, one finger or face enrolled", created),
        },
        "/phone/v1/phones/{phoneId}": {"get": _ours("Phone", "One phone", path=("phoneId",))},
    }
    for name in (*OPERATIONS, "callFunction"):
        summary = "Arrange what the phone will answer" if name in BY_HAND else f"What wx.{name} answers"
        operation = _ours("Phone", summary, _PHONE_BODIES[name], ("phoneId",))
        paths[f"/phone/v1/phones/{{phoneId}}/{name}"] = {"post": operation}
    return paths


def _control_paths() -> dict[str, Any]:
    number = {"type": "number"}
    get, post = "get", "post"
    alive, ready = _ours("Control", "Alive"), _ours("Control", "Seeded and able to serve; 503 until then")
    return {
        "/openapi.json": {get: _ours("Control", "This document")},
        "/healthz": {get: alive},
        "/readyz": {get: ready},
        "/emulator/v1/healthz": {get: alive},
        "/emulator/v1/readyz": {get: ready},
        "/emulator/v1/apps": {get: _ours("Control", "The tenants")},
        "/emulator/v1/state/reset": {
            post: _ours("Control", "Back to the seed, or to nothing", {"to": {"enum": ["seed", "empty"]}})
        },
        "/emulator/v1/clock": {get: _ours("Control", "Where the clock stands")},
        "/emulator/v1/clock/freeze": {post: _ours("Control", "Stop the clock", {"at": number})},
        "/emulator/v1/clock/advance": {post: _ours("Control", "Move the clock forward", {"seconds": number})},
        "/emulator/v1/clock/release": {post: _ours("Control", "Back to real time", {})},
        "/emulator/v1/settings": {
            get: _ours("Control", "The platform's settings"),
            "patch": _ours("Control", "Change some of them", {}),
        },
        "/emulator/v1/exchanges": {get: _ours("Control", "What was asked and answered, newest first")},
        "/emulator/v1/exchanges/{rid}": {get: _ours("Control", "One exchange", path=("rid",))},
        "/emulator/v1/environments": {
            post: _ours(
                "Control",
                "The variables that SCF would set for one invocation",
                {"appid": _TEXT, "openid": _TEXT, "function": _TEXT},
            )
        },
        "/emulator/v1/functions": {get: _ours("Control", "What the project declares")},
        "/emulator/v1/functions/{name}/invocations": {
            post: _ours(
                "Control",
                "Invoke a function as a server of ours, or as a user, a visitor of a web app, a timer",
                {"appid": _TEXT, "event": {}, "as": _TEXT, "anonymous": _FLAG, "timer": _FLAG},
                ("name",),
            )
        },
        "/emulator/v1/logs": {get: _ours("Control", "The logs of invocations, newest first")},
        "/emulator/v1/logs/stream": {get: _ours("Control", "The logs as the invocations end: lines of JSON")},
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
            "Written by `scripts/coverage` from THE TABLE (`emulator/world/apis.py`); a test keeps it true.",
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
