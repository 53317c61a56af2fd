"""A real browser before a real emulator: what its pages say on the console, or ask of another host, is a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Frame, Page

    from wxemu.client.testing import Emulator

expect.set_options(timeout=20_000)  # milliseconds: what comes at once may come late where Docker builds beside


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium that can resolve no name but this machine's. Of the module only: while one is there, its
    event loop runs, and nothing else of this process may have one."""
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


def _host_of(url: str) -> str | None:
    """Whom a page asks for something: what it has in itself is asked of this machine."""
    parts = urlsplit(url)
    return "localhost" if parts.scheme in ("blob", "data") else parts.hostname


@pytest.fixture
def open_page(browser: Browser, emulator: Emulator) -> Iterator[Callable[..., Page]]:
    """Open a path of the emulator in a browser of its own, with Playwright's context options (``viewport``,
    ``color_scheme``, ``locale`` ...). ``complaints``: what its console may say, as parts of the text."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []
    asked: set[str | None] = set()

    def open_one(path: str, *, of: Emulator | None = None, complaints: Sequence[str] = (), **options: Any) -> Page:
        def listen(text: str) -> None:
            if not any(part in text for part in complaints):
                heard.append(text)

        contexts.append(browser.new_context(base_url=(of or emulator).url, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda said: listen(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: listen(str(error)))
        page.on("request", lambda request: asked.add(_host_of(request.url)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert heard == []
    assert asked <= {"127.0.0.1", "localhost"}


@pytest.fixture(scope="module")
def accessibility_faults(node_modules: Path) -> Callable[..., list[Any]]:
    """What axe-core finds on a page, or in one of its frames: rule, and where. ``rule``: this one alone."""
    axe = (node_modules / "axe-core/axe.min.js").read_text(encoding="utf-8")

    def find(page: Page | Frame, rule: str | None = None) -> list[Any]:
        # Evaluated by the debugger, which the page's Content-Security-Policy does not bind.
        if page.evaluate("typeof axe") == "undefined":
            page.evaluate(axe)
        options = {
            "resultTypes": ["violations"],
            **({} if rule is None else {"runOnly": {"type": "rule", "values": [rule]}}),
        }
        found = page.evaluate("options => axe.run(document, options)", options)
        return [
            (violation["id"], violation["impact"], node["target"], node.get("failureSummary"))
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return find


@pytest.fixture(scope="module")
def wide_parts() -> Callable[[Page], list[str]]:
    """What on a page is wider than its window, and so makes it scroll sideways."""

    def find(page: Page) -> list[str]:
        parts: list[str] = page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth
                if (document.documentElement.scrollWidth <= room) return []
                return [...document.querySelectorAll("body *")]
                    .filter(part => part.getBoundingClientRect().right > room + 1)
                    .map(part => `${part.tagName}.${part.className}`)
            }"""
        )
        return parts

    return find
