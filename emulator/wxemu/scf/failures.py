"""Why a call of a function has no result. Each protocol has codes of its own for these errors.

NoResultError
├── UnknownFunctionError     nothing of this name is deployed
├── TooManyCallsError        the limit of calls at one time is reached
├── UnreadableProjectError   the project's files cannot be read
└── FunctionFailedError      it failed while it was loaded or ran: an exception, an exit, a missing module
    ├── HttpFunctionError    it takes HTTP requests, and this was a call of another kind
    ├── InvalidEventError    the platform does not pass such an event to a function
    ├── TimeLimitError       it ran out of time
    ├── MemoryLimitError     it ran out of memory
    └── ResultTooLargeError  it returned more than the caller may get
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.runtime import Failure

Code = TypeVar("Code")


class NoResultError(Exception):
    """A call of a function has no result.

    :param request_id: of the invocation, where there was one.
    """

    def __init__(self, message: str | Message, *, request_id: str | None = None) -> None:
        self.request_id = request_id
        super().__init__(message)

    def code_in(self, codes: Mapping[type[NoResultError], Code]) -> Code:
        """The entry of a protocol's table for this error, or for the nearest kind above it."""
        return next(codes[kind] for kind in type(self).__mro__ if kind in codes)


class UnknownFunctionError(NoResultError):
    """Nothing of this name is deployed."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            Message(
                "the project declares no function {name}; add it to cloudbaserc.yaml",
                "项目没有声明云函数 {name}；请加入 cloudbaserc.yaml",
                name=repr(name),
            )
        )


class TooManyCallsError(NoResultError):
    """The limit of calls at one time is reached."""

    def __init__(self) -> None:
        super().__init__(
            Message(
                "too many function calls at one time; wait for some of them to end",
                "同时进行的云函数调用太多；请等待其中一些结束",
            )
        )


class UnreadableProjectError(NoResultError):
    """The project's files cannot be read; the text is the ProjectError's."""


class FunctionFailedError(NoResultError):
    """The function failed; the text is its trace, or the platform's words."""


class HttpFunctionError(FunctionFailedError):
    """It is an HTTP function, which SDKs cannot call [doc]; what they are answered is not known [inferred]."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Message(
                "{name} is an HTTP function; ask it by HTTP access, callFunction is for the other kind",
                "{name} 是 HTTP 函数；请通过 HTTP 访问服务请求它，callFunction 用于另一类云函数",
                name=name,
            )
        )


class InvalidEventError(FunctionFailedError):
    """The platform does not pass such an event to a function."""


class TimeLimitError(FunctionFailedError):
    """The function ran out of time."""


class MemoryLimitError(FunctionFailedError):
    """The function ran out of memory."""


class ResultTooLargeError(FunctionFailedError):
    """The function returned more than the caller may get."""


_BY_STATUS: Final[Mapping[int, type[FunctionFailedError]]] = {
    400: InvalidEventError,
    406: InvalidEventError,
    407: ResultTooLargeError,
    433: TimeLimitError,
    434: MemoryLimitError,
}
"""By SCF's status [doc]; any other status means that the function's code failed, or could not be loaded."""


def make_error(failure: Failure, request_id: str) -> FunctionFailedError:
    """Make the error of one failed invocation."""
    kind = _BY_STATUS.get(failure.status_code, FunctionFailedError)
    return kind(failure.stack_trace or failure.message, request_id=request_id)
