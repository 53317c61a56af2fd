"""The deployed functions: finds them, runs them for a tenant of the world, and records each invocation."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from wxemu.core import apps, faults
from wxemu.core.lane import Lane
from wxemu.scf import failures, invocation_records, stand_in
from wxemu.scf.catalogue import Catalogue
from wxemu.scf.failures import HttpFunctionError, TooManyCallsError, UnknownFunctionError, UnreadableProjectError
from wxemu.scf.feed import Feed, Line
from wxemu.scf.project import NO_OPTIONS, ProjectError
from wxemu.scf.runtime import NOTHING, PLATFORM, PROCESS, Runtime, function_variables, instance_environment, log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from wxemu.core.faults import Fault
    from wxemu.core.world import World
    from wxemu.scf.project import CliOptions, FunctionSpec
    from wxemu.scf.runtime import Debugging, EnvironLeak, Identity, InstanceState, Invocation, JSONValue, Surroundings

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
    :param fault: that it meets.
    """

    request_id: str
    at: float
    caller: Identity
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
            waiting=self.lane.left,
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
        try:
            spec = self.function(caller.env, name)
            if spec.is_http and not is_http:
                raise HttpFunctionError(name)
            done = self.run(spec, event, caller)
        except ProjectError as error:
            raise UnreadableProjectError(error.message) from None
        if done.failure is not None:
            raise failures.make_error(done.failure, done.request_id)
        return done

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
        return self.run(self.function(caller.env, name), event, caller, hear=hear, debugging=debugging)

    def run(
        self,
        spec: FunctionSpec,
        event: JSONValue,
        caller: Identity,
        *,
        hear: Callable[[str], None] | None = None,
        debugging: Debugging | None = None,
    ) -> Invocation:
        """The same for a function that was found already."""
        if not self._places.acquire(blocking=False):
            raise TooManyCallsError
        try:
            begun = self._begin(spec, caller)
            tell = partial(self._hear, hear, caller.env, spec.name, begun.request_id)
            done = self._stand_in(begun, spec, tell) or self._runtime.invoke(
                spec,
                event,
                begun.caller,
                request_id=begun.request_id,
                environ_leak=begun.environ_leak,
                hear=tell,
                debugging=debugging,
            )
        finally:
            self._places.release()
        self._record(done, spec, caller, at=begun.at)
        return done

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

    def _begin(self, spec: FunctionSpec, caller: Identity) -> _Begun:
        """Decide at once all that the state has to say of an invocation before it runs."""
        world = self._world
        with world.transaction():
            at, leak = world.clock.now(), world.settings.environ_leak
            request_id = world.randomness.uuid()  # under which its own calls are recorded
            fault = faults.take_for_invocation(world, function=spec.name, appid=caller.appid)
            if fault is None or fault.only_delays:
                caller = self._with_token(caller, spec, request_id)
            return _Begun(request_id, at, caller, leak, fault)

    def _stand_in(self, begun: _Begun, spec: FunctionSpec, tell: Callable[[str], None]) -> Invocation | None:
        """The outcome that a fault puts in the place of the function's own, if the invocation meets one."""
        if begun.fault is None:
            return None
        with self.lane.left():
            faults.wait(begun.fault)
        done = stand_in.make_invocation(begun.fault, spec, begun.request_id)
        if done is not None:
            for line in log.lines(done, spec).splitlines():
                tell(line)
        return done

    def _record(self, done: Invocation, spec: FunctionSpec, caller: Identity, *, at: float) -> None:
        record = invocation_records.Record(
            request_id=done.request_id,
            env=caller.env,
            function=spec.name,
            at=at,
            duration_ms=done.duration_ms,
            memory_bytes=done.memory_bytes,
            is_ok=done.ok,
            log=log.lines(done, spec),
            result=done.ret_msg,
        )
        with self._world.transaction():
            invocation_records.save(self._world, record)

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


def _addresses(url: str) -> dict[str, str]:
    """Where functions find WeChat and the gateway, which are both the emulator at ``url``."""
    return {"WX_API_BASE": url, "TCB_CONTEXT_CNFG": json.dumps({"URL": f"{url}/admin"})}
