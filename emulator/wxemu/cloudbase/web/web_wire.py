"""The wire of ``/web``: one JSON object in, one JSON object out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import request

from wxemu.core.http import body
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import as_it_is

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Call:
    """What an SDK asks.

    :param is_parsed: whether the SDK wants a function's result as a value instead of JSON in a string.
    """

    members: Mapping[str, Any] = field(repr=False)
    env: str
    is_parsed: bool

    def text(self, name: str) -> str:
        """A string member, empty without it.

        :raises InputError: it is something else.
        """
        return body.encodable_text(self.members, name) or ""

    @property
    def request_data(self) -> dict[str, Any]:
        """The object that a function is called with, which comes as JSON in a string; without data as an empty one.

        :raises InputError: it is something else.
        """
        text = body.text(self.members, "request_data")
        if not text:
            return {}
        try:
            return body.json_object(json.loads(text))
        except (ValueError, RecursionError):
            raise InputError(as_it_is("request_data: expected a JSON object in a string, got something else")) from None


def call() -> Call:
    """The call that the present request carries.

    :raises InputError: it is no JSON object, or the environment is not named, or query and body name two.
    """
    members = body.of_request()
    named = {request.args.get("env"), body.encodable_text(members, "env")} - {None, ""}
    if len(named) != 1:
        raise InputError(as_it_is(f"env: expected an environment's id, the same in query and body, got {len(named)}"))
    return Call(members, str(named.pop()), is_parsed=request.args.get("parse") == "true")
