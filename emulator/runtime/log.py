"""The log of one invocation, in the platform's lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.project import FunctionSpec
    from emulator.runtime.invocation import Invocation


def lines(done: Invocation, spec: FunctionSpec) -> str:
    """Return the lines as captured [field]: START, what the function wrote, its result or error, END, Report.

    The spaces after the colons are the captures'. A cold start's Init Report, whose parts nobody measures, is left out.
    """
    request_id, written = done.request_id, done.log if not done.log or done.log.endswith("\n") else f"{done.log}\n"
    if done.ok:
        outcome = f"Response RequestId:{request_id} RetMsg:{ret_msg(done.result)}"
    else:
        outcome = f"ERROR RequestId: {request_id} Result: {ret_msg(done.error)}"
    return (
        f"START RequestId: {request_id}\n{written}{outcome}\nEND RequestId: {request_id}\n"
        f"Report RequestId: {request_id} Duration:{done.duration_ms:.0f}ms Memory:{spec.memory_megabytes}MB"
        f" MemUsage:{done.memory_bytes / 2**20:g}MB"
    )


def ret_msg(value: object) -> str:
    """Return a result or failure as the platform writes it: JSON, characters as they are, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
