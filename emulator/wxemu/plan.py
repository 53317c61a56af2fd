"""How an emulator is to run."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wxemu.core.http.access import LOOPBACK_ONLY, Access
from wxemu.scf.project import NO_OPTIONS, CliOptions

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Plan:
    """How an emulator is to run.

    :param listening: where clients connect.
    :param project: the folder with cloudbaserc.yaml, or ``None`` to serve no functions.
    :param options: what the project is read with.
    :param packaged: the folder of `wxemu package`, to run what it made instead of the project's folders.
    :param is_bare: each function runs on a Python that has nothing but what its code brings.
    :param has_timers: whether declared timers fire.
    :param state: the folder of the state, or ``None`` for one that ends with the process.
    :param seed: the seed's document; ``None`` for the demo's, or the one that a used state began with.
    :param is_json: announce readiness as one line of JSON.
    :param prints_logs: what functions log goes to standard output.
    :param is_until_eof: stop when standard input ends, too.
    :param access: on which address it listens, and who may reach it.
    :param public_url: where clients reach it, if that is not where it listens: behind a mapped port.
    :param new_token: the control token, if it was made for this run, so that nobody knows it yet.
    :param intercepting: where clients of the interception connect, or ``None`` to do without.
    :param pass_through: hosts and patterns that the interception lets out, or ``all``.
    :param imported: a document of ``wxemu.state`` to begin with instead of a seed.
    :param mini_program: the folder of the one that the phone page runs, or ``None`` for the sample.
    :param export_to: the file in which to leave one at the end.
    """

    listening: socket.socket
    project: Path | None
    state: Path | None
    seed: Mapping[str, Any] | None
    options: CliOptions = NO_OPTIONS
    packaged: Path | None = None
    is_bare: bool = False
    has_timers: bool = True
    random_seed: str | None = None
    is_json: bool = False
    prints_logs: bool = False
    is_until_eof: bool = False
    access: Access = LOOPBACK_ONLY
    public_url: str | None = None
    new_token: str | None = field(default=None, repr=False)
    intercepting: socket.socket | None = None
    pass_through: tuple[str, ...] = ()
    imported: Mapping[str, Any] | None = field(default=None, repr=False)
    export_to: Path | None = None
    mini_program: Path | None = None

    @cached_property
    def port(self) -> int:
        """At which it listens."""
        port: int = self.listening.getsockname()[1]
        return port

    @property
    def local_host(self) -> str:
        """Where this machine reaches what listens on its address."""
        listening = ipaddress.ip_address(self.access.address)
        if not listening.is_unspecified:
            return self.access.address
        return "127.0.0.1" if listening.version == 4 else "::1"  # noqa: PLR2004 - of the Internet Protocol

    @property
    def local_url(self) -> str:
        """Where the emulator answers on this machine, and so to its own functions."""
        host = self.local_host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def url(self) -> str:
        """Where the emulator answers its clients."""
        return self.local_url if self.public_url is None else self.public_url
