"""The running emulator, as the doctor sees it."""

import json
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from wxemu.client.doctor import running
from wxemu.client.remote import Remote, RemoteError
from wxemu.core.http.access import Access
from wxemu.core.messages import as_it_is

TOKEN = "a-token-of-the-tests-own"


class OverClient(Remote):
    """An emulator that is reached without a port."""

    def __init__(self, http, *, headers=None):
        super().__init__("http://127.0.0.1:1")
        self.http, self.headers = http, headers

    def ask(self, method, path, body=None):
        answer = self.http.open(path, method=method, json=body, headers=self.headers)
        return self._answer(answer.status_code, answer.text)


def looked_at(remote, environ=None):
    """What is found, by name; and what is returned."""
    found = {}
    looking = running.examine(remote, environ or {}, project=Path("/"))  # which declares nothing
    while True:
        try:
            finding = next(looking)
        except StopIteration as end:
            return found, end.value
        found[str(finding.name)] = (finding.level, f"{finding.found}; {finding.advice}")


@pytest.fixture
def remote(http, world):
    world.clock.release()
    return OverClient(http)


def test_a_running_emulator_answers(remote):
    found, proxy = looked_at(remote)
    assert found["emulator"] == ("ok", "answers at http://127.0.0.1:1; ")
    assert found["clock"][0] == found["faults"][0] == "ok"
    assert found["proxy"] == (
        "hint",
        "the emulator runs with --no-intercept; clients need its address instead of the real names",
    )
    assert proxy is None


@pytest.mark.parametrize(
    ("motion", "members", "text"),
    [
        ("freeze", {}, "it is frozen"),
        ("advance", {"seconds": 7200}, "it is 7200 seconds ahead of real time"),
        ("scale", {"factor": 60}, "it runs 60 times as fast as real time"),
    ],
)
def test_a_clock_that_was_moved_is_a_hint(remote, control, motion, members, text):
    control.post(f"clock/{motion}", **members)
    assert looked_at(remote)[0]["clock"] == ("hint", f"{text}; `wxemu clock release` returns to real time")


def test_another_machine_s_clock_may_be_another():
    shown = {"now": time.time() - 100, "isFrozen": False, "scale": 1.0, "offset": 0.0}
    finding = running._clock(shown)
    assert finding.level == "hint"
    assert str(finding.found).startswith("its machine's clock and this one's are 100 seconds apart")


def test_faults_that_wait_are_a_hint(remote, control):
    control.post("faults", api="*", errcode=-1)
    assert looked_at(remote)[0]["faults"][0] == "hint"


def test_signatures_that_are_not_verified_are_a_hint(remote, control):
    control.set(verify_signatures=False)
    assert looked_at(remote)[0]["signatures"][0] == "hint"


def test_a_missing_control_token_is_broken(serve, world):
    found, _ = looked_at(OverClient(serve(world, access=Access(control_token=TOKEN))))
    assert found["control plane"][0] == "broken"
    assert "the control token is missing" in found["control plane"][1]


class Answering:
    """Where somebody listens: an emulator that asks for no token, or who hangs up at once."""

    def __init__(self, answer):
        self.answer = answer

    @contextmanager
    def at(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            thread = threading.Thread(target=self._serve, args=(server,), daemon=True)
            thread.start()
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
            server.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _serve(self, server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                if connection.recv(1 << 16):
                    connection.sendall(self.answer)


def http_answer(document, status="200 OK"):
    body = json.dumps(document).encode() if isinstance(document, dict) else document
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def test_a_token_that_is_not_asked_for_is_a_hint():
    with Answering(http_answer({"now": 1})).at() as url:
        (found,) = running._token(url, {"WXEMU_TOKEN": TOKEN})
    assert found.level == "hint"
    assert TOKEN not in f"{found.found} {found.advice}"


def test_a_token_that_is_asked_for_is_fine():
    with Answering(http_answer({"error": {"status": 401, "message": "no"}}, "401 Unauthorized")).at() as url:
        (found,) = running._token(url, {"WXEMU_TOKEN": TOKEN})
    assert found.level == "ok"


def test_where_nobody_answers_is_broken_with_how_to_start_one(unused_port):
    url = f"http://127.0.0.1:{unused_port()}"
    found, _ = looked_at(Remote(url))
    assert found == {
        "emulator": (
            "broken",
            f"no emulator answers at {url}; start one with `wxemu start`, or name another with --url",
        )
    }


def test_a_port_that_something_else_has_is_broken():
    with Answering(b"SSH-2.0-OpenSSH_9.2\r\n").at() as url:
        found, _ = looked_at(Remote(url))
    assert found["emulator"][0] == "broken"
    assert f"something other than an emulator listens at {url}; stop that, or start" in found["emulator"][1]


def test_a_web_server_that_is_no_emulator_is_broken():
    with Answering(http_answer(b"<html>")).at() as url:
        found, _ = looked_at(Remote(url))
    assert found["emulator"] == (
        "broken",
        f"{url} answers, but is no emulator of ours; stop what listens at {url}, or name another address by --url",
    )


def test_what_is_no_address_has_nobody_listening():
    assert not running.is_listening("http://127.0.0.1:99999")


def test_versions_and_the_system_clock_are_told():
    found = {str(finding.name): finding for finding in running.examine_machine({})}
    assert str(found["versions"].found).startswith("wxemu ")
    assert not found["system clock"].is_broken


def test_a_system_clock_that_is_behind_this_software_is_broken(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert [str(finding.name) for finding in running.examine_machine({}) if finding.is_broken] == ["system clock"]


def test_a_remote_error_while_asking_is_no_traceback(remote, monkeypatch):
    def ask(_method, path, _body=None):
        if path == "/readyz":
            return {}
        raise RemoteError(as_it_is("an older one"))

    monkeypatch.setattr(remote, "ask", ask)
    assert looked_at(remote)[0]["control plane"][0] == "broken"
