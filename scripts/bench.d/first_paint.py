"""How soon a browser paints the console's pages, beside a bare page of the same server."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

BARE_PAGE: Final = "/page"
"""Of the yardstick, as `contestant.py` answers it."""
PAGES: Final = (
    *("/", "/functions", "/requests", "/users", "/phones", "/tokens", "/documents", "/faults", "/clock", "/state"),
)
_FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_FIRST_PAINT: Final = """() => new Promise(resolve => {
    const take = list => list.getEntriesByName("first-contentful-paint").forEach(paint => resolve(paint.startTime))
    new PerformanceObserver(take).observe({type: "paint", buffered: true})
})"""


@dataclass(frozen=True)
class FirstPaint:
    """Medians of the page that takes longest, in ms from the start of its navigation.

    :param ratio: of the console's page to the bare one, the median of the rounds' ratios.
    """

    path: str
    bare_ms: float
    console_ms: float
    ratio: float


def measure(bare_url: str, console_url: str, *, rounds: int) -> FirstPaint | None:
    """Open each page after the bare one, ``rounds`` times; ``None`` where there is no Chromium to do it."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the tests' packages, and slow to import
    except ImportError:
        return None
    if chromium is None:
        return None
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser:
        page = browser.new_page()
        for path in PAGES:
            page.goto(console_url + path)  # its scripts and style sheets are kept from here on
        return max(
            (_compare(page, bare_url + BARE_PAGE, console_url, path, rounds) for path in PAGES),
            key=lambda first_paint: first_paint.console_ms,
        )


def _compare(page: Page, bare: str, console_url: str, path: str, rounds: int) -> FirstPaint:
    pairs = [(_first_paint_ms(page, bare), _first_paint_ms(page, console_url + path)) for _ in range(rounds)]
    return FirstPaint(
        path=path,
        bare_ms=median(theirs for theirs, _ in pairs),
        console_ms=median(ours for _, ours in pairs),
        ratio=median(ours / theirs for theirs, ours in pairs),
    )


def _first_paint_ms(page: Page, url: str) -> float:
    page.goto(url)
    return float(page.evaluate(_FIRST_PAINT))
