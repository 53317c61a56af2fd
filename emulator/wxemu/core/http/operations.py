"""How an operation stands in the OpenAPI document; the faces say what theirs are in their ``paths``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

OBJECT: Final = {"type": "object"}
TEXT: Final = {"type": "string"}
FLAG: Final = {"type": "boolean"}


def json_content(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def ours(
    tag: str, summary: str, members: Mapping[str, Any] | None = None, path: tuple[str, ...] = ()
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "tags": [tag],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {
            "200": {"description": "done", "content": {"application/json": {"schema": OBJECT}}},
            "default": {
                "description": "refused",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/OurFailure"}}},
            },
        },
    }
    if members is not None:
        operation["requestBody"] = json_content({"type": "object", "properties": members})
    return operation


def of_cloudbase(summary: str, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """An operation whose success and failure have the form of the client that asks."""
    return {
        "summary": summary,
        "tags": ["CloudBase"],
        "parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in path],
        "responses": {"default": {"description": "in the client's own form", "content": {"application/json": {}}}},
    }


def our_failure() -> dict[str, Any]:
    error = {"type": "object", "properties": {"status": {"type": "integer"}, "message": {"type": "string"}}}
    return {"type": "object", "required": ["error"], "properties": {"error": error}}
