"""Functions' logs in the terminal of the emulator that runs them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wxemu.core.text import show_in_line
from wxemu.scf.invocation_records import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from wxemu.scf.feed import Feed

_STEP_SECONDS: Final = 60.0


def print_logs(feed: Feed, strike_out: Callable[[str], str], output: int) -> None:
    """Write each line of an invocation as it comes, until nobody reads them any more.

    :param output: a file descriptor, written to without Python's buffer: whoever reads it may be slow, and nothing else
        is to wait for that, the end of the process least of all.
    """
    listener = feed.listener(Choice())
    with suppress(BrokenPipeError):
        while True:
            listener.wait(_STEP_SECONDS)
            told = (line for line in listener.take() if line.request_id)  # all else is in the emulator's own log
            lines = "".join(f"{in_terminal(line.function, line.request_id, strike_out(line.text))}\n" for line in told)
            unwritten = lines.encode()
            while unwritten:
                unwritten = unwritten[os.write(output, unwritten) :]


def in_terminal(function: str | None, request_id: str | None, text: str) -> str:
    """A line, after the function's name and the beginning of the request id."""
    of = filter(None, (function or "wxemu", request_id and request_id[:8]))
    return f"{show_in_line(' '.join(of))} | {show_in_line(text)}"
