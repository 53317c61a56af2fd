"""An interception in front of a server that tells what reached it, and a client's view of TLS."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wxemu.core.health import Health
from wxemu.intercept import Interception, interception_document, process
from wxemu.intercept.process import intercepting

PATIENCE = 20


class Told(BaseHTTPRequestHandler):
    """Answers each request with what it was; `/slow` takes its time, `/silent` ends without a word."""

    protocol_version = "HTTP/1.1"
    server: Server

    def answer(self):
        if self.path == "/silent":
            self.close_connection = True
            return
        if self.path == "/refuse-early":
            body = b""
        elif "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = b"".join(iter(self.chunk, b""))
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/slow":
            self.server.released.wait(PATIENCE)
        told = {"path": self.path, "host": self.headers["Host"], "body": body.decode("latin-1")}
        told |= {"method": self.command, "headers": dict(self.headers.items())}
        content = json.dumps(told).encode()
        self.send_response(413 if self.path == "/refuse-early" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Keep-Alive", "timeout=5")
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = self.close_connection or self.path == "/refuse-early"

    do_GET = do_POST = answer  # noqa: N815 - as http.server wants them named

    def chunk(self):
        content = self.rfile.read(int(self.rfile.readline() or b"0", 16))
        self.rfile.readline()
        return content

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Told)
        self.released = threading.Event()

    def handle_error(self, *_):
        """Clients that leave in the middle are what some tests are about."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,)).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.shutdown()
        self.server_close()


@pytest.fixture
def server():
    """What stands in for the emulator."""
    with Server() as server:
        yield server


@pytest.fixture
def other_server():
    """A service of this machine that is not the emulator."""
    with Server() as server:
        yield server


class Connection:
    """One connection of a client, inside TLS or not."""

    def __init__(self, stream):
        self.stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def send(self, content):
        self.stream.sendall(content)

    def request(self, path="/", host="api.weixin.qq.com", *headers, method="GET", body=b""):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.send("\r\n".join([*lines, "", ""]).encode() + body)

    def head(self):
        head = b""
        while not head.endswith(b"\r\n\r\n") and (byte := self.stream.recv(1)):
            head += byte
        return head.decode("latin-1")

    def answer(self):
        """Status and document of one answer, leaving what follows it."""
        head = self.head()
        length = int(head.lower().partition("content-length: ")[2].partition("\r\n")[0])
        content = b""
        while len(content) < length:
            content += self.stream.recv(length - len(content))
        return int(head.split()[1]), json.loads(content)

    def told(self):
        """What the server says reached it."""
        status, told = self.answer()
        assert status == 200
        return told

    def rest(self):
        """All that comes until the end."""
        return b"".join(iter(lambda: self.stream.recv(1 << 16), b"")).decode("latin-1")

    def end_half(self):
        self.stream.shutdown(socket.SHUT_WR)

    def secured(self, trust, host="api.weixin.qq.com"):
        return Connection(trust.wrap_socket(self.stream, server_hostname=host))


class Client:
    """Speaks to an interception over plain sockets."""

    def __init__(self, interception):
        self.interception = interception

    @property
    def document(self):
        return interception_document(self.interception)

    @property
    def refused(self):
        return [entry["host"] for entry in self.document["refused"]]

    @property
    def trust(self):
        return ssl.create_default_context(cafile=self.document["ca"])

    def connect(self):
        return Connection(socket.create_connection(("127.0.0.1", self.interception.port), timeout=PATIENCE))

    def direct(self, host="api.weixin.qq.com"):
        return self.connect().secured(self.trust, host)

    def tunnel(self, target="api.weixin.qq.com:443"):
        """A connection whose CONNECT was taken."""
        connection = self.connect()
        connection.send(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert connection.head() == "HTTP/1.1 200 Connection Established\r\n\r\n"
        return connection

    def secure_tunnel(self, host="api.weixin.qq.com"):
        return self.tunnel(f"{host}:443").secured(self.trust, host)

    def ask(self, content):
        """All that is answered to these bytes."""
        with self.connect() as connection:
            connection.send(content)
            return connection.rest()

    def connect_to(self, target):
        """All that is answered to a CONNECT."""
        return self.ask(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())

    def get(self, uri):
        """All that is answered to an absolute URI."""
        return self.ask(f"GET {uri} HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n".encode())


@pytest.fixture
def intercept(server, tmp_path, monkeypatch):
    """Begin to intercept for the server, in a process that has what a test changes."""
    monkeypatch.setattr(process, "START_METHOD", "fork")
    with ExitStack() as running:

        def begin(*pass_through, emulator=server.server_address, control_token=None, port=None):
            proxied = socket.create_server(("127.0.0.1", port or 0))
            interception = Interception(
                address="127.0.0.1",
                port=proxied.getsockname()[1],
                host="127.0.0.1",
                emulator=emulator,
                folder=tmp_path,
                pass_through=pass_through,
                control_token=control_token,
            )
            proxy = running.enter_context(intercepting(interception, proxied, Health()))
            proxy.wait_for_authority()
            client = Client(proxy.interception)
            with suppress(OSError), client.connect() as first:
                # It is forked now, while this thread waits; else it could copy a lock that OpenSSL holds just then.
                first.end_half()
                first.rest()
            return client

        yield begin


@pytest.fixture
def client(intercept):
    return intercept()
