"""What a table shows of a long list: what fits ``?q=``, so many rows from ``?from=`` on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from flask import request

from wxemu.console.page import here

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = TypeVar("Row")

AT_A_TIME: Final = 50
_MOST_DIGITS: Final = 9


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """Some rows.

    :param query: what they fit; empty for all.
    :param first: the address of the first ones, ``None`` if these are; likewise of ``more``.
    """

    shown: Sequence[Row]
    query: str
    first: str | None
    more: str | None


def of(found: Sequence[Row], text: Callable[[Row], str]) -> Rows[Row]:
    """The rows that the request asks for.

    :param text: what is searched of a row, in whatever case.
    """
    query = request.args.get("q", "").strip()
    fitting = [row for row in found if query.lower() in text(row).lower()] if query else found
    wanted = request.args.get("from", "")
    start = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) <= _MOST_DIGITS else 0
    end = start + AT_A_TIME
    return Rows(
        shown=fitting[start:end],
        query=query,
        first=here(**{"from": None}) if start else None,
        more=here(**{"from": end}) if len(fitting) > end else None,
    )
