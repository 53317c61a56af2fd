"""Emulators in processes of their own, the command line before them, and the tools that some clients need."""

from __future__ import annotations

import gc
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import requests
from classic_mistakes import Server
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

from wxemu.cli import main
from wxemu.client.child import Child, ChildError
from wxemu.client.remote import Remote
from wxemu.client.testing import Emulator
from wxemu.control.operations.functions import SHOW_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wxemu.client.testing import App, Phone
    from wxemu.client.testing.phone import Profile

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
NODE_MODULES = TESTS / "clients/node_modules"
LONGEST_NAME = 100
SELDOM_USED_PORTS = range(20_000, 32_000)
"""Below those that the system gives to whoever asks for any."""
SLOW = {"browser", "clients", "docker", "packages"}
"""Folders that `scripts/test --fast` leaves out: browsers, real clients and containers take their time."""

# How many examples of each kind: pytest --hypothesis-profile=thorough. None has a deadline, as machines may be busy.
usual = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
settings.register_profile("usual", usual)
settings.register_profile("fast", usual, max_examples=10)
settings.register_profile("thorough", usual, max_examples=2000)
settings.load_profile("usual")


_numbers = count(1)


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pytest's own, which looks through the folders of all earlier tests for the next number."""
    folder = tmp_path_factory.getbasetemp() / f"{request.function.__name__[:30]}{next(_numbers)}"
    folder.mkdir(mode=0o700)
    return folder


@dataclass(frozen=True, kw_only=True)
class Running(Emulator):
    """An emulator that a test has started, by the client that users have for their tests; and its process."""

    child: Child = field(repr=False, compare=False)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it says when it is ready."""
        return self.child.facts

    @cached_property
    def app(self) -> App:
        """The first mini program of its seed."""
        return self.find_app()

    def environment(self, **caller: str) -> dict[str, str]:
        """The variables that ``wxemu env`` gives, for a ``function`` that an ``openid`` has called."""
        return self.call(SHOW_ENVIRONMENT, **caller)["env"]

    def new_phone(self, profile: Profile = "android", openid: str | None = None) -> Phone:
        """A phone in the hand of a new user of ``app``."""
        return self.app.new_user(openid).new_phone(profile)

    def same_phone(self, phone: Phone) -> Phone:
        """A phone of another emulator, or of another connection, whose state this one has."""
        return replace(phone, emulator=self)

    def again(self) -> Running:
        """The same over a connection of its own, as a second thread needs one."""
        return replace(self, remote=Remote(self.url))

    def stop(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it: its exit code, and what it warned of."""
        if by != signal.SIGTERM:
            os.kill(self.child.pid, by)
            self.child.wait()
        return self.child.stop(), self.said()

    def kill(self) -> None:
        """Kill all its processes at once."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.stop()


class Start(Protocol):
    """Start an emulator with options of ``wxemu start``; it keeps no state unless they say so."""

    def __call__(self, *options: str, project: Path = PROJECT) -> Running: ...


def _starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    running: list[Running] = []

    def start(*options: str, project: Path = PROJECT) -> Running:
        words = tmp_path_factory.mktemp("emulator") / "words"
        with words.open("w") as stderr:
            try:
                child = Child(project, *options, stderr=stderr)
            except ChildError:
                raise pytest.fail.Exception(words.read_text()) from None
        running.append(Running(child.url, Remote(child.url), words=words, child=child))
        return running[-1]

    with ExitStack() as stack:
        stack.callback(lambda: [emulator.child.stop() for emulator in running])
        yield start
    assert {emulator.child.wait() for emulator in running} <= {0, -signal.SIGKILL}


@pytest.fixture(scope="session")
def unused_port() -> Callable[[], int]:
    """Find a port at which nobody listens, nor at the one after it, nor will soon."""

    def find() -> int:
        while True:
            port = random.SystemRandom().choice(SELDOM_USED_PORTS)
            try:
                for one in (port, port + 1):
                    socket.create_server(("127.0.0.1", one)).close()
            except OSError:
                continue
            return port

    return find


start = pytest.fixture(_starter, name="start")
start_for_module = pytest.fixture(_starter, name="start_for_module", scope="module")


@pytest.fixture(scope="module")
def emulator(start_for_module: Start) -> Running:
    """One with this project's functions, for all tests of a module."""
    return start_for_module()


@pytest.fixture
def mistaken_server(emulator: Running) -> Iterator[Server]:
    """A mini program's server that can make every classic mistake."""

    with requests.Session() as session:
        session.trust_env = False  # a proxy for the outside world has no part in this

        def send(method: str, path: str, body: bytes | None) -> Any:
            return json.loads(session.request(method, f"{emulator.url}{path}", data=body, timeout=20).text)

        yield Server(send, emulator.app.appid, emulator.app.secret)


@pytest.fixture(scope="session")
def write_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write a project: its declaration, and the code of its functions by their names."""

    def write(declaration: str, **functions: str) -> Path:
        folder = tmp_path_factory.mktemp("project")
        (folder / "cloudbaserc.yaml").write_text(declaration, encoding="utf-8")
        for name, code in functions.items():
            (folder / "functions" / name).mkdir(parents=True)
            (folder / "functions" / name / "index.py").write_text(code, encoding="utf-8")
        return folder

    return write


class Command(Protocol):
    """Type in a ``wxemu`` command; ``of``: the emulator it is for, ``given``: its standard input."""

    def __call__(
        self, *arguments: str, of: Emulator | None = None, given: str | None = None, **environment: str
    ) -> CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def wxemu() -> Command:
    """The command line in this process, as its start takes longer than all that it does."""

    def run(
        *arguments: str, of: Emulator | None = None, given: str | None = None, **environment: str
    ) -> CompletedProcess[str]:
        line = [*arguments, *(() if of is None else ("--url", of.url))]
        done = CliRunner().invoke(main, line, input=given, env=environment, prog_name="wxemu", catch_exceptions=False)
        return CompletedProcess(line, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def process_of() -> Callable[..., CompletedProcess[str]]:
    """Run a ``wxemu`` command in a process of its own, until that ends."""

    def run(*arguments: str, **options: Any) -> CompletedProcess[str]:
        command = [sys.executable, "-m", "wxemu", *arguments]
        return subprocess.run(command, check=False, capture_output=True, text=True, **options)

    return run


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Have a test skipped on a user's own machine, and fail where everything should be there."""
    return pytest.fail if os.environ.get("CI") else pytest.skip


@pytest.fixture(scope="session")
def node_modules(missing: Callable[[str], None]) -> Path:
    """The npm packages of tests/clients."""
    if not NODE_MODULES.is_dir():
        missing("the npm packages are needed: scripts/clients")
    return NODE_MODULES


@pytest.fixture(scope="session")
def chromium(missing: Callable[[str], None]) -> str:
    """The path of a Chromium."""
    found = shutil.which("chromium")
    if found is None:
        missing("chromium is needed: apt install chromium")
    return str(found)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays until the end, so that no search for garbage needs to look through it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(700, 10, 100)  # a tenth as often through all that there is, which took a tenth of a quick run


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave these folders unread where none of their tests is to run: that takes a fifth of the time of collecting."""
    is_left_out = collection_path.parent == TESTS and collection_path.name in SLOW
    return True if is_left_out and config.option.markexpr == "not slow" else None


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let one worker have the tests of a module that share what takes long to make, and begin with what takes longest.

    So no worker is still busy with a minute's test, or is the only one with tests to do, when the others have ended.
    """
    for item in items:
        if item.path.relative_to(TESTS).parts[0] in SLOW:
            item.add_marker(pytest.mark.slow)
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        if _fixtures(item) & {"start_for_module", "browser", "packages_of", "wheels"}:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: (not _fixtures(item) & {"browser", "wheels"}, item.get_closest_marker("slow") is None))


def _fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by a long value's parameter: xdist sends every name to and fro, and one value has 12 MB as a name."""
    return argname if isinstance(val, str | bytes) and len(val) > LONGEST_NAME else None
