"""WeChat's openapis as the OpenAPI document lists them, from THE TABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.openapi import OBJECT, json_content
from wxemu.wechat import login_state
from wxemu.wechat.errors import ERRMSG
from wxemu.wechat.openapis import TABLE
from wxemu.wechat.routes import SNS, SNS_CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.wechat.api import Api, Parameter

FORM_CONTENT_TYPE: Final = "application/x-www-form-urlencoded"
_TYPES: Final = {str: "string", bool: "boolean", int: "integer", list: "array"}


def wechat_paths() -> dict[str, Any]:
    """Each path with the methods that it takes."""
    operations = {api.path: {method.lower(): _operation(api, method) for method in api.methods} for api in TABLE}
    return {**operations, "/{path}": _by_name()}


def _by_name() -> dict[str, Any]:
    """Those that are not in THE TABLE, at one place for all: docs/coverage.md lists them."""
    anywhere = {"name": "path", "in": "path", "required": True, "schema": {"type": "string"}}
    answer = {"description": "a ready answer, or the one that was programmed", "content": {"*/*": {}}}
    operation = {"tags": ["WeChat"], "parameters": [anywhere], "responses": {"200": answer}}
    summary = "An openapi that is known by its name"
    return {method: {**operation, "operationId": f"named.{method}", "summary": summary} for method in ("get", "post")}


def _operation(api: Api, method: str) -> dict[str, Any]:
    in_query = login_state.PARAMETERS if api.has_signed_body else api.parameters if api.method == "GET" else ()
    in_body = [parameter for parameter in api.parameters if not api.has_signed_body or parameter.name != "openid"]
    query = [_in_query(parameter) for parameter in in_query]
    if api.takes_access_token:
        query.insert(0, {"name": "access_token", "in": "query", "required": True, "schema": {"type": "string"}})
    operation: dict[str, Any] = {
        "operationId": api.name if method == api.method else f"{api.name}.{method.lower()}",
        "summary": api.summary,
        "tags": ["WeChat"],
        "parameters": query,
        "responses": {
            "200": {
                "description": "always 200; errcode tells success from failure",
                "content": {
                    _content_type(api): {
                        "schema": {"anyOf": [_schema_of(api.reply), {"$ref": "#/components/schemas/Failure"}]}
                    }
                },
            }
        },
    }
    if api.method == "POST":
        operation["requestBody"] = json_content(
            {
                "type": "object",
                "properties": {parameter.name: _schema(parameter) for parameter in in_body},
                "required": [parameter.name for parameter in in_body if parameter.missing is not None],
            }
        )
    elif method == "POST" and api.has_form:  # in the query or in the form, so neither requires one
        operation["parameters"] = [{**parameter, "required": False} for parameter in query]
        form = {"type": "object", "properties": {parameter.name: _schema(parameter) for parameter in api.parameters}}
        operation["requestBody"] = {"required": False, "content": {FORM_CONTENT_TYPE: {"schema": form}}}
    return operation


def _content_type(api: Api) -> str:
    return SNS_CONTENT_TYPE if api.path.startswith(SNS) else "application/json"


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
    return dict(OBJECT) if isinstance(value, dict) else {"type": _TYPES[type(value)], "examples": [value]}


def failure() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["errcode", "errmsg"],
        "properties": {"errcode": {"type": "integer", "enum": sorted(ERRMSG)}, "errmsg": {"type": "string"}},
    }
