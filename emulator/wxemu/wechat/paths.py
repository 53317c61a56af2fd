"""WeChat's openapis as the OpenAPI document lists them, from THE TABLE and from the names of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http.openapi import OBJECT, json_content
from wxemu.wechat import known, login_state
from wxemu.wechat.errors import ERRMSG
from wxemu.wechat.openapis import TABLE
from wxemu.wechat.routes import SNS, SNS_CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wxemu.wechat.api import Api, Parameter

FORM_CONTENT_TYPE: Final = "application/x-www-form-urlencoded"
_TYPES: Final = {str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
_ACCESS_TOKEN: Final = {"name": "access_token", "in": "query", "required": True, "schema": {"type": "string"}}
BY_NAME: Final = "WeChat, by name"
"""The tag of the openapis that are not in THE TABLE."""


def wechat_paths() -> dict[str, Any]:
    """Each path with the methods that it takes."""
    emulated = {api.path: {method.lower(): _operation(api, method) for method in api.methods} for api in TABLE}
    return {**emulated, **{api.path: _by_name(api) for api in known.by_path().values()}}


def components() -> dict[str, Any]:
    """What the openapis share."""
    return {
        "schemas": {"Failure": _failure()},
        "parameters": {"AccessToken": _ACCESS_TOKEN},
        "responses": {"Answer": {"description": "JSON, a picture or a file", "content": {"*/*": {}}}},
    }


def _by_name(api: Api) -> dict[str, Any]:
    """One that is not in THE TABLE, whose answer is ready or is programmed."""
    document: dict[str, Any] = {
        "summary": api.summary or "Known by name: program its answer",
        "tags": [BY_NAME],
        "parameters": [{"$ref": "#/components/parameters/AccessToken"}],
        "responses": {"200": {"$ref": "#/components/responses/Answer"}},
    }
    if api.twins:
        document["description"] = f"Also {', '.join(api.twins)}"
    if api.place == "query":
        document["parameters"] += [_in_query(parameter) for parameter in api.parameters]
    elif api.place == "json":
        document["requestBody"] = json_content(_object(api.parameters))
    elif api.place != "any":
        form = {"multipart/form-data": {"schema": OBJECT}}
        document["requestBody"] = {"required": api.place == "form", "content": form}
    if api.method:
        return {api.method.lower(): {"operationId": api.name, **document}}
    return {method: {"operationId": f"{api.name}.{method}", **document} for method in ("get", "post")}


def _operation(api: Api, method: str) -> dict[str, Any]:
    in_query = login_state.PARAMETERS if api.has_signed_body else api.parameters if api.method == "GET" else ()
    in_body = [parameter for parameter in api.parameters if not api.has_signed_body or parameter.name != "openid"]
    query = [_in_query(parameter) for parameter in in_query]
    if api.takes_access_token:
        query.insert(0, _ACCESS_TOKEN)
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
        operation["requestBody"] = json_content(_object(in_body))
    elif method == "POST" and api.has_form:  # in the query or in the form, so neither requires one
        operation["parameters"] = [{**parameter, "required": False} for parameter in query]
        form = {"type": "object", "properties": {parameter.name: _schema(parameter) for parameter in api.parameters}}
        operation["requestBody"] = {"required": False, "content": {FORM_CONTENT_TYPE: {"schema": form}}}
    return operation


def _content_type(api: Api) -> str:
    return SNS_CONTENT_TYPE if api.path.startswith(SNS) else "application/json"


def _object(parameters: Iterable[Parameter]) -> dict[str, Any]:
    parameters = list(parameters)
    return {
        "type": "object",
        "properties": {parameter.name: _schema(parameter) for parameter in parameters},
        "required": [parameter.name for parameter in parameters if parameter.missing is not None],
    }


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


def _failure() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["errcode", "errmsg"],
        "properties": {"errcode": {"type": "integer", "enum": sorted(ERRMSG)}, "errmsg": {"type": "string"}},
    }
