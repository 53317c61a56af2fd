"""What our own interfaces (phone, control plane, console) answer when something is refused or goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException, NotFound

from wxemu.core import messages, troubles
from wxemu.core.apps import PublishedSecretError, UnknownAppError
from wxemu.core.clock import ClockError
from wxemu.core.http import language, nowhere
from wxemu.core.http.admission import ControlTokenError
from wxemu.core.http.inputs import InputError
from wxemu.core.http.origins import ForeignPageError
from wxemu.core.keys import NoKeyError
from wxemu.core.messages import Message
from wxemu.core.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Statuses = Mapping[type[Exception], int]

CORE_STATUSES: Final[Statuses] = {
    InputError: 400,
    ClockError: 400,
    SettingsError: 400,
    ControlTokenError: 401,
    ForeignPageError: 403,
    PublishedSecretError: 400,
    UnknownAppError: 404,
    NoKeyError: 503,
}
"""The HTTP status of each error that any of the interfaces may meet; a party adds its own."""


def failure(status: int, message: str) -> Response:
    """A refusal in the form of all but the console's pages."""
    return Response(
        jsonify({"error": {"status": status, "message": message}}).get_data(),
        status=status,
        content_type="application/json",
    )


def refuse(statuses: Statuses, error: Exception, *, fail: Callable[[int, str], Response] = failure) -> Response:
    """The answer to a request that ``error`` ended.

    :param statuses: by kind of error; the nearest kind counts.
    :param fail: makes the answer of a status and a message.
    """
    if isinstance(error, NotFound) and fail is failure and nowhere.is_browsers():
        return nowhere.page()
    if isinstance(error, HTTPException):
        reason = vars(error).get("description")  # of a view of ours; the library's own words do not say what of
        return fail(error.code or 500, reason or language.say(_no_answer(error)))
    status = next((statuses[kind] for kind in type(error).__mro__ if kind in statuses), None)
    if status is None:
        troubles.tell(error)
        return fail(500, language.say(troubles.client_words(error)))
    return fail(status, messages.of_error(error, language.of_request()))


def _no_answer(error: HTTPException) -> Message:
    return Message(
        "{method} {path}: {name}; see /openapi.json",
        "{method} {path}：{name}；参见 /openapi.json",
        method=request.method,
        path=request.path,
        name=error.name,
    )
