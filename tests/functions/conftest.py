"""The functions under test, and a scripted stand-in for api.weixin.qq.com that keeps what it was sent."""

from __future__ import annotations

import importlib.util
import itertools
import json
import socket
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from wxcloud.sessions import Sessions

FUNCTIONS = Path(__file__).parents[2] / "functions"
sys.path.insert(0, str(FUNCTIONS / "_shared"))

import wxcloud  # noqa: E402  (found through the line above, as PYTHONPATH does it in the cloud)

APPID = "wx1234567890abcdef"
SECRET = "0123456789abcdef0123456789abcdef"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    connection: tuple[str, int] = ("", 0)
    target: str = ""  # the path with its query, as it was sent

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class RawReply:
    """A raw answer; `body` None hangs up instead, `waits_for` keeps the client waiting for a byte more."""

    body: bytes | None
    status: int = 200
    content_type: str = "application/json; encoding=utf-8"
    location: str | None = None
    cookie: str | None = None
    waits_for: threading.Event | None = None


@dataclass
class WeChat:
    """Answers each path with its script, the last entry again and again."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    scripts: dict[str, list[Any]] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    Reply: ClassVar = RawReply

    def __post_init__(self) -> None:
        tokens = (f"token-{number}" for number in itertools.count(1))
        self.answers("/cgi-bin/stable_token", {"access_token": "token-0", "expires_in": 7200})
        self.answers("/cgi-bin/token", lambda _: {"access_token": next(tokens), "expires_in": 7200})
        self.answers("/cgi-bin/soter/verify_signature", {"is_ok": True})
        self.answers("/wxa/checksession", {"errcode": 0, "errmsg": "ok"})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, path: str, *script: Any) -> None:
        """Each entry: a JSON value, a Reply, or a function of the Request that gives one of them."""
        self.scripts[path] = list(script)

    def never(self, *, after: bytes = b"") -> RawReply:
        """An answer that stops before its first byte, or within its body `after` these bytes of it."""
        return RawReply(after, waits_for=self.released)

    def sent(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def take(self, request: Request) -> RawReply:
        with self.lock:
            self.requests.append(request)
            script = self.scripts[request.path]
            answer = script.pop(0) if len(script) > 1 else script[0]
            if callable(answer):
                answer = answer(request)
        return answer if isinstance(answer, RawReply) else RawReply(json.dumps(answer).encode())


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def answer(self) -> None:
        address = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=address.path,
            query={
                name: values[0] for name, values in parse_qs(address.query, strict_parsing=bool(address.query)).items()
            },
            headers=dict(self.headers.items()),
            body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
            connection=self.client_address,
            target=self.path,
        )
        reply = self.server.wechat.take(request)
        if reply.body is None:
            self.close_connection = True
            return
        if reply.waits_for is not None and not reply.body:
            reply.waits_for.wait()
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body) + bool(reply.waits_for)))
        if reply.location:
            self.send_header("Location", reply.location)
        if reply.cookie:
            self.send_header("Set-Cookie", reply.cookie)
        self.end_headers()
        self.wfile.write(reply.body)
        if reply.waits_for is not None:
            reply.waits_for.wait()
            self.close_connection = True

    do_GET = do_POST = answer  # noqa: N815  (the names http.server looks for)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them

    def __init__(self, wechat: WeChat) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.wechat = wechat
        self.open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        for connection in self.open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                continue


@pytest.fixture
def wechat() -> Iterator[WeChat]:
    wechat = WeChat()
    with Server(wechat) as server:
        wechat.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield wechat
        server.shutdown()
        thread.join()
        wechat.released.set()
        server.hang_up()


@pytest.fixture
def environ(wechat: WeChat, tmp_path: Path) -> dict[str, str]:
    """The function's envVariables."""
    return {
        "WX_APPID": APPID,
        "WX_SECRET": SECRET,
        "WX_API_BASE": wechat.address,
        "WX_STORE": f"sqlite:{tmp_path / 'store.sqlite3'}",
    }


@pytest.fixture
def sessions_of() -> Callable[[wxcloud.Cloud], Sessions]:
    """The sessions that an instance stores."""
    return lambda cloud: cloud.of(context_of()).sessions


@dataclass
class Time:
    """A clock that only a test moves, and the waits that were asked for."""

    now: float = 1_700_000_000.0
    pauses: list[float] = field(default_factory=list)


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def cloud(environ: dict[str, str], clock: Time) -> wxcloud.Cloud:
    return wxcloud.init(environ, sleep=clock.pauses.append, clock=lambda: clock.now)


@pytest.fixture
def deploy(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Start an instance of a function: its index.py, freshly loaded with these envVariables."""

    def start(name: str, **variables: str) -> ModuleType:
        for variable, value in {**environ, **variables}.items():
            monkeypatch.setenv(variable, value)
        spec = importlib.util.spec_from_file_location(f"{name}_index", FUNCTIONS / name / "index.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return start


def context_of(**identity: str) -> dict[str, Any]:
    variables = {"SCF_NAMESPACE": "env-demo", "WX_APPID": APPID, **identity}
    return {
        "request_id": "8ab2e5a0-0000-4000-8000-000000000000",
        "environment": json.dumps(variables),
        "environ": ";".join(f"{name}={value}" for name, value in variables.items()),
    }


@pytest.fixture
def mini_program() -> Callable[[str], dict[str, Any]]:
    """The context of a call from a mini program by this openid."""
    return lambda openid: context_of(WX_OPENID=openid, TCB_SOURCE="wx_client", TCB_ISANONYMOUS_USER="false")


@pytest.fixture
def server_call() -> dict[str, Any]:
    return context_of()


@pytest.fixture
def web_call() -> dict[str, Any]:
    return context_of(TCB_UUID="anon-sub-1", TCB_ISANONYMOUS_USER="true")
