"""What the three protocols of web apps have in common: the bearer token, and how a request is refused by each.

UnservedError                 no route of the protocol takes the request, or it has no such action
└── UnimplementedError        a way to get a token that is not emulated
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from flask import Response, jsonify, request
from werkzeug.exceptions import HTTPException

from wxemu.cloudbase import web_users
from wxemu.cloudbase.calls import INVOCATION_FAILED, PARAM_INVALID, FunctionCallError
from wxemu.core import troubles
from wxemu.core.http.application import ANY_METHOD
from wxemu.core.http.inputs import InputError
from wxemu.core.http.origins import ForeignPageError, preflight
from wxemu.core.http.recording import entry

if TYPE_CHECKING:
    from flask import Blueprint


class UnservedError(Exception):
    """No route of the protocol takes the request, or it has no such action."""


class UnimplementedError(UnservedError):
    """A way to get a token that is not emulated."""


@dataclass(frozen=True)
class Codes:
    """What one kind of error is called by each protocol.

    :param web: by ``/web`` [doc], always with HTTP 200: any other status is a "network request error" to js-sdk [src].
    :param httpapi: by the functions' HTTP API, after a status that says as much [doc].
    :param auth: by ``/auth/v1``: a status, ``error`` and ``error_code`` [src: js-sdk's ErrorType, AuthErrorCode]; with
        an ``error_code`` of 0 js-sdk would take it for an answer [src].
    """

    web: str
    httpapi: tuple[int, str]
    auth: tuple[int, str, int] = (401, "unauthenticated", 16)


_INVALID: Final = Codes("INVALID_PARAM", (400, PARAM_INVALID), (400, "invalid_argument", 3))
_INTERNAL: Final = Codes("SYS_ERR", (500, "SYS_ERR"), (500, "internal", 13))
_CODES: Final[dict[type[Exception], Codes]] = {
    InputError: _INVALID,
    HTTPException: _INVALID,
    UnimplementedError: Codes("INVALID_ACTION", (404, "INVALID_PATH"), (400, "unimplemented", 12)),
    UnservedError: Codes("INVALID_ACTION", (404, "INVALID_PATH"), (404, "not_found", 5)),
    ForeignPageError: Codes("INVALID_REQUEST_SOURCE", (403, "INVALID_REQUEST_SOURCE"), (403, "permission_denied", 7)),
    web_users.UnknownEnvironmentError: Codes("INVALID_ENV", (404, "INVALID_ENV"), (400, "unauthorized_client", 4022)),
    web_users.MissingTokenError: Codes("CHECK_LOGIN_FAILED", (401, "MISSING_CREDENTIALS")),
    web_users.InvalidTokenError: Codes("CHECK_LOGIN_FAILED", (401, "INVALID_CREDENTIALS")),
    # Upon this code of the HTTP API js-sdk 3.x fetches a new token and calls again [src].
    web_users.ExpiredTokenError: Codes("ACCESS_TOKEN_EXPIRED", (401, "ACCESS_TOKEN_EXPIRED")),
    # Upon this code of /web js-sdk 1.x signs an anonymous user in anew; upon REFRESH_TOKEN_EXPIRED it would give up.
    # By this word of /auth/v1 js-sdk learns that it must log in anew; the number that goes with it is [inferred].
    web_users.InvalidRefreshTokenError: Codes(
        "INVALID_REFRESH_TOKEN", (401, "INVALID_CREDENTIALS"), (400, "invalid_grant", 3)
    ),
}
_FUNCTION_STATUSES: Final = {"FUNCTION_NOT_FOUND": 404, "FUNCTION_EXCEED_RESOURCE_LIMIT": 429}
"""The HTTP API's of a call without a result; of any other it is 400 [doc]."""


def codes_of(error: Exception) -> tuple[Codes, str]:
    """What an error is called by each protocol, and the message that goes with it."""
    if isinstance(error, FunctionCallError):
        # Its name by the action functions.invokeFunction of /web [src]; the HTTP API has one of its own.
        web = "FUNCTIONS_EXECUTE_FAIL" if error.code == INVOCATION_FAILED else error.code
        entry().rid = error.request_id or entry().rid
        return Codes(web, (_FUNCTION_STATUSES.get(error.code, 400), error.code)), error.message
    for kind, codes in _CODES.items():
        if isinstance(error, kind):
            return codes, str(error)
    troubles.tell(error, f"a fault of the emulator, answered as {_INTERNAL.web}")
    return _INTERNAL, "system error"


def refuse_the_rest(routes: Blueprint, path: str) -> None:
    """Have a face refuse whatever ``path`` covers beyond its other routes, and answer all preflights there."""
    routes.add_url_rule(path, "preflight", preflight, methods=["OPTIONS"])
    routes.add_url_rule(path, "unserved", _refuse_request, methods=ANY_METHOD)


def _refuse_request(**_: str) -> NoReturn:
    raise UnservedError(f"{request.method} {request.path} is not emulated; /openapi.json lists what is")


def bearer_token() -> str:
    """The token in the request's ``Authorization: Bearer <token>``, empty without one."""
    authorization = request.authorization
    if authorization is None or authorization.type != "bearer":
        return ""
    return authorization.token or ""


def refuse_by_http(error: Exception) -> Response:
    """The refusal of the HTTP API, which HTTP access has too: status, and code and message in JSON."""
    codes, message = codes_of(error)
    status, code = codes.httpapi
    entry().fail(code)
    response = jsonify({"code": code, "message": message, "requestId": entry().rid})
    response.status_code = status
    return response
