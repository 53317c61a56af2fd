"""A web user's call of a function, for whichever protocol carried it.

FunctionCallError
    There is no result; ``code`` is one of the documented ones of the functions' HTTP API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emulator.deployment import TooManyCallsError, UnknownFunctionError
from emulator.project import ProjectError
from emulator.runtime import wx_event
from emulator.world import apps

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.deployment import Deployment
    from emulator.runtime import Identity, Invocation
    from emulator.world.web_users import WebUser
    from emulator.world.world import World

SOURCE: Final = "web_client"
"""TCB_SOURCE of a web user's call; the real value is not known [inferred]."""
INVOCATION_FAILED: Final = "FUNCTION_INVOCATION_FAILED"
PARAM_INVALID: Final = "FUNCTION_PARAM_INVALID"
_CODES: Final = {
    400: PARAM_INVALID,
    433: "FUNCTION_TIME_LIMIT_EXCEEDED",
    434: "FUNCTION_MEMORY_LIMIT_EXCEEDED",
}
"""By SCF's status; any other failure is one of the function's own code."""


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
        caller = _caller(world, deployment, user)
        done = deployment.invoke(name, wx_event(data, caller), caller)
    except UnknownFunctionError:
        raise FunctionCallError("FUNCTION_NOT_FOUND", f"Function not found: [{name}]") from None
    except TooManyCallsError:
        raise FunctionCallError("FUNCTION_EXCEED_RESOURCE_LIMIT", "too many function calls at one time") from None
    except ProjectError as error:
        raise FunctionCallError("FUNCTION_STATUS_ABNORMAL", str(error)) from None
    if done.failure is not None:
        code = _CODES.get(done.failure.status_code, INVOCATION_FAILED)
        message = done.failure.stack_trace or done.failure.message
        raise FunctionCallError(code, message, request_id=done.request_id)
    return done


def _caller(world: World, deployment: Deployment, user: WebUser) -> Identity:
    """Nobody of WeChat's, so the function gets no openid, and may make no cloud call."""
    with world.deciding():
        app = apps.find_by_env(world, user.env)
    appid = "" if app is None else app.appid
    return deployment.caller(appid, uuid=user.uuid, is_anonymous=True, source=SOURCE)
