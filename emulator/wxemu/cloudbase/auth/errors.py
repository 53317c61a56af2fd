"""What ``/auth/v1`` refuses: ``{"error", "error_code", "error_description"}`` [src: js-sdk's ErrorType, AuthErrorCode].

UnimplementedError
    A way to get a token that is not emulated. All else that is refused is an error of the world's or of the body's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from werkzeug.exceptions import HTTPException

from wxemu.cloudbase import web_users
from wxemu.cloudbase.unserved import UnservedError
from wxemu.core.http.body import BodyError
from wxemu.core.http.origins import ForeignPageError

_log = logging.getLogger(__name__)


class UnimplementedError(Exception):
    """A way to get a token that is not emulated."""


_REFUSALS: Final[dict[type[Exception], tuple[int, str, int]]] = {
    BodyError: (400, "invalid_argument", 3),
    UnservedError: (404, "not_found", 5),
    HTTPException: (400, "invalid_argument", 3),
    UnimplementedError: (400, "unimplemented", 12),
    ForeignPageError: (403, "permission_denied", 7),
    web_users.UnknownEnvironmentError: (400, "unauthorized_client", 4022),
    # By this word js-sdk learns that it must log in anew; the number that goes with it is [inferred].
    web_users.InvalidRefreshTokenError: (400, "invalid_grant", 3),
    web_users.WebLoginError: (401, "unauthenticated", 16),
}


@dataclass(frozen=True)
class Refusal:
    """A refusal as it goes over the wire; with an ``error_code`` of 0 js-sdk would take it for an answer [src]."""

    status: int
    error: str
    error_code: int
    description: str


def refusal(error: Exception) -> Refusal:
    """What to answer instead."""
    for kind, members in _REFUSALS.items():
        if isinstance(error, kind):
            return Refusal(*members, str(error))
    _log.error("a fault of the emulator, answered as internal", exc_info=error)
    return Refusal(500, "internal", 13, "system error")
