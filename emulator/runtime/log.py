"""What the platform writes of one invocation: the lines of its log, and the result as its API answers it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.project import FunctionSpec
    from emulator.runtime.invocation import Invocation, JSONValue


def lines(done: Invocation, spec: FunctionSpec) -> str:
    """Return the lines as captured [field]: START, a cold start's Init Report, what the function wrote, its result or
    error, END, Report.

    The spaces after the colons are the captures'. The order of the first two differs between captures.
    """
    request_id, written = done.request_id, done.log if not done.log or done.log.endswith("\n") else f"{done.log}\n"
    if done.ok:
        outcome = f"Response RequestId:{request_id} RetMsg:{ret_msg(done.result)}"
    else:
        outcome = f"ERROR RequestId: {request_id} Result: {ret_msg(done.error)}"
    return (
        f"START RequestId: {request_id}\n{_init_report(done, spec) if done.is_cold else ''}"
        f"{written}{outcome}\nEND RequestId: {request_id}\n"
        f"Report RequestId: {request_id} Duration:{done.duration_ms:.0f}ms Memory:{spec.memory_megabytes}MB"
        f" MemUsage:{done.memory_bytes / 2**20:g}MB"
    )


def _init_report(done: Invocation, spec: FunctionSpec) -> str:
    function_ms = round(done.init_function_ms)  # no code is pulled here: all else is the runtime's
    runtime_ms = round(done.init_ms) - function_ms
    return (
        f"Init Report RequestId: {done.request_id} Coldstart: {runtime_ms + function_ms}ms"
        f" (PullCode: 0ms InitRuntime: {runtime_ms}ms InitFunction: {function_ms}ms)"
        f" Memory: {spec.memory_megabytes}MB MemUsage: {done.memory_bytes / 2**20:.2f}MB\n"
    )


def ret_msg(value: object) -> str:
    """Return a result or failure as the platform writes it: JSON, characters as they are, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def api_result(done: Invocation, *, log: str) -> dict[str, JSONValue]:
    """Return the `Result` of SCF's Invoke [doc], with `log` as far as the caller wants it.

    A failure is an answer, not an error of the call [doc]; that 1 and -1 are the failure's own code is [inferred].
    """
    return {
        "FunctionRequestId": done.request_id,
        "RetMsg": ret_msg(done.result) if done.ok else "",
        "ErrMsg": "" if done.ok else ret_msg(done.error),
        "Log": log,
        "Duration": round(done.duration_ms, 3),
        "BillDuration": math.ceil(done.duration_ms),
        "MemUsage": done.memory_bytes,
        "InvokeResult": 0 if done.failure is None else done.failure.error_code,
    }
