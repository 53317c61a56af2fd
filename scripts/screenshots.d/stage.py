"""Where the story is played: an emulator of which all repeats, and a browser before it."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, Self

from errors import PictureError
from playwright.sync_api import sync_playwright

from wxemu.client.child import Child
from wxemu.client.remote import Remote

if TYPE_CHECKING:
    from pathlib import Path

    from picture import Picture
    from playwright.sync_api import Page

RANDOM_SEED: Final = "longjing"
OPENING: Final = 1_767_607_680
"""When the story begins, in Unix seconds; the clock stands there until somebody moves it."""
_ONLY_THIS_MACHINE: Final = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


class Stage:
    """An emulator with the project's functions, and a headless Chromium.

    :raises PictureError: no Chromium is there.
    """

    def __init__(self, project: Path) -> None:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        if chromium is None:
            raise PictureError("expected Chromium, found none (on Debian: apt install chromium)")
        self._now = OPENING
        with ExitStack() as opened:
            emulator = opened.enter_context(Child(project, "--random-seed", RANDOM_SEED))
            self._url = emulator.url
            self.remote = Remote(self._url)
            self.remote.ask("POST", "/emulator/v1/clock/freeze", {"at": OPENING})
            playwright = opened.enter_context(sync_playwright())
            # Chromium refuses root its sandbox, and what it looks at is ours alone.
            flags = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", _ONLY_THIS_MACHINE]
            self._browser = playwright.chromium.launch(executable_path=chromium, args=flags)
            opened.callback(self._browser.close)
            self._opened = opened.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def let_pass(self, seconds: int) -> None:
        """Move the emulator's clock on; a page that is opened afterwards has the same time."""
        self._now += seconds
        self.remote.ask("POST", "/emulator/v1/clock/advance", {"seconds": seconds})

    def open(self, path: str, picture: Picture) -> Page:
        """A page in a window of the picture's size, whose clock stands still, too."""
        options = {"locale": "en-US", "timezone_id": "UTC", "reduced_motion": "reduce", **picture.browser}
        context = self._browser.new_context(
            base_url=self._url,
            viewport={"width": picture.width, "height": picture.height},
            device_scale_factor=picture.scale,
            **options,
        )
        page = context.new_page()
        page.clock.set_fixed_time(self._now)
        page.goto(path)
        return page
