"""The stores that instances share, each as WX_STORE names it."""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

STORES = ("sqlite", "redis", "cloudbase")


def choose_port() -> int:
    """A port for a server that is killed and comes back.

    It is none of those that clients get for their own end: one of them could take it meanwhile, or be connected to
    itself. The system's randomness is not reset for each test, so that two at a time choose different ones.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("there is no free port")


@pytest.fixture
def lasting_port() -> int:
    return choose_port()


class RedisServer:
    """Debian's redis-server on a port of its own, whose rows outlive a kill."""

    def __init__(self, folder: Path) -> None:
        self.port = choose_port()
        self._folder = folder
        self.start()

    @property
    def address(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
            ],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=10) as probe:
                probe.sendall(b"PING\r\n")
                if probe.recv(64).startswith(b"+PONG"):  # it listens before it has its rows
                    return
            time.sleep(0.02)
        raise AssertionError("redis-server does not answer")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]) -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        missing("a redis-server is needed (on Debian: apt install redis-server)")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture(params=STORES)
def wx_store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """WX_STORE."""
    if request.param == "sqlite":
        return f"sqlite:{tmp_path / 'store.sqlite3'}"
    if request.param == "cloudbase":
        return "cloudbase"
    server: RedisServer = request.getfixturevalue("redis_server")
    return server.address


@pytest.fixture
def context_of(wx_store: str, request: pytest.FixtureRequest) -> Callable[..., dict[str, Any]]:
    """The context of a call by an openid. For the document database it is one of an emulator's invocations."""

    def context(openid: str | None = None) -> dict[str, Any]:
        if wx_store != "cloudbase":
            return (
                request.getfixturevalue("server_call")
                if openid is None
                else request.getfixturevalue("mini_program")(openid)
            )
        emulator: Any = request.getfixturevalue("emulator")
        caller = {} if openid is None else {"openid": openid}
        variables = emulator.environment(function="verifySignature", **caller)
        return {"request_id": "1", "environment": json.dumps(variables), "environ": ""}

    return context
