"""What became of one invocation: a result, or one of the platform's failures; or why there was none.

UninvokedError
├── RuntimeClosedError   the runtime has been closed
├── InterpreterError     the Python that is to run the function does not work
└── DebuggerError        there is no debugger to wait for, or its port is taken
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from wxemu.core.messages import MessageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOAD_STATUS: Final = 443
JSONValue: TypeAlias = "bool | int | float | str | Sequence[JSONValue] | Mapping[str, JSONValue] | None"


@dataclass(frozen=True)
class Failure:
    """One failed invocation in the platform's terms [field].

    `status_code` is SCF's (430, 433, ...); `stack_trace`, for user code that raised, is one string without the
    bootstrap's frames and with the paths of the platform.
    """

    status_code: int
    error_code: int
    message: str
    stack_trace: str | None = None

    def payload(self, request_id: str) -> dict[str, JSONValue]:
        """Return the object that stands where the result would."""
        trace = {} if self.stack_trace is None else {"stackTrace": self.stack_trace}
        return {
            "errorCode": self.error_code,
            "errorMessage": self.message,
            "requestId": request_id,
            **trace,
            "statusCode": self.status_code,
        }


def exception_failure(stack_trace: str) -> Failure:
    """The handler raised, or returned what is not JSON."""
    return Failure(430, 1, "user code exception caught", stack_trace)


def timeout_failure(limit_seconds: int) -> Failure:
    """The function, or its loading, was still running at its time limit."""
    return Failure(433, -1, f"Invoking task timed out after {limit_seconds} seconds")


def memory_failure(limit_megabytes: int) -> Failure:
    """The function, or its loading, held more memory than it may [field]."""
    return Failure(434, -1, f"Task memory exceeded {limit_megabytes} MB")


def exit_failure() -> Failure:
    """The process ended before it answered: `os._exit`, `sys.exit`, a signal, a crash."""
    return Failure(439, -1, "User process exit when running")


def load_failure(reason: str, status_code: int = LOAD_STATUS) -> Failure:
    """The handler could not be loaded; `reason` is the whole traceback, the bootstrap's frames included.

    Of an HTTP function it is the server that could not be started.
    """
    return Failure(status_code, 1, reason)


def nesting_failure() -> Failure:
    """The event is nested deeper than JSON is read here; the platform's own words for it are unknown [inferred]."""
    return Failure(400, -1, "the event is nested too deeply")


def event_size_failure() -> Failure:
    """The event is over 6 MB; status and text are documented (583/35311), that they are given like this [inferred]."""
    return Failure(406, -1, "RequestTooLarge")


def result_size_failure() -> Failure:
    """The returned value is over 6 MB; status and text are documented (583/35311), their form is [inferred]."""
    return Failure(407, -1, "The size of response exceeds the upper limit (6MB)")


def ret_msg(value: object) -> str:
    """A value as the platform writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Invocation:
    """One invocation that has ended.

    `result` is the returned JSON value (None when `failure` is set), `log` what was written to stdout and stderr,
    `duration_ms` the handler's time without the instance's start, `is_cold` whether an instance was started for it,
    `memory_bytes` the most its instance has used since it started; 0 if it never ran. `init_ms` is how long a cold
    start took until the handler was loaded, `init_function_ms` how much of that was the function's own loading,
    `init_memory_bytes` the most that the instance had used until then.
    """

    request_id: str
    result: JSONValue
    failure: Failure | None
    log: str
    duration_ms: float
    is_cold: bool
    memory_bytes: int = 0
    init_ms: float = 0
    init_function_ms: float = 0
    init_memory_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether the function answered."""
        return self.failure is None

    @cached_property
    def ret_msg(self) -> str:
        """The result or failure as the platform writes it: JSON, characters as they are, no whitespace."""
        return ret_msg(self.result if self.failure is None else self.error)

    @property
    def error(self) -> dict[str, JSONValue] | None:
        """The failure in the platform's form, None when the function answered."""
        return None if self.failure is None else self.failure.payload(self.request_id)


class UninvokedError(MessageError):
    """The function was not invoked."""


class RuntimeClosedError(UninvokedError):
    """The runtime has been closed before, or while the caller waited."""


class InterpreterError(UninvokedError):
    """The Python that is to run the function does not start, or starts no instances."""


class DebuggerError(UninvokedError):
    """There is no debugger to wait for, or its port is taken; the text says what to do."""
