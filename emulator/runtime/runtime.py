"""Runs functions as SCF does: in child processes that are kept warm, one invocation at a time each."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from emulator.runtime.context import invocation_context
from emulator.runtime.interpreters import bare
from emulator.runtime.invocation import Failure, Invocation, not_loaded
from emulator.runtime.pool import Pool
from emulator.runtime.revision import Revision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from emulator.project import FunctionSpec
    from emulator.runtime.identity import Identity
    from emulator.runtime.invocation import JSONValue


class Runtime:
    """The SCF Python runtime on this machine. Thread-safe.

    `variables(spec, appid)` gives what the platform's owner sets over the function's own `envVariables`, such as
    WX_APPID, WX_SECRET and WX_API_BASE; `new_request_id()` a UUID. `max_instances` is per function and appid: callers
    beyond it wait. `interpreter` runs all functions, whichever Python their `runtime` names; with `is_bare` each runs
    instead on a Python of its own runtime that has no packages but the function's.
    """

    def __init__(
        self,
        *,
        variables: Callable[[FunctionSpec, str], Mapping[str, str]],
        new_request_id: Callable[[], str],
        max_instances: int = 10,
        interpreter: str = sys.executable,
        is_bare: bool = False,
    ) -> None:
        self._variables = variables
        self._new_request_id = new_request_id
        command = bare if is_bare else lambda _runtime: (interpreter,)
        self._pool = Pool(command, max_instances=max_instances)

    def invoke(self, spec: FunctionSpec, event: JSONValue, caller: Identity) -> Invocation:
        """Invoke a function and wait for its end, which is at most its time limit after its start.

        The event arrives as given: for a call from a mini program it is to be made with `wx_event`. Changed files are
        live at once. Raises RuntimeClosedError; every failure of the function is an Invocation.
        """
        request_id = self._new_request_id()
        if not spec.runtime.startswith("Python"):
            reason = f"runtime {spec.runtime} is not emulated, only Python is"
            return Invocation(request_id, None, not_loaded(reason), log="", duration_ms=0, is_cold=False)
        variables = {**spec.environment, **self._variables(spec, caller.appid)}
        context = invocation_context(spec, caller, variables, request_id)
        with self._pool.lease(Revision.now(spec, caller.appid, caller.env, variables)) as instance:
            is_cold = instance.is_cold
            leased = time.monotonic()
            failure = instance.load()
            started = time.monotonic()
            outcome = failure or instance.call(event, context)
            duration_ms = (time.monotonic() - started) * 1000
            log = instance.take_log()
        init_ms = (started - leased) * 1000 if is_cold else 0
        if isinstance(outcome, Failure):
            return Invocation(request_id, None, outcome, log, duration_ms, is_cold, init_ms=init_ms)
        return Invocation(request_id, outcome, None, log, duration_ms, is_cold, init_ms=init_ms)

    def close(self) -> None:
        """End all child processes. May be called again; later invocations raise RuntimeClosedError."""
        self._pool.close()
