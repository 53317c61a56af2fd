"""The pytest plugin, for tests of whatever talks to WeChat or CloudBase.

pytest loads it in every run, so that it imports next to nothing until a fixture is used.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from wxemu.client.testing import App, Clock, Emulator, Faults, Phone, Requests, User

PROJECT: Final = "wxcloud_project"
OPTIONS: Final = "wxcloud_options"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Settings for the emulator that a test run starts."""
    parser.addini(PROJECT, "wxcloud: the folder with cloudbaserc.yaml. [default: the nearest, from the root up]")
    parser.addini(OPTIONS, "wxcloud: further options of `wxemu start`, as --seed tests/seed.yaml", type="args")


@pytest.fixture(scope="session")
def wxcloud(pytestconfig: pytest.Config) -> Iterator[Emulator]:
    """The emulator of this test run, on free ports; or the one that WXEMU_URL names, which goes on running."""
    from wxemu.client.child import ChildError  # noqa: PLC0415 - here and below: only what a fixture needs, when it is used
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.client.testing.start import connect_to, start  # noqa: PLC0415

    url = os.environ.get("WXEMU_URL")
    with ExitStack() as until_the_end:
        try:
            if url:
                emulator = connect_to(url, os.environ.get("WXEMU_TOKEN"))
            else:
                own = start(_project(pytestconfig), pytestconfig.getini(OPTIONS))
                emulator = until_the_end.enter_context(own)
        except (ChildError, RemoteError) as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        yield emulator


@pytest.fixture
def wx_app(wxcloud: Emulator) -> Iterator[App]:
    """A mini program of this test's own: appid, secret, env. No other test, in whatever process, meets what is its."""
    with wxcloud.new_app() as app:
        yield app


@pytest.fixture
def wx_user(wx_app: App) -> User:
    """A user of ``wx_app``; ``wx_app.new_user()`` makes more."""
    return wx_app.new_user()


@pytest.fixture
def wx_phone(wx_user: User) -> Phone:
    """An Android phone in the hand of ``wx_user``; ``wx_user.new_phone(profile)`` gives others."""
    return wx_user.new_phone()


@pytest.fixture
def wx_clock(wxcloud: Emulator) -> Iterator[Clock]:
    """The emulator's clock, back at real time after the test."""
    from wxemu.client.testing import Clock  # noqa: PLC0415

    workers = os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    if not wxcloud.is_own and workers != "1":
        pytest.fail(
            f"wx_clock moves the clock of a whole emulator, and {workers} workers of pytest-xdist share the one at"
            f" {wxcloud.url}; without WXEMU_URL each worker has one of its own, or run these tests with -n 0",
            pytrace=False,
        )
    clock = Clock(wxcloud)
    yield clock
    clock.release()


@pytest.fixture
def wx_faults(wx_app: App) -> Faults:
    """What goes wrong on purpose, for calls of ``wx_app`` only; gone after the test."""
    return wx_app.faults


@pytest.fixture
def wx_requests(wx_app: App) -> Requests:
    """What was asked and answered for ``wx_app``."""
    return wx_app.requests


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a test that failed what was asked and answered for its ``wx_app``, and what functions printed."""
    report = yield
    app: App | None = getattr(item, "funcargs", {}).get("wx_app")
    if app is not None and call.when == "call" and report.failed:
        report.sections += _sections(app)
    return report


def _sections(app: App) -> Iterator[tuple[str, str]]:
    from wxemu.client.remote import RemoteError  # noqa: PLC0415
    from wxemu.client.testing.logs import describe  # noqa: PLC0415

    try:
        yield "wxcloud: what was asked and answered", app.requests.describe()
        if printed := describe(app.emulator, app.appid):
            yield "wxcloud: what functions printed", printed
    except RemoteError as error:
        yield "wxcloud", str(error)
    if said := app.emulator.said():
        yield "wxcloud: what the emulator said", said


def _project(config: pytest.Config) -> Path:
    """The folder that the ini file names, else the nearest one with a declaration, else the root."""
    from wxemu.scf.project import find_project  # noqa: PLC0415

    base = config.rootpath if config.inipath is None else config.inipath.parent
    wanted: str = config.getini(PROJECT)
    return base / wanted if wanted else find_project(config.rootpath)
