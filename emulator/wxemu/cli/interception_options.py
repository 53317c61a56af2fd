"""The options of ``wxemu start`` that are about clients that know only the real names."""

from __future__ import annotations

import ipaddress
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wxemu.cli.wrong_use import UsageError, ValueType
from wxemu.core.messages import Message

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from contextlib import AbstractContextManager

Command = TypeVar("Command", bound="Callable[..., Any]")

_LARGEST_PORT = 65535
_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


class PassThrough(ValueType[str]):
    """A host's name or address without a port, ``*.`` and a name, or ``all``."""

    name = "HOST"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The host, or a usage error that says what came."""
        if not _NAME.fullmatch(value) and not _is_address(value):
            expected = Message(
                "expected a host without a port, a pattern like *.example.com, or all, got {value}",
                "应为不带端口的主机、*.example.com 这样的模式，或 all，实际是 {value}",
                value=repr(value),
            )
            self.refuse(expected, param, ctx)
        return str(value)


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def interception_options(command: Command) -> Command:
    """``--intercept-port``, ``--no-intercept`` and ``--pass-through``."""
    for option in (
        click.option(
            "--pass-through",
            type=PassThrough(),
            multiple=True,
            help="A host that the proxy may reach as it really is; *.NAME for all under it, all for every host that "
            "is not emulated. Repeatable.",
        ),
        click.option("--no-intercept", is_flag=True, help="Do without the proxy for the real names."),
        click.option(
            "--intercept-port",
            type=click.IntRange(0, _LARGEST_PORT),
            help="Of the proxy and HTTPS for the real names; 0 picks a free one. [default: the port after --port]",
        ),
    ):
        command = option(command)
    return command


def listen_to_intercept(
    wanted: int | None, port: int, host: str, *, is_off: bool
) -> AbstractContextManager[socket.socket | None]:
    """Listen at the port to intercept at, or ``None``.

    :param wanted: what --intercept-port says.
    :param port: what --port says.
    """
    from wxemu.server import listen  # noqa: PLC0415 - `wxemu --help` need not load it

    if is_off:
        return nullcontext()
    if wanted is not None and wanted == port != 0:
        raise UsageError(
            Message(
                "--intercept-port and --port name the same port; each takes one of its own",
                "--intercept-port 和 --port 指定了同一个端口；请各用一个",
            )
        )
    if wanted is None:
        wanted = port + 1 if 0 < port < _LARGEST_PORT else 0
    return listen(wanted, host, "--intercept-port")
