"""The outcome that a fault puts in the place of a function's own: a failure of the platform, or a programmed result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from wxemu.scf.runtime import Invocation
from wxemu.scf.runtime.invocation import exception_failure, exit_failure, memory_failure, timeout_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.faults import Fault
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import Failure

TRACE: Final = (
    "Traceback (most recent call last):\n"
    '  File "/var/user/{file}.py", line 1, in {function}\n'
    "RuntimeError: a fault wants this function to fail\n"
)
_FAILURES: Final[Mapping[str, Callable[[FunctionSpec], Failure]]] = {
    "timeout": lambda spec: timeout_failure(spec.timeout_seconds),
    "memory": lambda spec: memory_failure(spec.memory_megabytes),
    "error": lambda spec: exception_failure(_make_trace(spec)),
    "exit": lambda _spec: exit_failure(),
}
"""Each of ``faults.FAILURES`` in the platform's terms."""


def make_invocation(fault: Fault, spec: FunctionSpec, request_id: str) -> Invocation | None:
    """Make the outcome of an invocation that met ``fault``, without running the function; ``None`` if it is to run."""
    if fault.only_delays:
        return None
    failure = None if fault.failure is None else _FAILURES[fault.failure](spec)
    return Invocation(
        request_id=request_id,
        result=None if fault.reply is None else json.loads(fault.reply),
        failure=failure,
        log=f"wxemu: {fault.remark} stands in for the function, which did not run\n",
        duration_ms=fault.latency_ms,
        is_cold=False,
    )


def _make_trace(spec: FunctionSpec) -> str:
    file, _, function = spec.handler.rpartition(".")
    return TRACE.format(file=file, function=function)
