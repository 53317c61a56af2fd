"""What ``/web`` refuses: ``{"code", "message", "requestId"}``, always with HTTP 200 [doc for the codes].

Any other status is a "network request error" to js-sdk [src].

InvalidActionError
    INVALID_ACTION: an action that is not served. All else that is refused is an error of the world's, of the body's or
    of the call's, and gets its code here.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException

from wxemu.cloudbase import web_users
from wxemu.cloudbase.calls import INVOCATION_FAILED, FunctionCallError
from wxemu.cloudbase.unserved import UnservedError
from wxemu.core.http.body import BodyError
from wxemu.core.http.origins import ForeignPageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger(__name__)


class InvalidActionError(Exception):
    """An action that is not served here."""


_CODES: Final[dict[type[Exception], str]] = {
    BodyError: "INVALID_PARAM",
    HTTPException: "INVALID_PARAM",
    InvalidActionError: "INVALID_ACTION",
    UnservedError: "INVALID_ACTION",
    ForeignPageError: "INVALID_REQUEST_SOURCE",
    web_users.UnknownEnvironmentError: "INVALID_ENV",
    web_users.MissingTokenError: "CHECK_LOGIN_FAILED",
    web_users.InvalidTokenError: "CHECK_LOGIN_FAILED",
    web_users.ExpiredTokenError: "ACCESS_TOKEN_EXPIRED",
    # Upon this one js-sdk 1.x signs an anonymous user in anew; upon REFRESH_TOKEN_EXPIRED it would give up.
    web_users.InvalidRefreshTokenError: "INVALID_REFRESH_TOKEN",
}


def refusal(error: Exception) -> Mapping[str, str]:
    """The members that tell why, ``requestId`` apart."""
    if isinstance(error, FunctionCallError):
        # Its name by the action functions.invokeFunction [src]; the HTTP API has one of its own.
        code = "FUNCTIONS_EXECUTE_FAIL" if error.code == INVOCATION_FAILED else error.code
        return {"code": code, "message": error.message}
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return {"code": code, "message": str(error)}
    _log.error("a fault of the emulator, answered as SYS_ERR", exc_info=error)
    return {"code": "SYS_ERR", "message": "system error"}
