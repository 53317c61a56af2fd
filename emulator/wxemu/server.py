"""The server: how an emulator is to run, whether it can, and its whole life from there; `serving` is its middle."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wxemu.core import apps, temporary, troubles
from wxemu.core.health import Health
from wxemu.core.http.access import LOOPBACK
from wxemu.core.messages import Message, MessageError, as_it_is
from wxemu.core.store_errors import StoreError
from wxemu.core.watched_thread import WatchedThread
from wxemu.core.world import World
from wxemu.ending import EndedError, Ending
from wxemu.intercept import Interception

if TYPE_CHECKING:
    from pathlib import Path

    from wxemu.intercept.process import Proxy
    from wxemu.plan import Plan


class PortTakenError(MessageError):
    """Another process listens on the port."""


class NoAddressError(MessageError):
    """This machine has no such address to listen on."""


def listen(wanted: int, address: str = LOOPBACK, option: str = "--port") -> socket.socket:
    """Listen at port ``wanted``, or for 0 at any free one; clients wait until they are served.

    A port that was only looked up would be anybody's until the server is there.

    :param option: where the user named the port.
    :raises PortTakenError: somebody listens there.
    :raises NoAddressError: ``address`` is not of this machine.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, wanted), family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise NoAddressError(
                Message(
                    "this machine has no address {address} to listen on; name one that it has with --host,"
                    " or 0.0.0.0 for all of them",
                    "本机没有地址 {address}，无法监听；请用 --host 指定本机的地址，或用 0.0.0.0 表示所有地址",
                    address=address,
                )
            ) from None
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        is_taken = error.errno == errno.EADDRINUSE
        raise PortTakenError(
            Message(
                "port {port} {why}; name another one with {option}, or {option} 0 for any",
                "端口 {port} {why}；请用 {option} 指定另一个端口，或用 {option} 0 任选一个",
                port=wanted,
                why=Message("is taken", "已被占用")
                if is_taken
                else Message("may not be used by this user", "不允许当前用户使用"),
                option=option,
            )
        ) from None


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
                Message(
                    "{folder} holds a state already, which --import does not replace; name another folder with"
                    " --state, or start without --import and then run `wxemu state import FILE`",
                    "{folder} 中已有状态，--import 不会替换它；请用 --state 指定另一个文件夹，"
                    "或不带 --import 启动后运行 `wxemu state import FILE`",
                    folder=plan.state,
                )
            )


def serve(plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT.

    :raises EndedError: a part has failed without which there is no emulator.
    """
    try:
        _serve_until_end(plan, Ending())
    except OSError as error:  # of this machine: no space for a folder, no file descriptor for a port
        why = troubles.explain(error) or as_it_is(str(error))
        raise EndedError(Message("the emulator cannot be started: {why}", "模拟器无法启动：{why}", why=why)) from error


def _serve_until_end(plan: Plan, ending: Ending) -> None:
    with temporary.folder() as passing:
        storage = passing if plan.state is None else plan.state
        with _intercepting(plan, storage) as proxy:
            import uvloop  # noqa: PLC0415 - all that serves is imported while another process makes the CA

            from wxemu import serving  # noqa: PLC0415

            gc.freeze()  # what is there now stays for good, and is not looked through again
            gc.enable()
            ending.watch()
            if plan.is_until_eof:
                WatchedThread("stop at eof", partial(_stop_at_eof, ending), on_failure=lambda _: ending.begin()).start()
            uvloop.run(serving.serve(plan, storage, proxy, ending))
        ending.check()
        if plan.export_to is not None:
            _export(storage, plan.export_to)


def _intercepting(plan: Plan, storage: Path) -> AbstractContextManager[Proxy | None]:
    if plan.intercepting is None:
        return nullcontext()
    from wxemu.intercept.process import intercepting  # noqa: PLC0415 - for those who intercept

    interception = Interception(
        address=plan.access.address,
        port=plan.intercepting.getsockname()[1],
        host=urlsplit(plan.url).hostname or LOOPBACK,
        emulator=(plan.local_host, plan.port),
        folder=storage,
        pass_through=plan.pass_through,
        control_token=plan.access.control_token,
    )
    return intercepting(interception, plan.intercepting, Health())


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
