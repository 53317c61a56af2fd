"""Which hosts were refused, and how often: kept in a file, since the process that tells is not the one that refuses."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

REMEMBERED: Final = 1000
"""Hosts that are listed; a client may ask for any number."""

_log = logging.getLogger(__name__)


class Refusals:
    """Counts those of one start.

    :param file: where others read them, with ``told_by``.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._times: Counter[str] = Counter()

    def note(self, host: str) -> None:
        """Count a refused host, and warn the first time."""
        if host not in self._times:
            if len(self._times) >= REMEMBERED:
                return
            _log.warning("refused to reach %s; `wxemu start --pass-through %s` would allow it", host, host)
        self._times[host] += 1
        passing = self._file.with_suffix(".new")
        passing.write_text(json.dumps(self._times), encoding="utf-8")
        passing.replace(self._file)


def told_by(file: Path) -> list[dict[str, str | int]]:
    """The counts as ``[{"host", "times"}]``, most often refused first."""
    if not file.is_file():
        return []
    times = Counter(json.loads(file.read_text(encoding="utf-8")))
    return [{"host": host, "times": count} for host, count in times.most_common()]
