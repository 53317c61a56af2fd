"""What Tencent Cloud's API answers when a call fails.

ApiError
    A call that is refused before any function is concerned; ``code`` is one of the common codes [doc].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from wxemu.cloudbase.database.errors import (
    CollectionExistError,
    CollectionNotExistError,
    DatabaseError,
    InvalidValueError,
)
from wxemu.core.http import tc3 as signatures
from wxemu.core.http.origins import ForeignPageError
from wxemu.scf.api_functions import FunctionError
from wxemu.scf.failures import TooManyCallsError, UnknownFunctionError
from wxemu.scf.project import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

SIGNATURE_REFUSALS: Final[Mapping[type[signatures.SignatureError], tuple[str, str]]] = {
    signatures.MalformedSignatureError: (
        "AuthFailure.InvalidAuthorization",
        "The request header `Authorization` is not in Tencent Cloud's form.",
    ),
    signatures.UnknownSecretIdError: (
        "AuthFailure.SecretIdNotFound",
        "The SecretId is not found, please ensure that your SecretId is correct.",
    ),
    signatures.ExpiredSignatureError: (
        "AuthFailure.SignatureExpire",
        "The signature is expired, please request again.",
    ),
    signatures.WrongSignatureError: (
        "AuthFailure.SignatureFailure",
        "The provided credentials could not be validated. Please check your signature is correct.",
    ),
}
"""Codes [doc]; texts of real replies [field], but for the first [inferred]."""

DATABASE_CODES: Final[Mapping[type[DatabaseError], str]] = {
    CollectionNotExistError: "ResourceNotFound",
    CollectionExistError: "ResourceUnavailable.ResourceExist",
    InvalidValueError: "InvalidParameterValue",
}
"""The first two stand in brackets in the gateway's texts [field]."""
TOO_LARGE: Final = ("RequestSizeLimitExceeded", "The request is larger than 10 MB.")
"""Code [doc]; text [inferred]."""


class ApiError(Exception):
    """A call that the API refuses.

    :param code: a common code, as ``InvalidAction``.
    :param message: its text; the platform's where one is known [field].
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


def refusal(error: Exception) -> ApiError | None:
    """The API's error for ``error``; ``None`` for a fault of the emulator."""
    code_and_message: tuple[str, str] | None = None
    match error:
        case ApiError() | FunctionError():
            code_and_message = error.code, error.message
        case signatures.SignatureError():
            code_and_message = SIGNATURE_REFUSALS[type(error)]
        case UnknownFunctionError():
            code_and_message = "ResourceNotFound.FunctionName", f"The function {error.name!r} does not exist."
        case DatabaseError():
            code = DATABASE_CODES[type(error)]
            code_and_message = code, error.message.removeprefix(f"[{code}] ")
        case TooManyCallsError():
            code_and_message = "RequestLimitExceeded", "Too many function calls at one time."
        case ProjectError():  # no such thing on the platform, where nothing is deployed that cannot be read
            code_and_message = "FailedOperation", str(error)
        case RequestEntityTooLarge():
            code_and_message = TOO_LARGE
        case ForeignPageError():
            code_and_message = "UnauthorizedOperation", str(error)
        case HTTPException():
            code_and_message = "InvalidRequest", error.name
    return None if code_and_message is None else ApiError(*code_and_message)
