"""How an operation stands in the OpenAPI document. Ours follow from their table, the others say it in ``paths``."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.http import inputs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wxemu.core.http.inputs import Member
    from wxemu.core.http.operations import Operation

OBJECT: Final = {"type": "object"}
_TYPES: Final = {str: "string", bool: "boolean", float: "number", int: "integer"}
_LISTS: Final = (list, Sequence)


def operation_paths(operations: Iterable[Operation[..., Any, Any]]) -> dict[str, Any]:
    """Each path with its methods; the tag is the party."""
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _document(operation)
    return paths


def _document(operation: Operation[..., Any, Any]) -> dict[str, Any]:
    known = inputs.members(operation.input)
    others = [member for name, member in known.items() if name not in operation.places]
    parameters = [_parameter(known[name], "path") for name in operation.places]
    if operation.has_query:
        parameters += [_parameter(member, "query") for member in others]
    succeeded = {"description": "done", "content": {operation.content_type: {"schema": schema_of(operation.output)}}}
    refused = {"schema": {"$ref": "#/components/schemas/OurFailure"}}
    document: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": parameters,
        "responses": {
            "200": succeeded,
            "default": {"description": "refused", "content": {"application/json": refused}},
        },
    }
    if not operation.has_query:
        document["requestBody"] = json_content(
            _member_schema(others[0]) if operation.has_whole_body else _object(others),
            is_required=operation.has_whole_body or any(member.is_required for member in others),
        )
    return document


def _parameter(member: Member, place: str) -> dict[str, Any]:
    parameter = {"name": member.name, "in": place, "required": member.is_required, "schema": _member_schema(member)}
    return {**parameter, "description": member.takes.words} if member.takes.words else parameter


def _object(members: Iterable[Member]) -> dict[str, Any]:
    members = list(members)
    required = [member.name for member in members if member.is_required]
    schema = {"type": "object", "properties": {member.name: _member_schema(member) for member in members}}
    return {**schema, "required": required} if required else schema


def _member_schema(member: Member) -> dict[str, Any]:
    takes = member.takes
    said = {
        "description": takes.words or None,
        "minimum": takes.minimum,
        "exclusiveMinimum": takes.above,
        "maximum": takes.maximum,
        "enum": list(member.choices) or None,
    }
    kind = list[str] if member.kind is list else member.kind  # of which no other are taken
    schema = schema_of(kind) if takes.schema is None else dict(takes.schema())
    return {**schema, **{name: value for name, value in said.items() if value is not None}}


def schema_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of a type: a TypedDict, a list, an object, a string, a number, or any of these or null."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Annotated, typing.Required, typing.NotRequired):
        return schema_of(parts[0])
    if origin in (types.UnionType, typing.Union):
        return {"anyOf": [{"type": "null"} if part is type(None) else schema_of(part) for part in parts]}
    if origin in _LISTS:
        return {"type": "array", "items": schema_of(parts[0])}
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        properties = {name: schema_of(hint) for name, hint in hints.items()}
        optional = {name for name, hint in hints.items() if typing.get_origin(hint) is typing.NotRequired}
        return {"type": "object", "properties": properties, "required": sorted(kind.__required_keys__ - optional)}
    if kind in (Mapping, dict) or origin in (Mapping, dict):
        return OBJECT
    return {} if kind is Any else {"type": _TYPES[kind]}


def json_content(schema: Mapping[str, Any], *, is_required: bool = True) -> dict[str, Any]:
    """A request's body."""
    return {"required": is_required, "content": {"application/json": {"schema": schema}}}


def of_cloudbase(summary: str, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """An operation whose success and failure have the form of the client that asks."""
    return {
        "summary": summary,
        "tags": ["CloudBase"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {"default": {"description": "in the client's own form", "content": {"application/json": {}}}},
    }


def preflight(path: tuple[str, ...] = ()) -> dict[str, Any]:
    """A browser's question whether a page may ask."""
    return {
        **of_cloudbase("A browser's preflight", path),
        "responses": {"204": {"description": "its headers say who may"}},
    }


def our_failure() -> dict[str, Any]:
    """The form of every refusal of our own interfaces."""
    error = {"type": "object", "properties": {"status": {"type": "integer"}, "message": {"type": "string"}}}
    return {"type": "object", "required": ["error"], "properties": {"error": error}}
