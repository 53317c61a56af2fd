"""The deployed functions: finds them, runs them for a tenant of the world, and records each invocation."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from wxemu.core import apps, faults
from wxemu.core.lane import Lane
from wxemu.core.steps import Decision, Wait, run_through
from wxemu.scf import failures, invocation_records, stand_in
from wxemu.scf.catalogue import Catalogue
from wxemu.scf.failures import (
    HttpFunctionError,
    NoResultError,
    TooManyCallsError,
    UnknownFunctionError,
    UnreadableProjectError,
)
from wxemu.scf.feed import Feed, Line
from wxemu.scf.project import NO_OPTIONS, ProjectError
from wxemu.scf.runtime import NOTHING, PLATFORM, PROCESS, Runtime, function_variables, instance_environment, log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from wxemu.core.faults import Fault
    from wxemu.core.steps import Steps
    from wxemu.core.world import World
    from wxemu.scf.project import CliOptions, FunctionSpec, Project
    from wxemu.scf.runtime import Debugging, EnvironLeak, Identity, InstanceState, Invocation, JSONValue, Surroundings

Result = TypeVar("Result")

MAX_IN_FLIGHT: Final = 400
"""Function calls at one time. Each holds a thread of the server while its function calls back on another one, so they
must never hold them all; the platform refuses beyond its own limit in the same way (-501004)."""
SESSION_TOKEN: Final = "local-session-token"  # noqa: S105 - what stands for one; nothing here checks it


class IssueToken(Protocol):
    """Gives an invocation the token that its cloud calls are made with (``cloudbase.callers`` has the real one)."""

    def __call__(
        self, world: World, caller: Identity, *, function: str, permissions: frozenset[str], request_id: str
    ) -> str:
        """The wx_api_token of one invocation.

        :param function: its name; empty for an environment that was asked for without one.
        :param permissions: the openapis that it may call.
        """


@dataclass(frozen=True)
class _Begun:
    """An invocation that can run.

    :param at: Unix seconds.
    :param caller: with the token of this invocation.
    :param variables: that the platform sets.
    :param fault: that it meets.
    """

    request_id: str
    at: float
    spec: FunctionSpec
    event: JSONValue
    caller: Identity
    variables: Mapping[str, str]
    environ_leak: EnvironLeak
    fault: Fault | None


class Deployment:
    """The functions of all environments, and the processes that run them.

    Its ``lane`` is for threads that call functions: left while a function runs.

    :param directory: the project, or ``None`` for an environment without one.
    :param base_url: where the functions reach WeChat, which is this emulator.
    :param issue_wx_api_token: asked for each invocation that CloudBase makes or a timer.
    :param storage: the folder of uploaded code.
    :param options: what the project is read with.
    :param packaged: where `wxemu package` put the project's functions. Then these run, on a bare Python.
    :param is_bare: each function runs on a Python that has nothing but what its code brings.
    :param surroundings: what of this machine functions reach.
    :param public_url: where everybody else reaches this emulator; without it, there as well.
    """

    def __init__(
        self,
        world: World,
        *,
        directory: Path | None,
        base_url: str,
        storage: Path,
        issue_wx_api_token: IssueToken,
        options: CliOptions = NO_OPTIONS,
        packaged: Path | None = None,
        is_bare: bool = False,
        public_url: str | None = None,
        surroundings: Surroundings = NOTHING,
    ) -> None:
        self._world = world
        self._issue_wx_api_token = issue_wx_api_token
        self.base_url = base_url
        self.public_url = base_url if public_url is None else public_url
        self.lane = Lane()
        self._runtime = Runtime(
            variables=self._variables,
            new_request_id=world.randomness.uuid,
            is_bare=is_bare or packaged is not None,
            surroundings=surroundings,
        )
        self.catalogue = Catalogue(
            world,
            directory=directory,
            packages=storage / "packages",
            options=options,
            packaged=packaged,
            running_folders=self._runtime.folders,
        )
        self.feed = Feed()
        self._places = threading.BoundedSemaphore(MAX_IN_FLIGHT)

    def functions(self, env: str | None = None) -> Mapping[str, FunctionSpec]:
        """What runs in an environment now, by name: see ``Catalogue.specs``.

        :raises ProjectError: the project cannot be read.
        """
        return self.catalogue.specs(env)

    def function(self, env: str, name: str) -> FunctionSpec:
        """What runs under a name in an environment now.

        :raises UnknownFunctionError: nothing.
        :raises ProjectError: the project cannot be read.
        """
        spec = self.functions(env).get(name)
        if spec is None:
            raise UnknownFunctionError(name)
        return spec

    def call(self, name: str, event: JSONValue, caller: Identity, *, is_http: bool = False) -> Invocation:
        """Run a function for its result, and wait for it.

        :param is_http: the event is an HTTP request, which alone HTTP functions take.
        :raises NoResultError: there is none, for whatever reason.
        """
        done = run_through(self.calling(name, lambda: (event, caller), _as_it_is, is_http=is_http), lane=self.lane)
        if done.failure is not None:
            raise failures.make_error(done.failure, done.request_id)
        return done

    def calling(
        self,
        name: str,
        begin: Callable[[], tuple[JSONValue, Identity]],
        end: Callable[[Invocation], Result],
        *,
        is_http: bool = False,
    ) -> Steps[Result]:
        """The same in steps, and as a part of what else is decided before and after.

        :param begin: gives the event and the caller, in the transaction in which the invocation begins. A NoResultError
            of it undoes nothing of what it has written.
        :param end: makes the result of the invocation, in the transaction in which that is recorded.
        :raises NoResultError: it was not run.
        """
        try:
            declared = yield from self.catalogue.looking()
            return (yield from self._running(declared, name, begin, end, refuse=None if is_http else _refuse_http))
        except ProjectError as error:
            raise UnreadableProjectError(error.message) from None

    def invoke(
        self,
        name: str,
        event: JSONValue,
        caller: Identity,
        *,
        hear: Callable[[str], None] | None = None,
        debugging: Debugging | None = None,
    ) -> Invocation:
        """Run a function and wait for its end, a failure included.

        :param hear: gets each line of its log as it comes, as the listeners of ``feed`` do.
        :param debugging: has it wait for a debugger first.
        :raises UnknownFunctionError: nothing of this name is deployed.
        :raises TooManyCallsError: as many calls as may be are in flight.
        :raises ProjectError: the project cannot be read.
        :raises UninvokedError: the runtime cannot run it, or no debugger can be awaited.
        """
        declared = run_through(self.catalogue.looking(), lane=self.lane)
        steps = self._running(
            declared, name, lambda: (event, caller), _as_it_is, refuse=None, hear=hear, debugging=debugging
        )
        return run_through(steps, lane=self.lane)

    def _running(
        self,
        declared: Project | None,
        name: str,
        begin: Callable[[], tuple[JSONValue, Identity]],
        end: Callable[[Invocation], Result],
        *,
        refuse: Callable[[FunctionSpec], None] | None,
        hear: Callable[[str], None] | None = None,
        debugging: Debugging | None = None,
    ) -> Steps[Result]:
        """Run a function of the project, or one that was deployed since, and record it."""

        def decide() -> _Begun | NoResultError:
            with self._world.transaction():
                try:
                    event, caller = begin()
                    spec = self.catalogue.specs_of(declared, caller.env).get(name)
                    if spec is None:
                        raise UnknownFunctionError(name)
                    if refuse is not None:
                        refuse(spec)
                except NoResultError as error:  # what was written so far is kept
                    return error
                return self._begin(spec, event, caller)

        if not self._places.acquire(blocking=False):
            raise TooManyCallsError
        try:
            begun: _Begun | NoResultError = yield Decision(decide)
            if isinstance(begun, NoResultError):
                raise begun
            tell = partial(self._hear, hear, begun.caller.env, name, begun.request_id)
            done: Invocation | None = None
            if begun.fault is not None:
                done = yield Wait(partial(_stand_in, begun.fault, begun, tell))
            if done is None:
                done = yield from self._runtime.invoking(
                    begun.spec,
                    begun.event,
                    begun.caller,
                    request_id=begun.request_id,
                    platform=begun.variables,
                    environ_leak=begun.environ_leak,
                    hear=tell,
                    debugging=debugging,
                )
        finally:
            self._places.release()
        result: Result = yield Decision(partial(self._end, begun, done, end))
        return result

    def instances(self) -> Sequence[InstanceState]:
        """The functions' running instances."""
        return self._runtime.instances()

    @property
    def is_idle(self) -> bool:
        """Whether no function runs now."""
        return self._runtime.is_idle

    def _hear(self, hear: Callable[[str], None] | None, env: str, name: str, request_id: str, line: str) -> None:
        if self.feed.has_listeners:  # asked for each line, and a function may write a million
            self.feed.publish(Line(text=line, env=env, function=name, request_id=request_id))
        if hear is not None:
            hear(line)

    def _begin(self, spec: FunctionSpec, event: JSONValue, caller: Identity) -> _Begun:
        """Decide all that the state has to say of an invocation before it runs, in the transaction that goes on."""
        world = self._world
        at, leak = world.clock.now(), world.settings.environ_leak
        request_id = world.randomness.uuid()  # under which its own calls are recorded
        fault = faults.take_for_invocation(world, function=spec.name, appid=caller.appid)
        if fault is None or fault.only_delays:
            caller = self._with_token(caller, spec, request_id)
        return _Begun(request_id, at, spec, event, caller, self._variables(caller.appid), leak, fault)

    def _end(self, begun: _Begun, done: Invocation, end: Callable[[Invocation], Result]) -> Result:
        """Record an invocation that has ended."""
        record = invocation_records.Record(
            request_id=done.request_id,
            env=begun.caller.env,
            function=begun.spec.name,
            at=begun.at,
            duration_ms=done.duration_ms,
            memory_bytes=done.memory_bytes,
            is_ok=done.ok,
            log=log.lines(done, begun.spec),
            result=done.ret_msg,
        )
        with self._world.transaction():
            invocation_records.save(self._world, record)
            return end(done)

    def environment(self, name: str | None, caller: Identity) -> dict[str, str]:
        """The variables that the platform would set for one invocation, for a function that is run by hand.

        :param name: the function whose permissions the variables carry; without one, those of all functions.
        :raises UnknownFunctionError: the project declares no function of this name.
        """
        request_id = self._world.randomness.uuid()
        if name is None:
            declared = self.functions(caller.env).values()
            every = frozenset[str]().union(*(spec.openapi_permissions for spec in declared))
            variables = dict(self._variables(caller.appid))
            caller = self._with_new_token(caller, "", every, request_id)
        else:
            spec = self.function(caller.env, name)
            caller = self._with_token(caller, spec, request_id)
            given = function_variables(spec, self._variables(caller.appid))
            variables = instance_environment(spec, caller.env, given, {})
        kept = {key: value for key, value in variables.items() if key not in PROCESS}
        here = _addresses(self.public_url)  # since it may run on another machine than the emulator
        return {**PLATFORM, "SCF_NAMESPACE": caller.env, **kept, **here, **caller.variables(request_id)}

    def _with_token(self, caller: Identity, spec: FunctionSpec, request_id: str) -> Identity:
        """The caller with a token for this one invocation, if it comes through WeChat's side of CloudBase."""
        if caller.trigger is None or caller.uuid is not None:
            return caller
        return self._with_new_token(caller, spec.name, spec.openapi_permissions, request_id)

    def _with_new_token(
        self, caller: Identity, function: str, permissions: frozenset[str], request_id: str
    ) -> Identity:
        token = self._issue_wx_api_token(
            self._world, caller, function=function, permissions=permissions, request_id=request_id
        )
        return replace(caller, wx_api_token=token)

    def _variables(self, appid: str) -> Mapping[str, str]:
        """The tenant's own credentials, in place of those that the project declares, so that real secrets stay out."""
        app = apps.find(self._world, appid)
        if app is None:
            return {}
        return {
            "WX_APPID": appid,
            "WX_SECRET": app.secret,
            "TENCENTCLOUD_SECRETID": app.secret_id,
            "TENCENTCLOUD_SECRETKEY": app.secret_key,
            "TENCENTCLOUD_SESSIONTOKEN": SESSION_TOKEN,
            **_addresses(self.base_url),
        }

    def prepare(self) -> None:
        """Start the Pythons of the project's functions, so that the first call need not wait for that.

        :raises ProjectError: the project cannot be read.
        """
        self._runtime.prepare(spec.runtime for spec in self.functions().values() if spec.problem is None)

    def close(self) -> None:
        """End all functions' processes."""
        self._runtime.close()


def _as_it_is(done: Invocation) -> Invocation:
    return done


def _refuse_http(spec: FunctionSpec) -> None:
    if spec.is_http:
        raise HttpFunctionError(spec.name)


def _stand_in(fault: Fault, begun: _Begun, tell: Callable[[str], None]) -> Invocation | None:
    """The outcome that a fault puts in the place of the function's own, if it does."""
    faults.wait(fault)
    done = stand_in.make_invocation(fault, begun.spec, begun.request_id)
    if done is not None:
        for line in log.lines(done, begun.spec).splitlines():
            tell(line)
    return done


def _addresses(url: str) -> dict[str, str]:
    """Where functions find WeChat and the gateway, which are both the emulator at ``url``."""
    return {"WX_API_BASE": url, "TCB_CONTEXT_CNFG": json.dumps({"URL": f"{url}/admin"})}
