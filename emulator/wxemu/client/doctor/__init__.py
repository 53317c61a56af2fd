"""What may be wrong with a set-up, looked at piece by piece; nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.client.doctor import folder, functions, machine, running, variables
from wxemu.client.doctor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from wxemu.client.remote import Remote

__all__ = ["Finding", "examine"]


def examine(remote: Remote, project: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Look at this machine, the project, the running emulator, and at what leads clients to it.

    :param environ: the environment that the clients have.
    """
    yield from machine.examine()
    yield from functions.examine(project, environ)
    yield from folder.examine(project)
    proxy = yield from running.examine(remote, environ)
    yield from variables.examine(environ, proxy)
