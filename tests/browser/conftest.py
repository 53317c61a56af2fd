"""A real browser before a real emulator: what its pages say on the console, or ask of another host, is a failure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from wxemu.client.remote import Remote

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
AXE = PROJECT / "tests/clients/node_modules/axe-core/axe.min.js"
APPID = "wx1234567890abcdef"
GRAVE = ("serious", "critical")
expect.set_options(timeout=20_000)  # milliseconds: what comes at once may come late where Docker builds beside


def missing(what):
    """A tool is missing: a failure where everything should be there, a skip on a user's own machine."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


class Emulator:
    """A running ``wxemu start``."""

    def __init__(self, *options, project=PROJECT):
        command = [sys.executable, "-m", "wxemu", "start", "--project", str(project), "--port", "0", "--json"]
        self.process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.process.stdout.readline())
        self.url = self.facts["url"]
        self.remote = Remote(self.url)

    def ask(self, method, path, body=None):
        return self.remote.ask(method, path, body)

    def phone(self, profile="android", **members):
        return self.ask("POST", "/phone/v1/phones", {"appid": APPID, "profile": profile, **members})

    def do(self, phone, operation, **body):
        return self.ask("POST", f"/phone/v1/phones/{phone['phoneId']}/{operation}", body)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.process.stdout.close()
        assert self.process.returncode == 0


@pytest.fixture(scope="module")
def start_emulator():
    """Start an emulator with options, or of another project; it is stopped at the end of the module."""
    started = []

    def start(*options, **named):
        started.append(Emulator(*(options or ("--state", ":memory:")), **named))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture(scope="module")
def emulator(start_emulator):
    """This project's functions, nothing kept."""
    return start_emulator()


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium that can resolve no name but this machine's. Of the module only: while one is there, its
    event loop runs, and nothing else of this process may have one."""
    chromium = shutil.which("chromium") or missing("chromium is needed: apt install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    flags.append("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser, emulator):
    """Open a path of the emulator in a browser of its own, with Playwright's context options (``viewport``,
    ``color_scheme``, ``locale`` ...). ``complaints``: what its console may say, as parts of the text."""
    contexts, heard, asked = [], [], set()

    def open_one(path, *, of=None, complaints=(), **options):
        def listen(text):
            if not any(part in text for part in complaints):
                heard.append(text)

        contexts.append(browser.new_context(base_url=(of or emulator).url, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda said: listen(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: listen(str(error)))
        page.on("request", lambda request: asked.add(urlsplit(request.url).hostname))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert heard == []
    assert asked <= {"127.0.0.1", "localhost"}


@pytest.fixture
def grave_faults():
    """What axe-core finds on a page that keeps somebody from using it: rule, and where."""
    if not AXE.is_file():
        missing("the npm packages are needed: scripts/clients")

    def find(page):
        # Evaluated by the debugger, which the page's Content-Security-Policy does not bind.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            (violation["id"], violation["impact"], node["target"], node.get("failureSummary"))
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]

    return find


@pytest.fixture
def wide_parts():
    """What on a page is wider than its window, and so makes it scroll sideways."""

    def find(page):
        return page.evaluate(
            """() => {
                const room = document.documentElement.clientWidth
                if (document.documentElement.scrollWidth <= room) return []
                return [...document.querySelectorAll("body *")]
                    .filter(part => part.getBoundingClientRect().right > room + 1)
                    .map(part => `${part.tagName}.${part.className}`)
            }"""
        )

    return find


def pytest_collection_modifyitems(items):
    """A browser takes its time: `scripts/test --fast` leaves this folder out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
