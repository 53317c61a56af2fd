"""What the platform writes of one invocation: the lines of its log, and the result as its API answers it."""

from __future__ import annotations

import codecs
import math
from typing import TYPE_CHECKING

from wxemu.scf.runtime.invocation import ret_msg

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime.invocation import Invocation, JSONValue


class LiveLog:
    """The lines of one invocation's log as they come, each handed to `hear` without its end.

    They are those of `lines`; but what the function writes while it is loaded comes as it is written, and so before the
    Init Report.
    """

    def __init__(self, request_id: str, spec: FunctionSpec, hear: Callable[[str], None]) -> None:
        self._request_id = request_id
        self._spec = spec
        self._hear = hear
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._unfinished = ""

    def start(self) -> None:
        """The invocation begins."""
        self._hear(_start(self._request_id))

    def write(self, written: bytes) -> None:
        """The function has written this."""
        self._split(self._decoder.decode(written))

    def load(self, init_ms: float, init_function_ms: float, memory_bytes: int) -> None:
        """A cold start is over."""
        self._finish()
        self._hear(_init_report(self._request_id, self._spec, init_ms, init_function_ms, memory_bytes))

    def end(self, done: Invocation) -> None:
        """The invocation has ended so."""
        self._finish()
        for line in _end(done, self._spec):
            self._hear(line)

    def _split(self, text: str) -> None:
        *whole, self._unfinished = f"{self._unfinished}{text}".split("\n")
        for line in whole:
            self._hear(line)

    def _finish(self) -> None:
        self._split(self._decoder.decode(b"", final=True))
        if self._unfinished:
            self._split("\n")


def lines(done: Invocation, spec: FunctionSpec) -> str:
    """Return the lines as captured [field]: START, a cold start's Init Report, what the function wrote, its result or
    error, END, Report.

    The spaces after the colons are the captures'. The order of the first two differs between captures.
    """
    report: tuple[str, ...] = ()
    if done.is_cold:
        times = (done.init_ms, done.init_function_ms)
        report = (_init_report(done.request_id, spec, *times, done.init_memory_bytes),)
    written = (done.log.removesuffix("\n"),) if done.log else ()
    return "\n".join((_start(done.request_id), *report, *written, *_end(done, spec)))


def _start(request_id: str) -> str:
    return f"START RequestId: {request_id}"


def _init_report(
    request_id: str, spec: FunctionSpec, init_ms: float, init_function_ms: float, memory_bytes: int
) -> str:
    function_ms = round(init_function_ms)  # no code is pulled here: all else is the runtime's
    runtime_ms = round(init_ms) - function_ms
    return (
        f"Init Report RequestId: {request_id} Coldstart: {runtime_ms + function_ms}ms"
        f" (PullCode: 0ms InitRuntime: {runtime_ms}ms InitFunction: {function_ms}ms)"
        f" Memory: {spec.memory_megabytes}MB MemUsage: {memory_bytes / 2**20:.2f}MB"
    )


def _end(done: Invocation, spec: FunctionSpec) -> tuple[str, str, str]:
    if done.ok:
        text = ret_msg(_without_body(done.result)) if spec.is_http else done.ret_msg
        outcome = f"Response RequestId:{done.request_id} RetMsg:{text}"
    else:
        outcome = f"ERROR RequestId: {done.request_id} Result: {done.ret_msg}"
    report = (
        f"Report RequestId: {done.request_id} Duration:{done.duration_ms:.0f}ms Memory:{spec.memory_megabytes}MB"
        f" MemUsage:{done.memory_bytes / 2**20:g}MB"
    )
    return outcome, f"END RequestId: {done.request_id}", report


def _without_body(result: JSONValue) -> JSONValue:
    """What a log tells of an HTTP function's answer: its body is in no log [doc], the form of the rest [inferred]."""
    return {"statusCode": result["statusCode"]} if isinstance(result, dict) and "statusCode" in result else result


def api_result(done: Invocation, *, log: str) -> dict[str, JSONValue]:
    """Return the `Result` of SCF's Invoke [doc], with `log` as far as the caller wants it.

    A failure is an answer, not an error of the call [doc]; that 1 and -1 are the failure's own code is [inferred].
    """
    return {
        "FunctionRequestId": done.request_id,
        "RetMsg": done.ret_msg if done.ok else "",
        "ErrMsg": "" if done.ok else done.ret_msg,
        "Log": log,
        "Duration": round(done.duration_ms, 3),
        "BillDuration": math.ceil(done.duration_ms),
        "MemUsage": done.memory_bytes,
        "InvokeResult": 0 if done.failure is None else done.failure.error_code,
    }
