"""A web user's call of a function, for whichever protocol carried it.

FunctionCallError
    There is no result; ``code`` is one of the documented ones of the functions' HTTP API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import callers
from wxemu.scf.failures import (
    FunctionFailedError,
    InvalidEventError,
    MemoryLimitError,
    NoResultError,
    TimeLimitError,
    TooManyCallsError,
    UnknownFunctionError,
    UnreadableProjectError,
)
from wxemu.scf.runtime import wx_event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.cloudbase.web_users import WebUser
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.runtime import Invocation

INVOCATION_FAILED: Final = "FUNCTION_INVOCATION_FAILED"
PARAM_INVALID: Final = "FUNCTION_PARAM_INVALID"
_CODES: Final[Mapping[type[NoResultError], str]] = {
    UnknownFunctionError: "FUNCTION_NOT_FOUND",
    TooManyCallsError: "FUNCTION_EXCEED_RESOURCE_LIMIT",
    UnreadableProjectError: "FUNCTION_STATUS_ABNORMAL",
    InvalidEventError: PARAM_INVALID,
    TimeLimitError: "FUNCTION_TIME_LIMIT_EXCEEDED",
    MemoryLimitError: "FUNCTION_MEMORY_LIMIT_EXCEEDED",
    FunctionFailedError: INVOCATION_FAILED,
}


class FunctionCallError(Exception):
    """A call of a function that has no result.

    :param request_id: of the invocation, where there was one.
    """

    def __init__(self, code: str, message: str, *, request_id: str | None = None) -> None:
        self.code = code
        self.message = message
        self.request_id = request_id
        super().__init__(f"{code} {message}")


def call_function(
    world: World, deployment: Deployment, *, user: WebUser, name: str, data: Mapping[str, Any]
) -> Invocation:
    """Run the function for a user of a web app and wait for its result.

    :raises FunctionCallError: there is none.
    """
    try:
        caller = callers.web_user(world, user)
        return deployment.call(name, wx_event(data, caller), caller)
    except NoResultError as error:
        raise call_error(name, error) from None


def call_error(name: str, error: NoResultError) -> FunctionCallError:
    """What a call of the function ``name`` that had no result is called."""
    message = f"Function not found: [{name}]" if isinstance(error, UnknownFunctionError) else str(error)
    return FunctionCallError(error.code_in(_CODES), message, request_id=error.request_id)
