"""The server: one world, its parties and its functions behind the edge, in one process."""

from __future__ import annotations

import errno
import gc
import ipaddress
import json
import logging
import os
import socket
import sys
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import uvloop

from wxemu.app import make_switchboard
from wxemu.core import apps, temporary, troubles
from wxemu.core.health import Health
from wxemu.core.http.access import LOOPBACK, LOOPBACK_ONLY, Access
from wxemu.core.keys import NoKeyError
from wxemu.core.store import StoreError
from wxemu.core.watched_thread import WatchedThread
from wxemu.core.world import World
from wxemu.edge.edge import Edge, listen
from wxemu.ending import EndedError, Ending
from wxemu.intercept import Interception, interception_facts
from wxemu.intercept.errors import AuthorityError
from wxemu.intercept.variables import for_functions
from wxemu.scf.deployment import MAX_IN_FLIGHT, Deployment
from wxemu.scf.inspection import Inspection
from wxemu.scf.project import NO_OPTIONS, CliOptions, ProjectError
from wxemu.scf.runtime import Surroundings
from wxemu.state import seed
from wxemu.state.errors import SeedError, StateError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wxemu.intercept.process import Proxy
    from wxemu.scf.runtime import Identity

INSPECTION_PAUSE: Final = 5.0
"""Seconds until the inspection of files is begun again, if it has failed."""
TIMERS_PAUSE: Final = 5.0
"""Seconds until the clock is looked at again for timers, if that has failed."""
THREADS: Final = 2 * MAX_IN_FLIGHT + 200
"""More than all function calls in flight and their calls back can take."""

_SAMPLE: Final = "the sample; name your own with --miniprogram DIR"

_log = logging.getLogger(__name__)


class PortTakenError(Exception):
    """Another process listens on the port."""


class NoAddressError(Exception):
    """This machine has no such address to listen on."""


@dataclass(frozen=True)
class Plan:
    """How an emulator is to run.

    :param project: the folder with cloudbaserc.yaml, or ``None`` to serve no functions.
    :param options: what the project is read with.
    :param packaged: the folder of `wxemu package`, to run what it made instead of the project's folders.
    :param is_bare: each function runs on a Python that has nothing but what its code brings.
    :param has_timers: whether declared timers fire.
    :param state: the folder of the state, or ``None`` for one that ends with the process.
    :param seed: the seed's document; ``None`` for the demo's, or the one that a used state began with.
    :param is_json: announce readiness as one line of JSON.
    :param is_until_eof: stop when standard input ends, too.
    :param access: on which address it listens, and who may reach it.
    :param public_url: where clients reach it, if that is not where it listens: behind a mapped port.
    :param new_token: the control token, if it was made for this run, so that nobody knows it yet.
    :param intercept_port: of the interception, or ``None`` to do without.
    :param pass_through: hosts and patterns that the interception lets out, or ``all``.
    :param imported: a document of ``wxemu.state`` to begin with instead of a seed.
    :param mini_program: the folder of the one that the phone page runs, or ``None`` for the sample.
    :param export_to: the file in which to leave one at the end.
    """

    port: int
    project: Path | None
    state: Path | None
    seed: Mapping[str, Any] | None
    options: CliOptions = NO_OPTIONS
    packaged: Path | None = None
    is_bare: bool = False
    has_timers: bool = True
    random_seed: str | None = None
    is_json: bool = False
    is_until_eof: bool = False
    access: Access = LOOPBACK_ONLY
    public_url: str | None = None
    new_token: str | None = field(default=None, repr=False)
    intercept_port: int | None = None
    pass_through: tuple[str, ...] = ()
    imported: Mapping[str, Any] | None = field(default=None, repr=False)
    export_to: Path | None = None
    mini_program: Path | None = None

    @property
    def local_url(self) -> str:
        """Where the emulator answers on this machine, and so to its own functions."""
        return f"http://{_bracket(_local_host(self.access.address))}:{self.port}"

    @property
    def url(self) -> str:
        """Where the emulator answers its clients."""
        return self.local_url if self.public_url is None else self.public_url


def _local_host(address: str) -> str:
    """Where this machine reaches what listens on ``address``."""
    listening = ipaddress.ip_address(address)
    if not listening.is_unspecified:
        return address
    return "127.0.0.1" if listening.version == 4 else "::1"  # noqa: PLR2004 - of the Internet Protocol


def _bracket(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def free_port(wanted: int, address: str = LOOPBACK, option: str = "--port") -> int:
    """``wanted``, or for 0 a port that is free now on ``address``; ``option`` is where the user named it.

    :raises PortTakenError: somebody listens there. (The server itself would share the port silently.)
    :raises NoAddressError: ``address`` is not of this machine.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, wanted))
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise NoAddressError(
                    f"this machine has no address {address} to listen on; name one that it has with --host,"
                    " or 0.0.0.0 for all of them"
                ) from None
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is taken" if error.errno == errno.EADDRINUSE else "may not be used by this user"
            raise PortTakenError(
                f"port {wanted} {why}; name another one with {option}, or {option} 0 for any"
            ) from None
        port: int = probe.getsockname()[1]
        return port


def check_state(plan: Plan) -> None:
    """Make sure that the state can be used, before a server starts that could only answer that it is not ready.

    :raises StoreError: it cannot, or holds something that an import would replace.
    :raises StateError: what is to be imported is no state.
    :raises PublishedSecretError: other machines could use secrets that stand in the docs.
    """
    if plan.imported is not None:
        from wxemu.state.state import check  # noqa: PLC0415 - here and below: all that a state can hold, if it is asked

        check(plan.imported, is_exposed=plan.access.is_exposed)
    if plan.seed is not None and plan.access.is_exposed:
        apps.refuse_published_secrets(plan.seed["apps"])
    if plan.state is None:
        return
    with closing(World(plan.state, is_exposed=plan.access.is_exposed)) as world:
        apps.refuse_kept_published_secrets(world)
        if plan.imported is not None and world.has_begun:
            raise StoreError(
                f"{plan.state} holds a state already, which --import does not replace; name another folder with"
                " --state, or start without --import and then run `wxemu state import FILE`"
            )


def serve(plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises EndedError: a part has failed without which there is no emulator.
    """
    try:
        _serve_until_end(plan, Ending())
    except OSError as error:  # of this machine: no space for a folder, no file descriptor for a port
        raise EndedError(f"the emulator cannot be started: {troubles.explain(error) or error}") from error


def _serve_until_end(plan: Plan, ending: Ending) -> None:
    with temporary.folder() as passing:
        storage = passing if plan.state is None else plan.state
        intercepting = _intercepting(_interception(plan, storage))
        gc.freeze()  # what is there now stays for good, and is not looked through again
        gc.enable()
        with intercepting as proxy:
            ending.watch()
            if plan.is_until_eof:
                WatchedThread("stop at eof", partial(_stop_at_eof, ending), on_failure=lambda _: ending.begin()).start()
            uvloop.run(_serve(plan, storage, proxy, ending))
        ending.check()
        if plan.export_to is not None:
            _export(storage, plan.export_to)


def _intercepting(interception: Interception | None) -> AbstractContextManager[Proxy | None]:
    if interception is None:
        return nullcontext()
    from wxemu.intercept.process import intercepting  # noqa: PLC0415 - for those who intercept

    return intercepting(interception, Health())


def _stop_at_eof(ending: Ending) -> None:
    """Stop once the process at the other end of standard input has ended, for whatever reason."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ending.begin()


def _export(storage: Path, file: Path) -> None:
    """Leave the state in a file, now that nobody changes it any more.

    :raises StateError: it cannot be written.
    """
    with closing(World(storage)) as world:
        if world.has_begun:  # else it was stopped before it had begun, and what the file holds is worth more
            from wxemu.state.state import State, write_file  # noqa: PLC0415

            write_file(file, State(world).document())


def _interception(plan: Plan, storage: Path) -> Interception | None:
    if plan.intercept_port is None:
        return None
    return Interception(
        address=plan.access.address,
        port=plan.intercept_port,
        host=urlsplit(plan.url).hostname or LOOPBACK,
        emulator=(_local_host(plan.access.address), plan.port),
        folder=storage,
        pass_through=plan.pass_through,
        control_token=plan.access.control_token,
    )


def _surroundings(interception: Interception | None) -> Surroundings:
    """By which functions reach the emulator under Tencent's real names."""
    if interception is None:
        return Surroundings()
    variables, files = for_functions(interception)
    return Surroundings(variables=variables, files=files)


async def _serve(plan: Plan, storage: Path, proxy: Proxy | None, ending: Ending) -> None:
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
    switchboard = make_switchboard(world, deployment, plan.access, interception, plan.mini_program)
    edge = Edge(switchboard, is_decision=switchboard.is_decision, together=world.store.together, threads=THREADS)
    family = socket.AF_INET6 if ":" in plan.access.address else socket.AF_INET
    listening = socket.create_server((plan.access.address, plan.port), family=family, backlog=1024)
    server = await listen(edge, listening)
    begin = partial(_begin, world, deployment, plan, proxy)
    WatchedThread("begin", begin, on_failure=partial(_fail_to_begin, ending, plan)).start()
    await ending.begun()
    server.close()
    await edge.end()
    deployment.close()


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
            _log.warning(
                "the state in %s began with another seed; `wxemu state reset` begins anew with this one", plan.state
            )
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
    if plan.project is not None:
        inspect = Inspection(deployment, plan.project).run
        WatchedThread("inspection", inspect, on_failure=troubles.tell, pause=INSPECTION_PAUSE).start()
    try:
        deployment.prepare()
    except ProjectError:  # whoever calls a function gets it
        pass
    except Exception as error:  # noqa: BLE001 - the first call prepares what this has not
        troubles.tell(error)


def _fail_to_begin(ending: Ending, plan: Plan, error: Exception) -> None:
    """End it: nobody would ever see an emulator that has not begun get ready."""
    if isinstance(error, AuthorityError):
        ending.begin(str(error))
        return
    why = troubles.explain(error) or (str(error) if isinstance(error, (NoKeyError, SeedError, StateError)) else None)
    where = "a state in memory" if plan.state is None else f"the state in {plan.state}"
    ending.begin(
        f"the emulator cannot begin with {where}: {why or repr(error)}"
        + ("" if plan.state is None else "; mend it, or name another folder with --state")
    )


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
            | {"miniProgram": _SAMPLE}
            | {name: value for name, value in facts.items() if name != "url" and value is not None}
        )
        width = max(map(len, there))
        sys.stdout.write("wxcloud emulator is ready\n")
        for name, value in there.items():
            sys.stdout.write(f"  {name:<{width}} {value}\n")
        sys.stdout.write("  open console or phones in a browser; stop with Ctrl-C\n")
    sys.stdout.flush()
