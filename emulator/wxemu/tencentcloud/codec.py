"""The API's wire: JSON parameters in, ``{"Response": {...}}`` out, times in China's."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from wxemu.core.text import is_text
from wxemu.tencentcloud.errors import TOO_LARGE, ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST_REQUEST: Final = 10 * 1024 * 1024
"""Bytes that a request with a v3 signature may have [doc]."""
CHINA: Final = timezone(timedelta(hours=8))
_TIME: Final = "%Y-%m-%d %H:%M:%S"
_WHOLE: Final = range(-(2**31), 2**31)


@dataclass(frozen=True)
class Parameters:
    """The parameters of a call, or of one object in them; a null counts as absent [inferred]."""

    members: Mapping[str, Any]

    @classmethod
    def decode(cls, body: bytes) -> Parameters:
        """The JSON object in a request's body; none at all is an empty one.

        :raises ApiError: InvalidParameter: anything else; RequestSizeLimitExceeded.
        """
        if len(body) > LARGEST_REQUEST:
            raise ApiError(*TOO_LARGE)
        try:
            members = json.loads(body.decode()) if body.strip() else {}
        except (ValueError, RecursionError):
            raise ApiError("InvalidParameter", "The request body is no JSON in UTF-8.") from None
        if not isinstance(members, dict):
            raise ApiError("InvalidParameter", "The request body is no JSON object.")
        return cls(members)

    def text(self, name: str) -> str:
        """A string that must be there.

        :raises ApiError: MissingParameter, InvalidParameter.
        """
        found = self.optional_text(name)
        if found is None:
            raise ApiError("MissingParameter", f"The request is missing a required parameter `{name}`.")
        return found

    def optional_text(self, name: str) -> str | None:
        """A string, or ``None`` without it.

        :raises ApiError: InvalidParameter: another type, or a lone surrogate in it.
        """
        found = self.members.get(name)
        if found is not None and not (isinstance(found, str) and is_text(found)):
            raise _wrong_type(name)
        return found

    def number(self, name: str) -> int | None:
        """A whole number, or ``None`` without it.

        :raises ApiError: InvalidParameter: another type, or beyond 32 bits.
        """
        found = self.members.get(name)
        if found is not None and (isinstance(found, bool) or not isinstance(found, int) or found not in _WHOLE):
            raise _wrong_type(name)
        return found

    def nested(self, name: str) -> Parameters | None:
        """An object, or ``None`` without it.

        :raises ApiError: InvalidParameter: another type.
        """
        found = self.members.get(name)
        if found is not None and not isinstance(found, dict):
            raise _wrong_type(name)
        return None if found is None else Parameters(found)

    def list_of_nested(self, name: str) -> list[Parameters]:
        """A list of objects, empty without it.

        :raises ApiError: InvalidParameter: anything else.
        """
        return list_of_objects(name, self.members.get(name))


def list_of_objects(name: str, found: object) -> list[Parameters]:
    """What must be a list of objects; ``None`` is an empty one.

    :raises ApiError: InvalidParameter: anything else.
    """
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise _wrong_type(name)
    return [Parameters(entry) for entry in found]


def _wrong_type(name: str) -> ApiError:
    return ApiError("InvalidParameter", f"Parameter `{name}` type error.")


def response(members: Mapping[str, Any], *, request_id: str) -> Response:
    """A reply. Its label is exactly ``application/json``: the Python SDK reads an error under no other [src].

    :param request_id: of the call, unless ``members`` hold another one.
    """
    return jsonify({"Response": {"RequestId": request_id, **members}})


def failure(error: ApiError, *, request_id: str) -> Response:
    """The reply to a refused call, HTTP 200 like any other [doc]."""
    return response({"Error": {"Code": error.code, "Message": error.message}}, request_id=request_id)


def format_time(at: float) -> str:
    """Unix seconds as the API writes them, in China's time [doc: the samples; the zone is inferred]."""
    return datetime.fromtimestamp(at, UTC).astimezone(CHINA).strftime(_TIME)


def parse_time(name: str, text: str) -> float:
    """Unix seconds from a text as ``format_time`` makes.

    :raises ApiError: InvalidParameterValue: another form.
    """
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=CHINA).timestamp()
    except (ValueError, OverflowError):
        message = f"{name}: expected a time as 2019-05-16 20:59:59, got {text[:40]!r}."
        raise ApiError("InvalidParameterValue", message) from None
