"""Figures for a reader: a table for the terminal, for a page, or as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Row(Protocol):
    """One thing measured."""

    def cells(self) -> Sequence[str]:
        """It as texts, one for each column."""

    def document(self) -> Mapping[str, object]:
        """It for `--json`."""


@dataclass(frozen=True)
class Table:
    """All things measured, below the names of the columns."""

    header: Sequence[str]
    rows: Sequence[Row]

    def as_text(self) -> str:
        """Columns for a terminal: the first one to the left, figures to the right."""
        first, *others = zip(self.header, *(row.cells() for row in self.rows), strict=True)
        columns = [_pad(first, str.ljust), *(_pad(column, str.rjust) for column in others)]
        return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))

    def as_markdown(self) -> str:
        """The same for a page."""
        rule = ("---", *("---:" for _ in self.header[1:]))
        return "\n".join(f"| {' | '.join(line)} |" for line in (self.header, rule, *(row.cells() for row in self.rows)))

    def as_json(self) -> str:
        """One line for scripts."""
        machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
        python = platform.python_version()
        return json.dumps({"machine": machine, "python": python, "rows": [row.document() for row in self.rows]})


def _pad(column: Sequence[str], pad: Callable[[str, int], str]) -> list[str]:
    width = max(map(len, column))
    return [pad(cell, width) for cell in column]


def number(value: float | None) -> str:
    """Three significant digits, or all of a larger whole number; nothing for no figure."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
