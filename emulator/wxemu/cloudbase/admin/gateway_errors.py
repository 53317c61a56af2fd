"""What the gateway refuses: ``{"code", "message", "requestId"}``, always with HTTP 200.

AdminError
├── SignParamInvalidError       SIGN_PARAM_INVALID: the request does not prove whose it is
├── InvalidEnvError             INVALID_ENV: the environment is unknown, or not that of the credentials
├── InvalidParamError           INVALID_PARAM: a body, an action or a parameter that cannot be taken
├── InvalidRequestSourceError   INVALID_REQUEST_SOURCE: the wxCloudApiToken stands for no invocation of this app
└── FunctionError               FUNCTION_NOT_FOUND, FUNCTIONS_EXECUTE_FAIL, ...: no result from the function

Codes as wx-server-sdk knows them [src]; INVALID_ENV is none of them (it expects INVALIID_ENV) and so shows as -501001
``Environment not found`` there, as real replies do [field].
"""

from __future__ import annotations

from typing import Final

OVERLOAD_CODES: Final = {
    -501001: "SYS_ERR",
    -501002: "SERVER_TIMEOUT",
    -501003: "EXCEED_REQUEST_LIMIT",
    -501004: "EXCEED_CONCURRENT_REQUEST_LIMIT",
}
"""The words for ``wechat.errors.OVERLOADS``, by the numbers that wx-server-sdk makes of them [src]."""


class AdminError(Exception):
    """A request that the gateway refuses.

    :param message: what the SDK shows after its own words.
    :param request_id: of the function's invocation, where there was one.
    """

    code = "SYS_ERR"

    def __init__(self, message: str, *, code: str | None = None, request_id: str | None = None) -> None:
        self.code = self.code if code is None else code
        self.message = message
        self.request_id = request_id
        super().__init__(f"{self.code} {message}")


class SignParamInvalidError(AdminError):
    """The request does not prove whose it is."""

    code = "SIGN_PARAM_INVALID"


class InvalidEnvError(AdminError):
    """The environment is unknown, or not that of the credentials."""

    code = "INVALID_ENV"


class InvalidParamError(AdminError):
    """A body, an action or a parameter that cannot be taken."""

    code = "INVALID_PARAM"


class InvalidRequestSourceError(AdminError):
    """The wxCloudApiToken stands for no invocation of this app."""

    code = "INVALID_REQUEST_SOURCE"


class FunctionError(AdminError):
    """The function gave no result."""

    code = "FUNCTIONS_EXECUTE_FAIL"
