"""Examine a set-up for mistakes, piece by piece; changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.client.doctor import folder, functions, running, unproxied, variables
from wxemu.client.doctor.finding import Finding
from wxemu.scf.project import NO_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wxemu.client.remote import Remote
    from wxemu.scf.project import CliOptions

__all__ = ["Finding", "examine"]


def examine(
    remote: Remote, project: Path, environ: Mapping[str, str], options: CliOptions = NO_OPTIONS
) -> Iterator[Finding]:
    """Examine this machine, the project, the running emulator, and the clients' environment variables.

    :param environ: the clients' environment.
    :param options: what the project is read with.
    """
    yield from running.examine_machine(environ)
    yield from functions.examine(project, environ, options)
    yield from folder.examine(project)
    proxy = yield from running.examine(remote, environ, project)
    yield from variables.examine(environ, proxy)
    yield from unproxied.examine(remote, environ)
