"""This machine: versions, and its clock, by which clients judge certificates."""

from __future__ import annotations

import platform
import time
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from wxemu.client.doctor.finding import broken, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.client.doctor.finding import Finding


def examine() -> Iterator[Finding]:
    """What runs here, and what time it believes it is."""
    yield ok("versions", f"wxemu {metadata.version('wxemu')} on Python {platform.python_version()}")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if time.time() < Path(__file__).stat().st_mtime:
        yield broken(
            "system clock",
            f"it shows {now}, which was before this software came here",
            "set it: clients refuse certificates of other times",
        )
    else:
        yield ok("system clock", now)
