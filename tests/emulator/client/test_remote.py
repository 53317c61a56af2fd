"""The client of our own interfaces, before a server that is none of ours."""

from __future__ import annotations

import gc
import json
import re
import socket
import threading
import warnings

import pytest

from wxemu.client.remote import Remote, RemoteError

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"ok": true}'


def receive(connection):
    """One whole request; its body comes after its headers, and often by itself."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(65536)
    length = re.search(rb"\r\nContent-Length: (\d+)\r\n", request)
    end = request.index(b"\r\n\r\n") + 4 + (0 if length is None else int(length[1]))
    while len(request) < end:
        request += connection.recv(65536)
    return request


@pytest.fixture
def closed():
    """Released by each connection that the server has closed."""
    return threading.Semaphore(0)


@pytest.fixture
def serve(closed):
    """A server that gives each connection one of these answers, and closes it then; with what it was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        sent: list[bytes] = []

        def answer(*answers: bytes) -> None:
            for one in answers:
                connection, _ = listening.accept()
                with connection:
                    sent.append(receive(connection))
                    connection.sendall(one)
                closed.release()

        def begin(*answers: bytes) -> tuple[Remote, list[bytes]]:
            threading.Thread(target=answer, args=answers, daemon=True).start()
            return Remote(f"http://127.0.0.1:{listening.getsockname()[1]}"), sent

        yield begin


def test_a_lone_surrogate_is_sent_as_json_spells_it(serve):
    remote, sent = serve(ANSWER)
    event = {"text": "a\ud800b \U0001f600"}
    remote.ask("POST", "/", {"event": event})
    assert json.loads(sent[0].partition(b"\r\n\r\n")[2].decode()) == {"event": event}


def test_a_connection_that_was_closed_meanwhile_is_replaced(serve, closed):
    remote, sent = serve(ANSWER, ANSWER)
    for _ in range(2):
        assert remote.ask("POST", "/", {}) == {"ok": True}
        closed.acquire()
    assert len(sent) == 2


def test_who_forgets_a_client_leaves_no_connection_open(serve):
    remote, _ = serve(ANSWER)
    remote.ask("POST", "/", {})
    cycle = [remote]
    cycle.append(cycle)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        del remote, cycle
        gc.collect()
    assert [str(warning.message) for warning in warned if "socket" in str(warning.message)] == []


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", ANSWER[:-3]], ids=["nothing", "no HTTP", "half"])
def test_what_does_not_answer_in_http_is_said_to_be_no_emulator(serve, answer):
    remote, _ = serve(answer)
    with pytest.raises(RemoteError, match="no emulator answers at http:"):
        remote.ask("GET", "/")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8686", "ftp://127.0.0.1", "http://", "http://a:b", "http://a b", "http://a..b"]
)
def test_what_is_no_url_is_said_to_be_none(url):
    with pytest.raises(RemoteError, match="expected the URL of an emulator"):
        Remote(url).ask("GET", "/")
