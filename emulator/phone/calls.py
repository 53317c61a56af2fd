"""``wx.cloud.callFunction`` on a phone: what ``success`` or ``fail`` gets.

The texts are the newer base library's [field]: ``cloud.callFunction:fail Error: errCode: <code> <text> | errMsg: ...``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from emulator.deployment import TooManyCallsError, UnknownFunctionError
from emulator.project import ProjectError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.deployment import Deployment
    from emulator.runtime import Failure
    from emulator.world.phones import Phone
    from emulator.world.world import World

RESULT_LIMIT: Final = 1024 * 1024
"""Bytes of JSON that a function may give to a mini program [doc]."""
_TIMEOUT: Final = 433
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
    except UnknownFunctionError:
        return _failed(world, -501000, _NOT_FOUND)
    except TooManyCallsError:
        return _failed(world, -501004, "too many function calls at one time")
    except ProjectError as error:
        return _failed(world, -501001, str(error))
    if done.failure is not None:
        return _failed(world, *_reason(done.failure), request_id=done.request_id)
    if len(json.dumps(done.result, ensure_ascii=False).encode(errors="surrogatepass")) > RESULT_LIMIT:
        return _failed(world, -604001, "result size exceed limit", request_id=done.request_id)
    return {"errMsg": "cloud.callFunction:ok", "result": done.result, "requestID": done.request_id}


def _reason(failure: Failure) -> tuple[int, str]:
    if failure.status_code == _TIMEOUT:
        return -504003, failure.message
    return -504002, failure.stack_trace or failure.message


def _failed(world: World, code: int, message: str, *, request_id: str | None = None) -> dict[str, Any]:
    reason = f"errCode: {code}{_TEXTS[code]} | errMsg: {message}"
    call_id = f"{int(world.clock.now() * 1000)}-0.{int.from_bytes(world.randomness.draw(7), 'big')}"
    failed = {"errCode": code, "errMsg": f"cloud.callFunction:fail Error: {reason} (callId: {call_id})"}
    return failed if request_id is None else {**failed, "requestID": request_id}
