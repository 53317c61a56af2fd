"""The process of the interception: TLS takes no time from the process that answers."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import anyio

from wxemu.intercept.authority import Authority
from wxemu.intercept.destinations import Destinations
from wxemu.intercept.refusals import Refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.intercept.interception import Interception
    from wxemu.intercept.listener import Listener

MOST_CLIENTS: Final = 2000
SPARE: Final = 100
DESCRIPTORS: Final = 2 * MOST_CLIENTS + SPARE
"""Each client takes one, and a second one while it is answered."""


@contextmanager
def intercepting(interception: Interception) -> Iterator[None]:
    """Intercept within the ``with`` block. Clients may connect from its beginning.

    :raises AuthorityError: the CA in the folder cannot be used.
    :raises OSError: the port is in use.
    """
    Authority.of_folder(interception.folder)
    interception.refused_file.unlink(missing_ok=True)
    family = socket.AF_INET6 if ":" in interception.address else socket.AF_INET
    with socket.create_server((interception.address, interception.port), family=family, backlog=1024) as listening:
        process = multiprocessing.Process(target=_run, args=(interception, listening), name="interception", daemon=True)
        process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _run(interception: Interception, listening: socket.socket) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on Ctrl-C the parent ends this process
    from wxemu.intercept.listener import Listener  # noqa: PLC0415 - saves `wxemu start` 15 ms

    destinations = Destinations(
        interception.emulator,
        interception.pass_through,
        Refusals(interception.refused_file),
        interception.control_token,
    )
    authority = Authority.of_folder(interception.folder)
    anyio.run(_serve, Listener(authority, destinations, most=_reserve_descriptors()), listening)


async def _serve(listener: Listener, listening: socket.socket) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, listening)
        parent = multiprocessing.parent_process()
        if parent is not None:
            await anyio.wait_readable(parent.sentinel)  # readable once the parent is dead, even if it was killed
        tasks.cancel_scope.cancel()


def _reserve_descriptors() -> int:
    """Raise the limit of file descriptors as far as needed and allowed; return how many clients they suffice for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, (soft - SPARE) // 2)
