"""The server: one world, its faces and its functions behind granian.

Why granian: of the servers measured (docs/benchmarks.md) it answers most verifications a second, takes chunked bodies,
keeps connections alive, and gives a function that calls back a thread of its own.
"""

from __future__ import annotations

import errno
import json
import logging
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from granian.constants import Interfaces
from granian.server import Server

from emulator.app import create_app
from emulator.deployment import MAX_IN_FLIGHT, Deployment
from emulator.project import ProjectError
from emulator.world import seed
from emulator.world.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication

HOST: Final = "127.0.0.1"
THREADS: Final = 2 * MAX_IN_FLIGHT + 200
"""More than function calls in flight and their own calls back can hold together."""

_log = logging.getLogger(__name__)


class PortTakenError(Exception):
    """Somebody listens on the port already."""


@dataclass(frozen=True)
class Plan:
    """How an emulator is to run.

    :param project: the folder with cloudbaserc.yaml, or ``None`` to serve no functions.
    :param packaged: the folder of scripts/package, to run what it made instead of the project's folders.
    :param state: the folder of the state, or ``None`` for one that ends with the process.
    :param seed: the seed's document.
    :param is_json: announce readiness as one line of JSON.
    """

    port: int
    project: Path | None
    state: Path | None
    seed: Mapping[str, Any]
    packaged: Path | None = None
    random_seed: str | None = None
    is_json: bool = False

    @property
    def url(self) -> str:
        """Where the emulator answers."""
        return f"http://{HOST}:{self.port}"


def free_port(wanted: int) -> int:
    """``wanted``, or for 0 a port that is free now.

    :raises PortTakenError: somebody listens there. (The server itself would share the port silently.)
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            why = "is taken" if error.errno == errno.EADDRINUSE else "may not be used by this user"
            raise PortTakenError(f"port {wanted} {why}; name another one with --port, or --port 0 for any") from None
        port: int = probe.getsockname()[1]
        return port


def check_state(plan: Plan) -> None:
    """Make sure that the state can be used, before there is a server that would only say it is not ready.

    :raises StoreError: it cannot.
    """
    if plan.state is not None:
        World(plan.state).close()


def serve(plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT."""
    with tempfile.TemporaryDirectory(prefix="wxemu-") as passing:
        storage = Path(passing) if plan.state is None else plan.state
        Server(
            "wxcloud emulator",
            address=HOST,
            port=plan.port,
            interface=Interfaces.WSGI,
            blocking_threads=THREADS,
            backpressure=THREADS,
            log_enabled=False,
            websockets=False,
            workers_kill_timeout=3,
        ).serve(target_loader=partial(_load, plan, storage), wrap_loader=False)


def _load(plan: Plan, storage: Path) -> WSGIApplication:
    """The application, in the process that serves it."""
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    world = World(plan.state, random_seed=plan.random_seed)
    deployment = Deployment(world, directory=plan.project, base_url=plan.url, storage=storage, packaged=plan.packaged)
    threading.Thread(target=_begin, args=(world, deployment, plan), name="begin", daemon=True).start()
    return create_app(world, deployment).wsgi_app


def _end_with_parent() -> None:
    """A killed parent cannot stop the process that serves, which would hold port and state for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _begin(world: World, deployment: Deployment, plan: Plan) -> None:
    """Seed the world and announce it, while the server already answers that it is not ready."""
    if seed.is_planted(world):
        if seed.keep_for_reset(world, plan.seed):
            _log.warning(
                "the state in %s began with another seed; `wxemu state reset` begins anew with this one", plan.state
            )
    else:
        seed.plant(world, plan.seed)
    _wait_until_listening(plan.port)
    _announce(plan)
    world.keys.fill()
    with suppress(ProjectError):  # that it cannot be read is told by whoever reads it
        deployment.prepare()


def _wait_until_listening(port: int) -> None:
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return


def _announce(plan: Plan) -> None:
    appid = next((app["appid"] for app in plan.seed["apps"]), None)
    facts = {
        "url": plan.url,
        "phone": f"{plan.url}/phone/v1",
        "control": f"{plan.url}/emulator/v1",
        "openapi": f"{plan.url}/openapi.json",
        "appid": appid,
        "project": None if plan.project is None else str(plan.project),
        "state": ":memory:" if plan.state is None else str(plan.state),
    }
    if plan.is_json:
        sys.stdout.write(json.dumps(facts) + "\n")
    else:
        sys.stdout.write("wxcloud emulator is ready\n")
        for name, value in facts.items():
            sys.stdout.write(f"  {name:<8} {value if value is not None else '-'}\n")
        sys.stdout.write("  stop with Ctrl-C\n")
    sys.stdout.flush()
