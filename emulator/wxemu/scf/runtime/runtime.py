"""Runs functions as SCF does: in instances that are kept warm, one invocation at a time each."""

from __future__ import annotations

import json
import logging
import threading
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from wxemu.core.messages import Message
from wxemu.core.steps import ELSEWHERE, Wait, run_through
from wxemu.scf.runtime import nobody
from wxemu.scf.runtime.context import invocation_context
from wxemu.scf.runtime.environment import function_variables
from wxemu.scf.runtime.forkserver import ForkServer
from wxemu.scf.runtime.interpreters import Interpreter, choose_bare, choose_with_packages
from wxemu.scf.runtime.invocation import (
    DebuggerError,
    Failure,
    Invocation,
    event_size_failure,
    load_failure,
    nesting_failure,
)
from wxemu.scf.runtime.log import LiveLog
from wxemu.scf.runtime.module_names import remark_on
from wxemu.scf.runtime.pool import Pool
from wxemu.scf.runtime.revision import Revision
from wxemu.scf.runtime.surroundings import NOTHING, Surroundings
from wxemu.scf.runtime.web_requests import web_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from wxemu.core.steps import Steps
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime.debugging import Debugging
    from wxemu.scf.runtime.identity import Identity
    from wxemu.scf.runtime.instance import Instance
    from wxemu.scf.runtime.invocation import JSONValue
    from wxemu.scf.runtime.pool import InstanceState

EVENT_LIMIT_BYTES: Final = 6 << 20
"""Of an event as JSON in UTF-8 [doc]."""
_BASE64_LIMIT_CHARACTERS: Final = EVENT_LIMIT_BYTES // 3 * 4 + (64 << 10)
"""Of a body of that size, and the headers with it."""
IDLE_SECONDS: Final = 600.0
"""How long an instance waits for the next invocation; the platform does not document its own time [inferred]."""
EnvironLeak: TypeAlias = Literal["leak", "clear", "poison"]
"""What an invocation leaves in os.environ: everything, as on the platform; nothing; or words that warn its reader."""

BOOTSTRAP_FILE: Final = "scf_bootstrap"
"""What starts the server of an HTTP function [doc]."""

_PLACES: Final = "read-only code at /var/user, a /tmp of their own"
_log = logging.getLogger(__name__)


class Runtime:
    """The SCF Python runtime on this machine. Thread-safe.

    `variables(appid)` gives what the platform's owner sets over the function's own `envVariables`, such as
    WX_APPID, WX_SECRET and WX_API_BASE. The functions can use the folder `store`, as a file system that is mounted
    there (CFS), and the `surroundings`; of all else that is kept on this machine, each has its own code only.
    `new_request_id()` gives a UUID. `max_instances` is per function and appid: callers beyond it wait. An instance that
    was not used for `idle_seconds`, by the `clock`, is ended.

    Each function runs on a Python of its own `runtime`, where there is one; with `is_bare` on one that has no packages
    but the function's. `interpreter` runs all of them instead. Functions see the platform's places where this machine
    allows that, unless `is_isolated` is false: then this machine's.
    """

    def __init__(
        self,
        *,
        variables: Callable[[str], Mapping[str, str]],
        new_request_id: Callable[[], str],
        max_instances: int = 10,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        interpreter: str | None = None,
        is_bare: bool = False,
        is_isolated: bool = True,
        store: Path | None = None,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        self._variables = variables
        self._new_request_id = new_request_id
        self._interpreter = Interpreter((interpreter,)) if interpreter is not None else None
        self._is_isolated = is_isolated
        folders = surroundings.folders if store is None else (*surroundings.folders, str(store.resolve()))
        self._surroundings = replace(surroundings, folders=folders)
        self._user = nobody.own(store)
        self._choose = choose_bare if is_bare else choose_with_packages
        self._pool = Pool(max_instances=max_instances, idle_seconds=idle_seconds, clock=clock)
        self._lock = threading.Lock()
        self._servers: dict[tuple[str, ...], ForkServer] = {}
        self._has_logged_lacks = False

    def prepare(self, runtimes: Iterable[str]) -> None:
        """Have the Pythons of these runtimes get ready, so that the first invocation need not wait for that.

        Raises InterpreterError.
        """
        for runtime in set(runtimes):
            if _is_python(runtime):
                self._server(self._interpreter_of(runtime)).start()

    def invoke(self, spec: FunctionSpec, event: JSONValue, caller: Identity, **options: Any) -> Invocation:
        """Invoke a function and wait for its end; the options are those of `invoking`."""
        return run_through(self.invoking(spec, event, caller, **options))

    def invoking(
        self,
        spec: FunctionSpec,
        event: JSONValue,
        caller: Identity,
        *,
        request_id: str | None = None,
        platform: Mapping[str, str] | None = None,
        environ_leak: EnvironLeak = "leak",
        hear: Callable[[str], None] | None = None,
        debugging: Debugging | None = None,
    ) -> Steps[Invocation]:
        """Invoke a function until its end, which is at most its time limit after its start.

        The event arrives as given: for a call from a mini program it is to be made with `wx_event`. Changed files are
        live at once. `request_id` is that of a caller who has drawn one already, `platform` what `variables` gives if
        that was asked for already. `hear` gets each line of the log as it comes. With `debugging` the invocation has an
        instance of its own, which first waits for a debugger. Raises UninvokedError; every failure of the function is
        an Invocation.
        """
        request_id = request_id or self._new_request_id()
        live = LiveLog(request_id, spec, hear or _ignore)
        variables = function_variables(spec, self._variables(caller.appid) if platform is None else platform)
        context = invocation_context(spec, caller, variables, request_id)
        if spec.is_http and debugging is not None:
            raise DebuggerError(
                Message(
                    "an HTTP function's server is a process of its own; start debugpy in its code",
                    "HTTP 函数的服务器是独立的进程；请在它的代码中启动 debugpy",
                )
            )
        request = _refuse_unrunnable(spec) or _encode(spec, event, context, caller, environ_leak)
        if isinstance(request, Failure):
            live.start()
            done = Invocation(request_id, None, request, log="", duration_ms=0, is_cold=False)
        else:
            revised = (spec, caller.appid, caller.env, variables)
            revision = Revision.at_rest(*revised)
            if revision is None:
                revision = yield Wait(partial(Revision.now, *revised))
            done = yield from self._lease(revision, partial(self._run, request_id, request, live), debugging)
        live.end(done)
        return done

    def _lease(
        self, revision: Revision, run: Callable[[Instance], Steps[Invocation]], debugging: Debugging | None
    ) -> Steps[Invocation]:
        """Run what needs an instance."""
        turn = self._pool.turn(revision)
        try:
            if not turn.has_come:
                yield turn
            with ExitStack() as stack:
                warm = self._pool.lend_warm(revision) if debugging is None else None
                if warm is not None:
                    instance = stack.enter_context(warm)
                else:
                    instance = yield Wait(partial(self._start, stack, revision, debugging))
                done = yield from run(instance)
                if self._pool.takes_time_to_end(instance):
                    yield ELSEWHERE
        finally:
            turn.end()
        return done

    def _start(self, stack: ExitStack, revision: Revision, debugging: Debugging | None) -> Instance:
        """An instance that is lent until the stack is closed, nearly always a new one."""
        server = self._server(self._interpreter_of(revision.spec.runtime))
        instance = stack.enter_context(self._pool.lease(revision, server, is_fresh=debugging is not None))
        if debugging is not None:
            instance.await_debugger(debugging, self._surroundings)
        return instance

    def _run(self, request_id: str, request: bytes, live: LiveLog, instance: Instance) -> Steps[Invocation]:
        """Load a new instance and call the handler; a new instance's log begins with remarks."""
        live.start()
        is_cold, failure, preface = instance.is_cold, None, ""
        instance.hear(live.write)
        if is_cold:
            spec = instance.revision.spec
            preface = "".join(f"{remark}\n" for remark in _remarks(spec, self._interpreter_of(spec.runtime)))
            live.write(preface.encode())
            failure = yield Wait(partial(instance.load, self._surroundings))
            live.load(instance.init_ms, instance.init_function_ms, instance.init_memory_bytes)
        started = time.monotonic()
        outcome = failure or (yield from instance.calling(request))
        duration_ms = (time.monotonic() - started) * 1000
        log = preface + instance.take_log()
        instance.hear(None)
        self._log_lacks(instance.lacks)
        return Invocation(
            request_id=request_id,
            result=None if isinstance(outcome, Failure) else outcome,
            failure=outcome if isinstance(outcome, Failure) else None,
            log=log,
            duration_ms=duration_ms,
            is_cold=is_cold,
            memory_bytes=instance.memory_bytes,
            init_ms=instance.init_ms if is_cold else 0,
            init_function_ms=instance.init_function_ms if is_cold else 0,
            init_memory_bytes=instance.init_memory_bytes if is_cold else 0,
        )

    def instances(self) -> list[InstanceState]:
        """Return the running instances, the longest idle first, then those that are busy."""
        return self._pool.states()

    def folders(self) -> set[Path]:
        """Return the folders of the code that instances run from."""
        return self._pool.folders()

    @property
    def is_idle(self) -> bool:
        """Whether no invocation runs now."""
        return self._pool.is_idle

    def sweep(self) -> None:
        """End the instances that have been idle for too long; this also happens by itself."""
        self._pool.sweep()

    def close(self) -> None:
        """End all child processes. May be called again; later invocations raise RuntimeClosedError."""
        self._pool.close()
        with self._lock:
            for server in self._servers.values():
                server.close()
            self._servers.clear()

    def _interpreter_of(self, runtime: str) -> Interpreter:
        return self._interpreter or self._choose(runtime)

    def _server(self, interpreter: Interpreter) -> ForkServer:
        command = interpreter.command
        with self._lock:
            server = self._servers.get(command)
            if server is None:
                server = self._servers[command] = ForkServer(command, is_isolated=self._is_isolated, user=self._user)
            return server

    def _log_lacks(self, lacks: Mapping[str, str] | None) -> None:
        """Log once what keeps functions apart from this machine; that something of it lacks unasked is a warning."""
        with self._lock:
            if self._has_logged_lacks or lacks is None:
                return
            self._has_logged_lacks = True
        if not lacks:
            _log.info("functions see the platform's places and no processes but their own: %s", _PLACES)
            return
        level = logging.WARNING if self._is_isolated else logging.INFO
        reasons = dict.fromkeys(lacks.values())
        _log.log(level, "%s (%s)", "; ".join(lacks), "; ".join(reasons))


def _remarks(spec: FunctionSpec, interpreter: Interpreter) -> list[str]:
    return [remark for remark in (interpreter.remark, remark_on(spec.directory)) if remark is not None]


def _ignore(_line: str) -> None:
    pass


def _is_python(runtime: str) -> bool:
    return runtime.startswith("Python")


def _refuse_unrunnable(spec: FunctionSpec) -> Failure | None:
    if spec.problem is not None:
        return load_failure(str(spec.problem))
    if not _is_python(spec.runtime):
        return load_failure(f"runtime {spec.runtime} is not emulated, only Python is")
    if spec.is_http and not (spec.directory / BOOTSTRAP_FILE).is_file():
        return load_failure(f"an HTTP function is started by {BOOTSTRAP_FILE}, which is not in {spec.directory}")
    return None


def _encode(
    spec: FunctionSpec,
    event: JSONValue,
    context: Mapping[str, JSONValue],
    caller: Identity,
    environ_leak: EnvironLeak,
) -> bytes | Failure:
    """Return the request of one invocation, or why the platform refuses the event."""
    try:
        text = json.dumps(web_request(event, context, caller) if spec.is_http else event)
        limit = _BASE64_LIMIT_CHARACTERS if spec.is_http else EVENT_LIMIT_BYTES
        if len(text) > limit:  # characters that are not ASCII are shorter on the platform
            size = len(json.dumps(event, ensure_ascii=False).encode("utf-8", "surrogatepass"))
            if spec.is_http or size > EVENT_LIMIT_BYTES:
                return event_size_failure()
    except RecursionError:
        return nesting_failure()
    rest = json.dumps({"context": context, "environLeak": environ_leak})
    return f'{rest[:-1]}, "event": {text}}}'.encode()
