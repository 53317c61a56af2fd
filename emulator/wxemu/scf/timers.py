"""The timers of deployed functions: they fire by the emulator's clock.

A clock that stands still fires nothing. One that leaps over several times of a timer fires it once, with the last of
these times, as does one that comes back late; the platform's own clock never leaps [choice].
"""

from __future__ import annotations

import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from wxemu.core import apps, journal, troubles
from wxemu.core.watched_thread import WatchedThread
from wxemu.scf.api_functions import list_changes
from wxemu.scf.failures import NoResultError
from wxemu.scf.project import CronError, ProjectError, parse_cron
from wxemu.scf.runtime import Identity, UninvokedError, ret_msg, timer_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.project import FunctionSpec, Trigger
    from wxemu.scf.runtime import Invocation, JSONValue

LOOK_SECONDS: Final = 0.25
"""How often the clock is looked at; a timer fires so much late."""

_log = logging.getLogger(__name__)
_Key = tuple[str, str, str, str]


class Timers:
    """Fires the timers of all functions. One run of a timer at a time: what falls due meanwhile follows it, once.

    A timer counts from when it is first seen: what fell due before an emulator's start does not fire.
    """

    def __init__(self, world: World, deployment: Deployment) -> None:
        self._world = world
        self._deployment = deployment
        self._looking = threading.Lock()
        self._seen_until: dict[_Key, float] = {}
        self._running: set[_Key] = set()
        self._ended = threading.Condition()

    def begin(self) -> None:
        """Look for the first time, and from now on whenever the clock is moved: no move is missed between two looks."""
        self.look()
        self._world.clock.listen(self._look_at_move)

    def run(self) -> None:
        """Look again and again, for ever."""
        while True:
            time.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Begin a run of each timer that has fallen due since the last look."""
        with self._looking:
            self._look()

    def _look_at_move(self) -> None:
        try:
            self.look()
        except Exception as error:  # noqa: BLE001 - the clock has moved, whatever this makes of it
            troubles.tell(error)

    def _look(self) -> None:
        now = self._world.clock.now()
        seen: dict[_Key, float] = {}
        for caller, spec, trigger in self._list_triggers():
            key = (caller.env, spec.name, trigger.name, trigger.description)
            since = min(self._seen_until.get(key, now), now)  # a clock may be set back
            with self._ended:
                is_running = key in self._running
            seen[key] = since if is_running else now
            due = None if is_running else _latest(trigger, since, now)
            if due is not None:
                self._begin(key, caller, spec.name, trigger, due)
        self._seen_until = seen

    def wait(self) -> None:
        """Wait until all runs that have begun are over."""
        with self._ended:
            self._ended.wait_for(lambda: not self._running)

    def _list_triggers(self) -> Iterator[tuple[Identity, FunctionSpec, Trigger]]:
        """Yield each timer with its caller: in the environments of what Tencent Cloud's API made, and in the project's
        own, or the first app's if no app has that.
        """
        try:
            named, changed = self._deployment.catalogue.environments()
            with self._world.transaction():
                own = apps.find_by_env(self._world, named) if named is not None else None
                if named is not None and own is None:
                    own = next(iter(apps.all_apps(self._world)), None)
                others = [apps.find_by_env(self._world, env) for env in changed]
            for app in dict.fromkeys(app.appid for app in (own, *others) if app is not None):
                yield from self._list_of(app, is_own=own is not None and own.appid == app)
        except ProjectError:  # which the log tells already
            return

    def _list_of(self, appid: str, *, is_own: bool) -> Iterator[tuple[Identity, FunctionSpec, Trigger]]:
        with self._world.transaction():
            env = apps.require(self._world, appid).env
            kept = list_changes(self._world, env)
        caller = Identity.of_timer(appid, env)
        for name, spec in self._deployment.functions(env).items():
            if is_own or name in kept:
                yield from ((caller, spec, trigger) for trigger in spec.triggers)

    def _begin(self, key: _Key, caller: Identity, function: str, trigger: Trigger, due: float) -> None:
        with self._ended:
            self._running.add(key)
        work = partial(self._fire, key, caller, function, trigger, due)
        WatchedThread(f"timer {trigger.name}", work, on_failure=troubles.tell).start()

    def _fire(self, key: _Key, caller: Identity, function: str, trigger: Trigger, due: float) -> None:
        event, began_at = timer_event(due, trigger.name), self._world.clock.now()
        try:
            done = self._deployment.invoke(function, event, caller)
            self._record(done, event, caller, f"/{function}/{trigger.name}", at=began_at)
        except (NoResultError, ProjectError, UninvokedError) as error:
            _log.warning("the timer %s of %s has not fired: %s", trigger.name, function, error)
        finally:
            with self._ended:
                self._running.discard(key)
                self._ended.notify_all()

    def _record(
        self, done: Invocation, event: Mapping[str, JSONValue], caller: Identity, place: str, *, at: float
    ) -> None:
        """Keep a run beside the requests that clients send: what started the function's own calls is found there."""
        exchange = journal.Exchange(
            rid=done.request_id,
            at=at,
            face="tencentcloud",
            name="timer",
            appid=caller.appid,
            method="TIMER",
            url=place,
            request_body=ret_msg(event),
            response_body=done.ret_msg,
            cost_in_ms=done.duration_ms,
            client_ip="",
            outcome="ok" if done.failure is None else str(done.failure.status_code),
            is_failure=not done.ok,
        )
        with self._world.transaction():
            journal.record(self._world, exchange)


def _latest(trigger: Trigger, since: float, now: float) -> float | None:
    try:
        return parse_cron(trigger.description).latest(since, now)
    except CronError:  # made by the API, which takes any text here
        return None
