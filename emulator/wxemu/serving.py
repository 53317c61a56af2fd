"""One emulator while it serves: its world, its parties and its functions behind the edge, and how it begins."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from wxemu.app import make_switchboard
from wxemu.core import apps, troubles
from wxemu.core.health import Health
from wxemu.core.keys import NoKeyError
from wxemu.core.messages import Message, spoken
from wxemu.core.watched_thread import WatchedThread
from wxemu.core.world import World
from wxemu.edge.edge import Edge, listen
from wxemu.intercept import interception_facts
from wxemu.intercept.errors import AuthorityError
from wxemu.intercept.variables import for_functions
from wxemu.scf.deployment import MAX_IN_FLIGHT, Deployment
from wxemu.scf.inspection import Inspection
from wxemu.scf.project import ProjectError
from wxemu.scf.runtime import Surroundings
from wxemu.state import seed
from wxemu.state.errors import SeedError, StateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wxemu.ending import Ending
    from wxemu.intercept import Interception
    from wxemu.intercept.process import Proxy
    from wxemu.plan import Plan
    from wxemu.scf.runtime import Identity

INSPECTION_PAUSE: Final = 5.0
"""Seconds until the inspection of files is begun again, if it has failed."""
TIMERS_PAUSE: Final = 5.0
"""Seconds until the clock is looked at again for timers, if that has failed."""
LOGS_PAUSE: Final = 5.0
"""Seconds until functions' logs are printed again, if that has failed."""
PREPARE_SECONDS: Final = 0.5
"""After the start the functions' Pythons get ready, or as soon as there is a phone: what lives shorter needs none."""
THREADS: Final = 2 * MAX_IN_FLIGHT + 200
"""More than all function calls in flight and their calls back can take."""

_SAMPLE: Final = Message(
    "the sample; name your own with --miniprogram DIR", "示例小程序；可用 --miniprogram DIR 指定自己的小程序"
)

_log = logging.getLogger(__name__)


def _surroundings(interception: Interception | None) -> Surroundings:
    """By which functions reach the emulator under Tencent's real names."""
    if interception is None:
        return Surroundings()
    variables, files = for_functions(interception)
    return Surroundings(variables=variables, files=files)


async def serve(plan: Plan, storage: Path, proxy: Proxy | None, ending: Ending) -> None:
    health, interception = (Health(), None) if proxy is None else (proxy.health, proxy.interception)
    # What is to be exported at the end is in a file, which is opened once more then.
    folder = plan.state if plan.export_to is None else storage
    world = World(folder, random_seed=plan.random_seed, health=health, is_exposed=plan.access.is_exposed)
    for handler in logging.getLogger().handlers:
        handler.addFilter(world.secret_values.strike_out_of_record)
    deployment = Deployment(
        world,
        directory=plan.project,
        base_url=plan.local_url,
        public_url=plan.url,
        storage=storage,
        issue_wx_api_token=_issue_wx_api_token,
        options=plan.options,
        packaged=plan.packaged,
        is_bare=plan.is_bare,
        surroundings=_surroundings(interception),
    )
    has_phones = threading.Event()
    switchboard = make_switchboard(
        world, deployment, plan.access, interception, plan.mini_program, on_phones=has_phones.set
    )
    edge = Edge(switchboard, is_decision=switchboard.is_decision, together=world.store.together, threads=THREADS)
    server = await listen(edge, plan.listening)

    def begin() -> None:
        _begin(world, deployment, plan, proxy)
        has_phones.wait(PREPARE_SECONDS)
        if not ending.has_begun:
            _prepare(deployment)

    WatchedThread("begin", begin, on_failure=partial(_fail_to_begin, ending, plan)).start()
    await ending.begun()
    server.close()
    await edge.end()
    await asyncio.to_thread(deployment.close)  # while the loop goes on with the calls that this ends
    edge.let_threads_go()


def _issue_wx_api_token(world: World, caller: Identity, **of_invocation: Any) -> str:
    from wxemu.cloudbase.callers import issue_wx_api_token  # noqa: PLC0415 - which a start need not wait for

    return issue_wx_api_token(world, caller, **of_invocation)


def _begin(world: World, deployment: Deployment, plan: Plan, proxy: Proxy | None) -> None:
    """Seed the world and announce it, while the server already answers that it is not ready; then look after files."""
    world.check()
    if proxy is not None:
        proxy.wait_for_authority()
    new_secrets = None
    if world.has_begun:
        if plan.seed is not None and seed.keep_for_reset(world, plan.seed):
            another = Message(
                "the state in {folder} began with another seed; `wxemu state reset` begins anew with this one",
                "{folder} 中的状态是由另一个种子文件开始的；运行 `wxemu state reset` 可用这个种子重新开始",
                folder=plan.state,
            )
            _log.warning("%s", spoken(another))
    elif plan.imported is not None:
        from wxemu.state.state import State  # noqa: PLC0415

        State(world).replace(plan.imported)
    else:
        begun = seed.demo(world) if plan.seed is None else plan.seed
        seed.load(world, begun)
        if plan.seed is None and world.is_exposed:
            new_secrets = begun["apps"][0]
    if plan.has_timers:
        from wxemu.scf.timers import Timers  # noqa: PLC0415

        timers = Timers(world, deployment)
        timers.begin()
        WatchedThread("timers", timers.run, on_failure=troubles.tell, pause=TIMERS_PAUSE).start()
    with suppress(BrokenPipeError):  # its reader is gone, as after Ctrl-C in a demo
        _announce(plan, world, None if proxy is None else proxy.interception, new_secrets or {})
    _look_after_functions(world, deployment, plan)


def _prepare(deployment: Deployment) -> None:
    try:
        deployment.prepare()
    except ProjectError:  # whoever calls a function gets it
        pass
    except Exception as error:  # noqa: BLE001 - the first call prepares what this has not
        troubles.tell(error)


def _look_after_functions(world: World, deployment: Deployment, plan: Plan) -> None:
    if plan.prints_logs:
        from wxemu.scf.terminal import print_logs  # noqa: PLC0415 - which no script asks for

        printing = partial(print_logs, deployment.feed, world.secret_values.strike_out, sys.stdout.fileno())
        WatchedThread("logs", printing, on_failure=troubles.tell, pause=LOGS_PAUSE).start()
    if plan.project is not None:
        inspect = Inspection(deployment, plan.project).run
        WatchedThread("inspection", inspect, on_failure=troubles.tell, pause=INSPECTION_PAUSE).start()


def _fail_to_begin(ending: Ending, plan: Plan, error: Exception) -> None:
    """End it: nobody would ever see an emulator that has not begun get ready."""
    if isinstance(error, AuthorityError):
        ending.begin(error.message)
        return
    why = error.message if isinstance(error, (NoKeyError, SeedError, StateError)) else troubles.explain(error)
    if plan.state is None:
        failure = Message(
            "the emulator cannot begin with a state in memory: {why}",
            "模拟器无法以内存中的状态开始：{why}",
            why=why or repr(error),
        )
    else:
        failure = Message(
            "the emulator cannot begin with the state in {folder}: {why}; mend it, or name another folder with --state",
            "模拟器无法以 {folder} 中的状态开始：{why}；请修复它，或用 --state 指定另一个文件夹",
            folder=plan.state,
            why=why or repr(error),
        )
    ending.begin(failure)


def _announce(plan: Plan, world: World, interception: Interception | None, new_secrets: Mapping[str, str]) -> None:
    """Say where it is, and once the secrets that it has made: those of the app by their names in a seed."""
    appid = next((app.appid for app in apps.all_apps(world)), None)
    facts = {
        "url": plan.url,
        "phone": f"{plan.url}/phone/v1",
        "control": f"{plan.url}/emulator/v1",
        "openapi": f"{plan.url}/openapi.json",
        "appid": appid,
        "secret": new_secrets.get("secret"),
        "secretId": new_secrets.get("secret_id"),
        "secretKey": new_secrets.get("secret_key"),
        "project": None if plan.project is None else str(plan.project),
        "miniProgram": None if plan.mini_program is None else str(plan.mini_program),
        "state": ":memory:" if plan.state is None else str(plan.state),
        "controlToken": plan.new_token,
        **interception_facts(interception),
    }
    if plan.is_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        pages = {"console": f"{plan.url}/", "phones": f"{plan.url}/phone"}
        there = (
            pages
            | {"miniProgram": spoken(_SAMPLE)}
            | {name: value for name, value in facts.items() if name != "url" and value is not None}
        )
        width = max(map(len, there))
        sys.stdout.write(spoken(Message("wxcloud emulator is ready", "wxcloud 模拟器已就绪")) + "\n")
        for name, value in there.items():
            sys.stdout.write(f"  {name:<{width}} {value}\n")
        hint = Message(
            "open console or phones in a browser; stop with Ctrl-C", "用浏览器打开 console 或 phones；按 Ctrl-C 停止"
        )
        sys.stdout.write(f"  {spoken(hint)}\n")
    sys.stdout.flush()
