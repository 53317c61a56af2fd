"""A server in front of an emulator, which keeps what comes and answers otherwise where a test says so."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import requests

from wxemu.conformance.ingredients import Ingredients
from wxemu.conformance.parties import credentials_of
from wxemu.conformance.phone import ask_simulated
from wxemu.conformance.wire import Target

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class StandIn:
    """In front of an emulator.

    :param answers: status, label and body by path, and by the action of Tencent Cloud's API; ``None`` cuts the line.
    :param paths: of the requests, as they came.
    """

    url: str
    answers: dict[str, tuple[int, str, str] | None] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)

    def refuse(self, path: str, errcode: int) -> None:
        self.answers[path] = (200, "application/json", json.dumps({"errcode": errcode, "errmsg": "limit"}))

    @property
    def target(self) -> Target:
        return Target("live", self.url, f"{self.url}/admin", self.url, timeout=60)


def handler(behind: str, stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            path = " ".join(filter(None, (self.path.partition("?")[0], self.headers.get("X-TC-Action"))))
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            stand_in.paths.append(path)
            if path not in stand_in.answers:
                with requests.Session() as session:
                    session.trust_env = False
                    answer = session.request(
                        self.command, f"{behind}{self.path}", data=body, headers=dict(self.headers), timeout=60
                    )
                self.answer(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)
            elif (programmed := stand_in.answers[path]) is not None:
                self.answer(programmed[0], programmed[1], programmed[2].encode())

        do_GET = do_POST  # noqa: N815 - the library's

        def answer(self, status: int, label: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", label)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


@contextmanager
def serving(behind: str) -> Iterator[StandIn]:
    stand_in = StandIn("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(behind, stand_in))
    server.daemon_threads = False
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def emulator(start_for_module):
    """One in a process of its own, as the suite asks over HTTP."""
    return start_for_module()


@pytest.fixture
def stand_in(emulator) -> Iterator[StandIn]:
    with serving(emulator.url) as server:
        yield server


@pytest.fixture
def app(emulator):
    with emulator.new_app() as made:
        yield made


@pytest.fixture
def account(app) -> Ingredients:
    """What the owner of a mini program has, and a phone."""
    phone = app.new_user().new_phone()
    return Ingredients(credentials_of(app), lambda: ask_simulated(phone))
