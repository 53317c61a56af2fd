"""The edge over a real socket: what reaches an application, and how its answers go out."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from wxemu.core.faults import DELAY
from wxemu.edge import connection as connections
from wxemu.edge.edge import Edge, listen

SECONDS = 10


class Application:
    """Answers with what it was asked, and remembers it."""

    def __init__(self):
        self.requests = []
        self.released = threading.Event()
        self.threads = set()

    def __call__(self, environ, start_response):
        self.threads.add(threading.current_thread().name)
        body = environ["wsgi.input"].read()
        self.requests.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], body))
        self.environ = environ
        match environ["PATH_INFO"]:
            case "/waits" | "/now/waits":
                self.released.wait(SECONDS)
            case "/cut":
                raise ConnectionAbortedError
            case "/broken":
                raise RuntimeError
            case "/late":
                DELAY.get()(0.3)
            case "/stream":
                start_response("200 OK", [("Content-Type", "text/plain")])
                return (part for part in (b"one", b"two"))
            case "/not-modified":
                start_response("304 Not Modified", [])
                return iter(())
            case "/endless":
                start_response("200 OK", [("Content-Type", "text/plain")])
                return self.endless()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [body or b"hello"]

    def wait_for_a_request(self, path):
        while path not in {known for _, known, _ in self.requests}:
            time.sleep(0.01)

    def endless(self):
        try:
            while True:
                yield b"more"
                time.sleep(0.01)
        finally:
            self.released.set()


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def address(application):
    with serving(application) as address:
        yield address


@contextmanager
def serving(application, **options):
    ready, facts = threading.Event(), {}

    async def serve():
        edge = Edge(
            application,
            is_decision=lambda environ: environ["PATH_INFO"].startswith("/now"),
            threads=50,
            **options,
        )
        listening = socket.create_server(("127.0.0.1", 0))
        server = await listen(edge, listening)
        facts.update(address=listening.getsockname(), loop=edge.loop, stop=asyncio.Event())
        ready.set()
        await facts["stop"].wait()
        server.close()
        await edge.end()
        edge.let_threads_go()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(SECONDS)
    yield facts["address"]
    application.released.set()
    facts["loop"].call_soon_threadsafe(facts["stop"].set)
    thread.join(SECONDS)


@contextmanager
def client(address):
    with socket.create_connection(address, timeout=SECONDS) as connected:
        yield connected


def send(address, *parts, is_half_closed=False):
    """All that comes back until the other side closes."""
    with client(address) as connected:
        for part in parts:
            connected.sendall(part)
        if is_half_closed:
            connected.shutdown(socket.SHUT_WR)
        return read_all(connected)


def read_all(connected):
    received = b""
    try:
        while part := connected.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def request(path="/", *headers, method="GET", body=b"", version="1.1"):
    head = [
        f"{method} {path} HTTP/{version}",
        "Host: here",
        *headers,
        *([f"Content-Length: {len(body)}"] if body else []),
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


CLOSE = "Connection: close"


@pytest.mark.parametrize(
    "truncated",
    [
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n",
        b"POST / HT",
    ],
    ids=["fewer bytes than said", "no last chunk", "half a head", "half a line"],
)
@pytest.mark.parametrize("is_half_closed", [True, False])
def test_a_request_that_has_not_wholly_come_is_not_executed(address, application, truncated, is_half_closed):
    with client(address) as connected:
        connected.sendall(truncated)
        if is_half_closed:
            connected.shutdown(socket.SHUT_WR)
            assert read_all(connected) == b""
    assert send(address, request("/", CLOSE)).endswith(b"hello")
    assert [method for method, *_ in application.requests] == ["GET"]


@pytest.mark.parametrize(
    "sent",
    [
        request("/", CLOSE, method="POST", body=b"a body"),
        request("/", CLOSE, "Transfer-Encoding: chunked", method="POST") + b"2\r\na \r\n4\r\nbody\r\n0\r\n\r\n",
    ],
    ids=["with its length", "in chunks"],
)
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_a_body_arrives_whole_however_it_is_cut(address, application, sent, step):
    answer = send(address, *(sent[at : at + step] for at in range(0, len(sent), step)))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\na body")
    assert application.environ["CONTENT_LENGTH"] == "6"


def test_a_client_that_closed_its_half_gets_its_answer(address):
    assert send(address, request(), is_half_closed=True).endswith(b"hello")


def test_requests_sent_ahead_are_answered_in_their_order(address, application):
    bodies = [str(number).encode() for number in range(20)]
    answers = send(address, *(request(method="POST", body=body) for body in bodies), request("/", CLOSE))
    assert [body for _, _, body in application.requests] == [*bodies, b""]
    assert answers.count(b"HTTP/1.1 200 OK") == 21


def test_decisions_run_on_the_loop_and_the_rest_on_threads(address, application):
    send(address, request("/now", CLOSE))
    on_the_loop = set(application.threads)
    send(address, request("/other", CLOSE))
    assert not any(name.startswith("waiting") for name in on_the_loop)
    assert any(name.startswith("waiting") for name in application.threads)


@pytest.mark.parametrize(
    ("fails", "decided"),
    [(None, [b"0", b"1"]), ("in the end", [b"0", b"0", b"1", b"1"]), ("at once", [b"0", b"0", b"1"])],
)
def test_decisions_that_have_come_at_the_same_time_are_kept_together_or_made_again(application, fails, decided):
    blocks = []

    @contextmanager
    def together():
        def check():
            if fails == "at once":
                raise OSError

        blocks.append("begun")
        yield check
        if fails == "in the end":
            raise OSError

    with (
        serving(application, together=together) as address,
        client(address) as holding,
        client(address) as one,
        client(address) as two,
    ):
        for connected in (one, two):  # both are known to the loop then
            connected.sendall(request("/other"))
            assert connected.recv(1000).endswith(b"hello")
        holding.sendall(request("/now/waits", CLOSE))
        application.wait_for_a_request("/now/waits")  # which holds the loop
        for number, connected in enumerate((one, two)):
            connected.sendall(request("/now", CLOSE, method="POST", body=b"%d" % number))
        application.released.set()
        assert read_all(one).endswith(b"0")
        assert read_all(two).endswith(b"1")
        assert read_all(holding).endswith(b"hello")
    assert blocks == ["begun"]
    assert sorted(body for _, path, body in application.requests if path == "/now") == decided


def test_half_bodies_and_waiting_calls_hold_nobody_up(address):
    with client(address) as half, client(address) as waiting:
        half.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n\r\n{}")
        waiting.sendall(request("/waits"))
        assert send(address, request("/now", CLOSE)).endswith(b"hello")
        assert send(address, request("/other", CLOSE)).endswith(b"hello")


def test_where_there_are_too_many_connections_the_idle_ones_go_first(application, monkeypatch):
    monkeypatch.setattr("wxemu.edge.edge.MOST_CONNECTIONS", 8)
    with serving(application) as address, client(address) as waiting:
        waiting.sendall(request("/waits", CLOSE))
        application.wait_for_a_request("/waits")
        idle = [socket.create_connection(address, timeout=SECONDS) for _ in range(30)]
        assert send(address, request("/now", CLOSE)).endswith(b"hello")
        application.released.set()
        assert read_all(waiting).endswith(b"hello")
        for one in idle:
            one.close()


def test_a_late_answer_is_late_and_holds_nobody_up(address):
    with client(address) as late:
        late.sendall(request("/late", CLOSE))
        assert send(address, request("/now", CLOSE)).endswith(b"hello")
        assert read_all(late).endswith(b"hello")


def test_a_cut_connection_ends_without_a_byte(address):
    assert send(address, request("/cut")) == b""


def test_a_fault_of_the_application_is_told_without_its_trace(address, caplog):
    answer = send(address, request("/broken", CLOSE))
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"RuntimeError" not in answer
    assert "RuntimeError" in caplog.text


def test_a_body_of_unknown_length_comes_in_chunks(address):
    assert send(address, request("/stream", CLOSE)).endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


def test_http_1_0_has_no_chunks_and_no_second_request(address):
    assert send(address, request("/stream", version="1.0")).endswith(b"\r\n\r\nonetwo")
    assert send(address, request(version="1.0")).endswith(b"hello")


def test_head_has_the_head_alone(address):
    answer = send(address, request(method="HEAD"), request("/", CLOSE))
    assert answer.count(b"Content-Length: 5") == 2
    assert answer.count(b"hello") == 1


@pytest.mark.parametrize("bodiless", [request("/not-modified"), request("/stream", method="HEAD")], ids=["304", "HEAD"])
def test_an_answer_without_a_body_is_followed_by_the_next_answer(address, bodiless):
    _, _, following = send(address, bodiless, request("/", CLOSE)).partition(b"\r\n\r\n")
    assert following.startswith(b"HTTP/1.1 200 OK")


def test_a_stream_ends_with_its_reader(address, application):
    with client(address) as reader:
        reader.sendall(request("/endless"))
        received = b""
        while b"more" not in received:  # the head may come alone
            received += reader.recv(4096)
    assert application.released.wait(SECONDS)


def test_a_client_that_asks_first_is_told_to_go_on(address):
    with client(address) as asking:
        asking.sendall(
            b"POST / HTTP/1.1\r\nHost: here\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
        )
        assert asking.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        asking.sendall(b"ab")
        assert read_all(asking).endswith(b"ab")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: here\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", b"400"),
        (b"GET / HTTP/1.1\r\nHost here\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
    ],
    ids=["no request", "two lengths", "two other lengths", "no header", "a long line", "a long header"],
)
def test_what_is_no_request_is_refused(address, application, sent, status):
    assert send(address, sent).startswith(b"HTTP/1.1 " + status)
    assert application.requests == []


def test_a_request_that_takes_too_long_is_refused(application, monkeypatch):
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    with serving(application) as address:
        assert send(address, b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 40\r\n\r\n{}").startswith(
            b"HTTP/1.1 408 "
        )
    assert application.requests == []


def test_of_a_body_that_is_too_large_the_application_learns_the_size(application, monkeypatch):
    monkeypatch.setattr(connections, "LARGEST_BODY", 1000)
    with serving(application) as address, client(address) as connected:
        connected.sendall(request(method="POST", body=b"x" * 2000))
        assert read_all(connected).startswith(b"HTTP/1.1 200")
    assert application.environ["CONTENT_LENGTH"] == "2000"
    assert application.requests[0][2] == b""


def test_a_header_with_an_underscore_does_not_pass_for_another(address, application):
    send(address, request("/", "X-Tc-Action: One", "X_Tc_Action: Two", CLOSE))
    assert application.environ["HTTP_X_TC_ACTION"] == "One"


def test_the_absolute_form_of_a_target_is_the_path(address, application):
    send(address, request("http://here/a%20b?c=%20d", CLOSE))
    assert (application.environ["PATH_INFO"], application.environ["QUERY_STRING"]) == ("/a b", "c=%20d")
