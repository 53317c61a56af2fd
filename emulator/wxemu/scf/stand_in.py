"""What answers in a function's place when a fault has it so: one of the platform's failures, or a programmed result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from wxemu.scf.runtime import Invocation
from wxemu.scf.runtime.invocation import memory_ran_out, process_exited, time_ran_out, user_code_raised

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
    "timeout": lambda spec: time_ran_out(spec.timeout_seconds),
    "memory": lambda spec: memory_ran_out(spec.memory_megabytes),
    "error": lambda spec: user_code_raised(_trace(spec)),
    "exit": lambda _spec: process_exited(),
}
"""Each of ``faults.FAILURES`` in the platform's terms."""


def invocation(fault: Fault, spec: FunctionSpec, request_id: str) -> Invocation | None:
    """The outcome of an invocation that met ``fault``, without running the function; ``None`` if it is to run."""
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


def _trace(spec: FunctionSpec) -> str:
    file, _, function = spec.handler.rpartition(".")
    return TRACE.format(file=file, function=function)
