"""What the functions of one app printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wxemu.control.operations.functions import LIST_LOGS
from wxemu.core.text import show_unseen

if TYPE_CHECKING:
    from wxemu.client.testing.connection import Connection
    from wxemu.control.operations.functions import Log

_INVOCATIONS: Final = 20
"""Of the latest, whose logs are shown."""
_PLATFORM: Final = re.compile(r"(?:START|Init Report|Response|END|Report) RequestId: ?")


def describe(emulator: Connection, appid: str) -> str:
    """Under each of the latest invocations what the function wrote, or how it failed; empty if none did either."""
    latest = emulator.call(LIST_LOGS, appid=appid, limit=_INVOCATIONS)["logs"]
    return "\n".join(filter(None, map(_describe, reversed(latest))))


def _describe(invocation: Log) -> str:
    """Without the platform's own lines, which tell nothing that the requests do not."""
    lines = [line for line in invocation["log"].splitlines() if not _PLATFORM.match(line)]
    return show_unseen("\n    ".join((f"{invocation['function']} {invocation['requestId']}", *lines))) if lines else ""
