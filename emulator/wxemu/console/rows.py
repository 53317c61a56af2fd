"""Search and paging of a long list: the rows that match ``?q=``, some of them from ``?from=`` on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from flask import request

from wxemu.console.page import here

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = TypeVar("Row")

PAGE_SIZE: Final = 50
_MOST_DIGITS: Final = 9


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """One page of rows.

    :param query: the text that they match; empty for all rows.
    :param first: the URL of the first page, ``None`` on it; likewise ``more``.
    """

    visible: Sequence[Row]
    query: str
    first: str | None
    more: str | None


def select(all_rows: Sequence[Row], text: Callable[[Row], str]) -> Rows[Row]:
    """Select the rows that the request asks for.

    :param text: the text of a row that is searched, without regard to case.
    """
    query = search()
    return page([row for row in all_rows if query.lower() in text(row).lower()] if query else all_rows, query)


def search() -> str:
    """What the request searches for, empty for all rows."""
    return request.args.get("q", "").strip()


def page(matching: Sequence[Row], query: str) -> Rows[Row]:
    """The page that the request asks for, of the rows that match ``query``."""
    number = request.args.get("from", "")
    start = int(number) if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS else 0
    end = start + PAGE_SIZE
    return Rows(
        visible=matching[start:end],
        query=query,
        first=here(**{"from": None}) if start else None,
        more=here(**{"from": end}) if len(matching) > end else None,
    )
