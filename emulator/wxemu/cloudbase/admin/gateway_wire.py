"""The gateway's wire: a call from JSON or multipart, its parameters, and the two forms of reply."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from werkzeug.http import parse_options_header

from wxemu.cloudbase.admin.gateway_errors import AdminError, InvalidParamError
from wxemu.core.http import forms
from wxemu.core.http.forms import MULTIPART, FormError
from wxemu.core.http.plain import PlainResponse
from wxemu.core.text import compact_json, describe_kind, is_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.http.recording import Entry

JSON_TYPE: Final = "application/json; charset=utf-8"
"""To the letter: node-sdk takes any other type in reply to wx.openApi for a message of protobuf [src]."""


@dataclass(frozen=True)
class Call:
    """What an SDK asks.

    :param parameters: the body's, by their names on the wire: from JSON any values, from multipart strings, but bytes
        where the SDK has sent a Buffer.
    :param values: the same by their names in lower case. That is how they are signed, so a name in another case is no
        other name.
    :param source: the way the call has come, by its own word: ``wx_client,scf``.
    :param entry: the journal's.
    """

    parameters: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)
    source: str
    entry: Entry = field(repr=False)

    def text(self, name: str) -> str:
        """A string parameter, empty without it.

        :raises InvalidParamError: it is something else.
        """
        value = self.values.get(name.lower(), "")
        if not isinstance(value, str) or not is_text(value):
            found = "half a surrogate pair" if isinstance(value, str) else describe_kind(value)
            raise InvalidParamError(f"{name}: expected a text, got {found}")
        return value

    def content(self, name: str) -> bytes:
        """A parameter's bytes, empty without it.

        :raises InvalidParamError: it is something else.
        """
        value = self.values.get(name.lower(), b"")
        if not isinstance(value, bytes):
            raise InvalidParamError(f"{name}: expected the bytes of a form's part, got {describe_kind(value)}")
        return value


def parameters(content_type: str, body: bytes) -> dict[str, Any]:
    """The parameters that a request's body carries.

    :raises InvalidParamError: the body is neither the JSON object nor the form that the header announces.
    """
    kind, options = parse_options_header(content_type)
    return _form(options.get("boundary", ""), body) if kind == MULTIPART else json_object("body", body)


def in_lower_case(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by their names in lower case.

    :raises InvalidParamError: two names differ in their case alone: SDKs sign them in lower case, so one could stand
        for the other.
    """
    values = {name.lower(): value for name, value in parameters.items()}
    if len(values) < len(parameters):
        _refuse_twins(parameters)
    return values


def _refuse_twins(parameters: Mapping[str, Any]) -> None:
    seen: dict[str, str] = {}
    for name in parameters:
        twin = seen.setdefault(name.lower(), name)
        if twin != name:
            raise InvalidParamError(f"{name}: expected each parameter once, got {twin} as well")


def json_object(name: str, text: bytes | str) -> dict[str, Any]:
    """A JSON object.

    :raises InvalidParamError: it is none; ``name`` says what.
    """
    decoded = json_value(name, text)
    if not isinstance(decoded, dict):
        raise InvalidParamError(f"{name}: expected a JSON object, got {describe_kind(decoded)}")
    return decoded


def json_value(name: str, text: bytes | str) -> Any:
    """A JSON value.

    :raises InvalidParamError: it is none; ``name`` says what.
    """
    try:
        return json.loads(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        raise InvalidParamError(f"{name}: expected JSON in UTF-8, got something else") from None


def _form(boundary: str, body: bytes) -> dict[str, Any]:
    """A form's parts: bytes where it has a type, which form libraries give to a Buffer's part and to no string's."""
    try:
        found = forms.parts(boundary, body)
        return {name: part.content if part.content_type else part.text for name, part in found.items()}
    except FormError as error:
        raise InvalidParamError(f"body: {error}") from None


def for_journal(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as JSON can hold them: bytes in base64."""
    return {
        name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in parameters.items()
    }


def json_reply(members: Mapping[str, Any]) -> PlainResponse:
    """A reply in JSON."""
    return PlainResponse(compact_json(members).encode(), JSON_TYPE)


def refusal(entry: Entry, error: AdminError) -> PlainResponse:
    """A refusal in the gateway's own form, which the journal is told of."""
    entry.fail(error.code)
    entry.rid = error.request_id or entry.rid
    return json_reply({"code": error.code, "message": error.message, "requestId": entry.rid})
