"""A command as it runs in a terminal: what it writes, and when."""

from __future__ import annotations

import codecs
import os
import pty
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Burst:
    """What was written at one go.

    :param at: seconds since the command began.
    :param text: with the terminal's own codes for bold and colours.
    """

    at: float
    text: str


def record(*command: str) -> list[Burst]:
    """Run a command of this Python's environment in a terminal, to its end.

    :raises PictureError: it fails.
    """
    ours, its = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    program = Path(sys.executable).with_name(command[0])
    began = time.monotonic()
    with subprocess.Popen([program, *command[1:]], stdin=its, stdout=its, env=environment) as process:
        os.close(its)
        bursts = list(_read(ours, began))
    os.close(ours)
    if process.returncode:
        raise PictureError(f"{' '.join(command)}: expected exit code 0, got {process.returncode}")
    return bursts


def _read(terminal: int, began: float) -> Iterator[Burst]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # EIO: nobody holds the other end any more
            return
        yield Burst(time.monotonic() - began, decoder.decode(chunk))
