"""The options of ``wxemu start`` that say who reaches the emulator, and what they come to."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wxemu.cli.options import Token
from wxemu.cli.wrong_use import ValueType
from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wxemu.core.http.access import Access

Command = TypeVar("Command", bound="Callable[..., Any]")

_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ADDRESS = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?/?")
_TOKEN_BYTES = 24


class IpAddress(ValueType[str]):
    """An address of this machine; a name would have to be looked up, and may be several."""

    name = "ADDRESS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address, or a usage error that says what came."""
        try:
            return str(ipaddress.ip_address(value))
        except ValueError:
            expected = Message(
                "expected an IP address, such as 0.0.0.0 for all of this machine, got {value}",
                "应为 IP 地址，如 0.0.0.0 表示本机所有地址，实际是 {value}",
                value=repr(value),
            )
            self.refuse(expected, param, ctx)


class HostName(ValueType[str]):
    """A host's name without a port, or ``*.`` and a name."""

    name = "NAME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, or a usage error that says what came."""
        if not _NAME.fullmatch(value):
            expected = Message(
                "expected a host name without a port, such as emulator or *.test, got {value}",
                "应为不带端口的主机名，如 emulator 或 *.test，实际是 {value}",
                value=repr(value),
            )
            self.refuse(expected, param, ctx)
        return str(value)


class PublicUrl(ValueType[str]):
    """Scheme, host and port: the faces are told apart by path, so that none can stand before them."""

    name = "URL"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The URL without a slash at its end, or a usage error that says what came."""
        if not _ADDRESS.fullmatch(value):
            expected = Message(
                "expected a URL without a path, such as http://emulator.test:8686, got {value}",
                "应为不带路径的 URL，如 http://emulator.test:8686，实际是 {value}",
                value=repr(value),
            )
            self.refuse(expected, param, ctx)
        return str(value).rstrip("/")


def access_options(command: Command) -> Command:
    """``--host``, ``--public-url``, ``--allow-host`` and ``--control-token``."""
    for option in (
        click.option(
            "--control-token",
            type=Token(),
            help="What the control plane, the phone and the console ask for. [default: beyond loopback one made now]",
        ),
        click.option(
            "--allow-host",
            type=HostName(),
            multiple=True,
            help="A name by which clients may ask for it, such as a container's; *.NAME for all under it. Repeatable.",
        ),
        click.option(
            "--public-url",
            type=PublicUrl(),
            help="Where clients reach it, if ports are mapped or names are given. [default: where it listens]",
        ),
        click.option(
            "--host",
            type=IpAddress(),
            default="127.0.0.1",
            show_default=True,
            help="Where to listen. Whatever is not loopback lets others in, so that a control token is asked for.",
        ),
    ):
        command = option(command)
    return command


def read_access_options(
    host: str, public_url: str | None, allow_host: Sequence[str], control_token: str | None
) -> tuple[Access, str | None]:
    """Who reaches the emulator, and the control token if it had to be made."""
    from wxemu.core.http.access import Access  # noqa: PLC0415 - Flask takes its time, which `wxemu --help` need not pay

    made = None
    public = [] if public_url is None else [_host_of(public_url)]
    access = Access(address=host, names=(*public, *allow_host), control_token=control_token)
    if control_token is None and access.is_exposed:
        import secrets  # noqa: PLC0415

        made = secrets.token_urlsafe(_TOKEN_BYTES)
        access = replace(access, control_token=made)
    return access, made


def _host_of(url: str) -> str:
    found = _ADDRESS.fullmatch(url)
    return "" if found is None else found[1].strip("[]")
