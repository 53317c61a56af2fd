"""``wx.cloud.callFunction`` on a phone: what ``success`` or ``fail`` gets.

A failure has one of two forms [field]: the newer base library's
``cloud.callFunction:fail Error: errCode: <code> <text> | errMsg: ...``, and the older one's, which calls all of them
-404011 and has the service's own code in its text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wxemu.cloudbase import open_data
from wxemu.cloudbase.callers import mini_program_user
from wxemu.cloudbase.open_data import CloudIDError
from wxemu.core.steps import Decision
from wxemu.phone import phones
from wxemu.scf.failures import (
    FunctionFailedError,
    NoResultError,
    ResultTooLargeError,
    TimeLimitError,
    TooManyCallsError,
    UnknownFunctionError,
    UnreadableProjectError,
    make_error,
)
from wxemu.scf.runtime import wx_event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.steps import Steps
    from wxemu.core.world import World
    from wxemu.phone.phones import Phone
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.runtime import Identity, Invocation, JSONValue

Kept = TypeVar("Kept")

RESULT_LIMIT: Final = 1024 * 1024
"""Bytes of JSON that a function may give to a mini program [doc]."""
CLOUD_ID_LIMIT: Final = 5
"""cloudIDs of one call that are replaced [doc]."""
OLD: Final = -404011
"""The one errCode of the older form: cloud function execution error."""


class UnknownEnvironmentError(NoResultError):
    """The mini program has no environment of this name."""


_CODES: Final[Mapping[type[NoResultError], int]] = {
    UnknownFunctionError: -501000,
    UnknownEnvironmentError: -501000,
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
"""The text after the number, with its spaces: the newer library's table has an empty text for a timeout [field]."""
_NOT_FOUND: Final = (
    "FunctionName parameter could not be found. 更多错误信息请访问："
    "https://docs.cloudbase.net/error-code/basic/FUNCTION_NOT_FOUND"
)


@dataclass(frozen=True)
class FunctionCall:
    """What a mini program asks for.

    :param env: the environment it names, or ``None`` for the app's own.
    :param cloud_ids: which top-level members of ``data`` are wx.cloud.CloudID values.
    :param is_old: a failure has the older base library's form.
    """

    name: str
    data: Mapping[str, Any] = field(repr=False)
    env: str | None = None
    cloud_ids: tuple[str, ...] = ()
    is_old: bool = False


def call_function(
    world: World,
    deployment: Deployment,
    phone_id: str,
    call: FunctionCall,
    keep: Callable[[str, Mapping[str, Any]], Kept],
) -> Steps[Kept]:
    """Run the function for the phone's user.

    :param keep: records an answer to an app's phone, with its invocation at once, and makes the result.
    :raises UnknownPhoneError: there is no such phone.
    """
    appid: str | None = None

    def begin() -> tuple[JSONValue, Identity]:
        nonlocal appid
        phone = phones.find(world, phone_id)
        appid = phone.appid
        caller = mini_program_user(world, phone.appid, phone.openid)
        _check_environment(caller, call)
        return wx_event(_with_open_data(world, phone, call), caller), caller

    def end(done: Invocation) -> Kept:
        try:
            answer = _make_answer(done)
        except NoResultError as error:
            return fail(error)
        return keep(app(), answer)

    def fail(error: NoResultError) -> Kept:
        answer = _make_old_failure(call, error) if call.is_old else _make_failure(world, error)
        return keep(app(), answer)

    def app() -> str:
        return phones.find(world, phone_id).appid if appid is None else appid

    try:
        return (yield from deployment.calling(call.name, begin, end))
    except NoResultError as error:
        failed: Kept = yield Decision(partial(fail, error))
        return failed


def _make_answer(done: Invocation) -> dict[str, Any]:
    """:raises NoResultError: it has failed, or has returned too much."""
    if done.failure is not None:
        raise make_error(done.failure, done.request_id)
    _check_size(done)
    return {"errMsg": "cloud.callFunction:ok", "result": done.result, "requestID": done.request_id}


def _check_environment(caller: Identity, call: FunctionCall) -> None:
    """:raises UnknownEnvironmentError: the call names another environment than the app's."""
    if call.env not in (None, caller.env):
        raise UnknownEnvironmentError("Environment not found")


def _with_open_data(world: World, phone: Phone, call: FunctionCall) -> Mapping[str, Any]:
    """The data with each cloudID replaced by its open data, or by the reason why there is none [doc]."""
    open_data_by_name = {
        name: _exchange(world, phone, str(call.data[name]))
        for name in call.cloud_ids[:CLOUD_ID_LIMIT]
        if name in call.data
    }
    return {**call.data, **open_data_by_name}


def _exchange(world: World, phone: Phone, cloud_id: str) -> dict[str, Any]:
    try:
        data = open_data.exchange(world, cloud_id, appid=phone.appid, openid=phone.openid)
    except CloudIDError as error:
        return {"cloudID": cloud_id, "errCode": error.code, "errMsg": f"{open_data.REFUSALS[error.code]}."}
    return {"cloudID": cloud_id, "data": data}


def _check_size(done: Invocation) -> None:
    """Only now: other callers may get more [doc].

    :raises ResultTooLargeError: it is more than a mini program may get.
    """
    if len(json.dumps(done.result, ensure_ascii=False).encode(errors="surrogatepass")) > RESULT_LIMIT:
        raise ResultTooLargeError("result size exceed limit", request_id=done.request_id)


def _make_failure(world: World, error: NoResultError) -> dict[str, Any]:
    code, message = error.code_in(_CODES), _NOT_FOUND if isinstance(error, UnknownFunctionError) else str(error)
    reason = f"errCode: {code}{_TEXTS[code]} | errMsg: {message}"
    call_id = f"{int(world.clock.now() * 1000)}-0.{int.from_bytes(world.randomness.draw(7), 'big')}"
    return _write_failure(code, f"cloud.callFunction:fail Error: {reason} (callId: {call_id})", error)


def _make_old_failure(call: FunctionCall, error: NoResultError) -> dict[str, Any]:
    code, message = error.code_in(_CODES), str(error)
    if isinstance(error, UnknownFunctionError):
        code, message = -504002, f"Function not found: [{call.name}]"
    elif isinstance(error, UnknownEnvironmentError):
        message = "[100004] env not exists"
    served = f"requestID {error.request_id or ''}, cloud function service error code {code}"
    return _write_failure(
        OLD, f"cloud.callFunction:fail {served}, error message {message}; at cloud.callFunction api;", error
    )


def _write_failure(code: int, message: str, error: NoResultError) -> dict[str, Any]:
    failed = {"errCode": code, "errMsg": message}
    return failed if error.request_id is None else {**failed, "requestID": error.request_id}
