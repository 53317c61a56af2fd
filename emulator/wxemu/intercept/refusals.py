"""How often each host was refused: kept in a file, because one process refuses and another one shows it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Final

from wxemu.core.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

REMEMBERED: Final = 1000
"""Hosts that are counted; clients may ask for any number."""

_log = logging.getLogger(__name__)


class Refusals:
    """Counts the refused hosts of one start.

    :param file: holds the counts, for ``read``.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._times: Counter[str] = Counter()

    def count(self, host: str) -> None:
        """Count a refused host, and log a warning the first time."""
        if host not in self._times:
            if len(self._times) >= REMEMBERED:
                return
            _log.warning("refused to reach %s; `wxemu start --pass-through %s` would allow it", host, host)
        self._times[host] += 1
        write_atomically(self._file, json.dumps(self._times).encode())


def read(file: Path) -> list[dict[str, str | int]]:
    """Read the counts as ``[{"host", "times"}]``, most often refused first."""
    if not file.is_file():
        return []
    times = Counter(json.loads(file.read_text(encoding="utf-8")))
    return [{"host": host, "times": count} for host, count in times.most_common()]
