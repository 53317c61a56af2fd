"""The functions as they stand deployed: what the project declares now, run for one tenant of the world."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

from emulator import project
from emulator.runtime import Identity, Runtime, wx_event
from emulator.world import apps, sessions, users

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from emulator.project import FunctionSpec, Project
    from emulator.runtime import Invocation, JSONValue
    from emulator.world.phones import Phone
    from emulator.world.world import World

MAX_IN_FLIGHT: Final = 400
"""Function calls at one time. Each holds a thread of the server while its function calls back on another one, so they
must never hold them all; the platform refuses beyond its own limit in the same way (-501004)."""
_CONFIGURATION: Final = (*project.CONFIG_NAMES, "config.json", ".env", ".env.local")


class CallRefusedError(Exception):
    """No function was run; the tree of reasons is its two subclasses."""


class UnknownFunctionError(CallRefusedError):
    """The project declares no function of this name."""


class TooManyCallsError(CallRefusedError):
    """As many calls as may be are in flight."""


class Deployment:
    """What the functions' side of the environment is: a project folder and the processes that run it.

    :param directory: the project, or ``None`` for an environment without functions.
    :param base_url: where the functions reach WeChat, which is this emulator.
    :param storage: the folder for what the functions keep together, which on the platform is a shared store.
    """

    def __init__(self, world: World, *, directory: Path | None, base_url: str, storage: Path) -> None:
        self._world = world
        self._directory = directory
        self._base_url = base_url
        self._storage = storage
        self._runtime = Runtime(variables=self._variables, new_request_id=world.randomness.uuid)
        self._read = threading.Lock()
        self._project: Project | None = None
        self._stamp: tuple[object, ...] = ()
        self._places = threading.BoundedSemaphore(MAX_IN_FLIGHT)

    def functions(self) -> Mapping[str, FunctionSpec]:
        """The functions that the project declares now; a saved cloudbaserc.yaml counts from the next call on.

        :raises ProjectError: the project cannot be read.
        """
        if self._directory is None:
            return {}
        with self._read:
            stamp = tuple(_stamp(self._directory / name) for name in _CONFIGURATION)
            if self._project is None or stamp != self._stamp:
                self._project, self._stamp = project.load_project(self._directory, os.environ), stamp
            return self._project.functions

    def call_from(self, phone: Phone, name: str, data: Mapping[str, JSONValue]) -> Invocation:
        """``wx.cloud.callFunction`` on a phone: the platform says who calls, whatever ``data`` says.

        :raises CallRefusedError: no such function, or too many calls.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.deciding():
            user = users.require(self._world, phone.appid, phone.openid)
            sessions.touch(self._world, user.appid, user.openid)
            app = apps.find(self._world, phone.appid)
        caller = Identity(
            appid=user.appid, env="" if app is None else app.env, openid=user.openid, unionid=user.unionid
        )
        return self._invoke(name, wx_event(data, caller), caller)

    def invoke(self, appid: str, name: str, event: JSONValue) -> Invocation:
        """An invocation by a server of ours: no user's, so without an openid.

        :raises CallRefusedError: no such function, or too many calls.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.deciding():
            app = apps.find(self._world, appid)
        caller = Identity(appid=appid, env="" if app is None else app.env, source=None, trigger=None)
        return self._invoke(name, event, caller)

    def _invoke(self, name: str, event: JSONValue, caller: Identity) -> Invocation:
        spec = self.functions().get(name)
        if spec is None:
            raise UnknownFunctionError(name)
        if not self._places.acquire(blocking=False):
            raise TooManyCallsError(name)
        try:
            return self._runtime.invoke(spec, event, caller)
        finally:
            self._places.release()

    def _variables(self, _spec: FunctionSpec, appid: str) -> Mapping[str, str]:
        """The tenant's own credentials over whatever the project declares: a real secret has no business here."""
        with self._world.deciding():
            app = apps.find(self._world, appid)
        secret = "" if app is None else app.secret
        return {
            "WX_APPID": appid,
            "WX_SECRET": secret,
            "WX_API_BASE": self._base_url,
            "WX_SESSION_STORE": str(self._storage / "functions.sqlite"),
        }

    def close(self) -> None:
        """End all functions' processes."""
        self._runtime.close()


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
