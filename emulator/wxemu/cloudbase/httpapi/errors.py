"""What the HTTP API refuses: ``{"code", "message", "requestId"}`` with a status that tells as much [doc].

It has no errors of its own: those of the world, of the body and of the call get their codes here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from werkzeug.exceptions import HTTPException

from wxemu.cloudbase import web_users
from wxemu.cloudbase.calls import PARAM_INVALID, FunctionCallError
from wxemu.cloudbase.unserved import UnservedError
from wxemu.core.http.body import BodyError
from wxemu.core.http.origins import ForeignPageError

_log = logging.getLogger(__name__)
_STATUSES: Final = {"FUNCTION_NOT_FOUND": 404, "FUNCTION_EXCEED_RESOURCE_LIMIT": 429}
"""Of a call without a result; any other is 400 [doc]."""
_REFUSALS: Final[dict[type[Exception], tuple[int, str]]] = {
    BodyError: (400, PARAM_INVALID),
    UnservedError: (404, "INVALID_PATH"),
    HTTPException: (400, PARAM_INVALID),
    ForeignPageError: (403, "INVALID_REQUEST_SOURCE"),
    web_users.UnknownEnvironmentError: (404, "INVALID_ENV"),
    web_users.MissingTokenError: (401, "MISSING_CREDENTIALS"),
    web_users.InvalidTokenError: (401, "INVALID_CREDENTIALS"),
    # Upon this code js-sdk 3.x fetches a new token and calls again [src].
    web_users.ExpiredTokenError: (401, "ACCESS_TOKEN_EXPIRED"),
}


@dataclass(frozen=True)
class Refusal:
    """A refusal as it goes over the wire, ``requestId`` apart."""

    status: int
    code: str
    message: str


def refusal(error: Exception) -> Refusal:
    """What to answer instead of a result."""
    if isinstance(error, FunctionCallError):
        return Refusal(_STATUSES.get(error.code, 400), error.code, error.message)
    for kind, (status, code) in _REFUSALS.items():
        if isinstance(error, kind):
            return Refusal(status, code, str(error))
    _log.error("a fault of the emulator, answered as SYS_ERR", exc_info=error)
    return Refusal(500, "SYS_ERR", "system error")
