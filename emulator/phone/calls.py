"""``wx.cloud.callFunction`` on a phone: what ``success`` or ``fail`` gets.

The texts are the newer base library's [field]: ``cloud.callFunction:fail Error: errCode: <code> <text> | errMsg: ...``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from emulator.failures import (
    FunctionFailedError,
    NoResultError,
    ResultTooLargeError,
    TimeLimitError,
    TooManyCallsError,
    UnknownFunctionError,
    UnreadableProjectError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.deployment import Deployment
    from emulator.runtime import Invocation
    from emulator.world.phones import Phone
    from emulator.world.world import World

RESULT_LIMIT: Final = 1024 * 1024
"""Bytes of JSON that a function may give to a mini program [doc]."""
_CODES: Final[Mapping[type[NoResultError], int]] = {
    UnknownFunctionError: -501000,
    TooManyCallsError: -501004,
    UnreadableProjectError: -501001,
    TimeLimitError: -504003,
    ResultTooLargeError: -604001,
    FunctionFailedError: -504002,
}
_TEXTS: Final = {
    -501000: "",
    -501001: " resource system error",
    -501004: " exceed concurrent request limit",
    -504002: " functions execute fail",
    -504003: " ",
    -604001: " cloudfunction result size exceed limit (1MB)",
}
"""What follows the number, blanks included: the newer library's table has an empty text for a timeout [field]."""
_NOT_FOUND: Final = (
    "FunctionName parameter could not be found. 更多错误信息请访问："
    "https://docs.cloudbase.net/error-code/basic/FUNCTION_NOT_FOUND"
)


def call_function(
    world: World, deployment: Deployment, phone: Phone, name: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    """Run the function for the phone's user and wait for its answer."""
    try:
        done = deployment.call_from(phone, name, data)
        _check_size(done)
    except NoResultError as error:
        return _failed(world, error)
    return {"errMsg": "cloud.callFunction:ok", "result": done.result, "requestID": done.request_id}


def _check_size(done: Invocation) -> None:
    """Only now: other callers may get more [doc].

    :raises ResultTooLargeError: it is more than a mini program may get.
    """
    if len(json.dumps(done.result, ensure_ascii=False).encode(errors="surrogatepass")) > RESULT_LIMIT:
        raise ResultTooLargeError("result size exceed limit", request_id=done.request_id)


def _failed(world: World, error: NoResultError) -> dict[str, Any]:
    code, message = error.code_in(_CODES), _NOT_FOUND if isinstance(error, UnknownFunctionError) else str(error)
    reason = f"errCode: {code}{_TEXTS[code]} | errMsg: {message}"
    call_id = f"{int(world.clock.now() * 1000)}-0.{int.from_bytes(world.randomness.draw(7), 'big')}"
    failed = {"errCode": code, "errMsg": f"cloud.callFunction:fail Error: {reason} (callId: {call_id})"}
    return failed if error.request_id is None else {**failed, "requestID": error.request_id}
