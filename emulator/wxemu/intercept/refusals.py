"""How often each host was refused: kept in a file, because one process refuses and another one shows it."""

from __future__ import annotations

import json
import logging
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import troubles
from wxemu.core.files import write_atomically
from wxemu.core.messages import Message, spoken

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
            _log.warning("%s", spoken(describe_refusal(host)))
        self._times[host] += 1
        try:
            write_atomically(self._file, json.dumps(self._times).encode())
        except OSError as error:  # it is refused all the same
            troubles.tell(error)


def describe_refusal(host: str) -> Message:
    """Tell who waits for an answer of a host, which may be told as little as that its name does not exist."""
    return Message(
        "{host} is not emulated and was not reached; --pass-through {host} lets requests for it out",
        "{host} 不在模拟范围内，未被访问；--pass-through {host} 可放行对它的请求",
        host=host,
    )


def read(file: Path) -> list[dict[str, str | int]]:
    """Read the counts as ``[{"host", "times"}]``, most often refused first; none from a file that is damaged."""
    try:
        times = Counter(_counts(json.loads(file.read_text(encoding="utf-8"))))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError):
        troubles.tell_sentence(
            Message(
                "{file} cannot be read, so that no refused hosts are shown; it is made anew at the next start",
                "{file} 无法读取，因此不显示被拒绝的主机；下次启动时会重新生成",
                file=file,
            )
        )
        return []
    return [{"host": host, "times": count} for host, count in times.most_common()]


def _counts(document: Any) -> dict[str, int]:
    """:raises ValueError: something else than counts by host."""
    if not isinstance(document, dict) or not all(type(count) is int for count in document.values()):
        raise ValueError("expected counts by host")
    return document
