"""What this machine does to an emulator, and what comes of it: a lost state, killed children."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from asking import SYSTEM_ERROR, WAIT_SECONDS, readiness, token, until

from wxemu.core.world import DATABASE_NAME

pytestmark = pytest.mark.slow  # through processes, as a user's own


def proxies_of(running):
    """The ids of the processes that intercept."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            command = (entry / "cmdline").read_text()
            if parent == running.child.pid and "bootstrap" not in command and "resource_tracker" not in command:
                found.append(int(entry.name))
    return found


def kill_proxies(running):
    for pid in proxies_of(running):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def ask_by_real_name(running):
    return requests.get(
        "https://api.weixin.qq.com/healthz",
        proxies={"https": running.proxy},
        verify=running.ca_bundle,
        timeout=WAIT_SECONDS,
    )


def test_a_state_that_another_process_has_locked_holds_nobody_up_for_long(start, tmp_path):
    running = start("--state", str(tmp_path))
    other = sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    first = token(running).json()
    began_at = time.monotonic()
    others = [token(running).json() for _ in range(10)]
    took = time.monotonic() - began_at
    unready = readiness(running)
    other.execute("ROLLBACK")
    other.close()

    assert [first, *others] == [SYSTEM_ERROR] * 11
    assert took < 6
    assert (unready[0], unready[1].split(";")[0]) == (
        503,
        "state failed: another process has locked the state's database",
    )
    until(lambda: readiness(running) == (200, ""))
    assert running.new_phone()
    assert "Traceback" not in running.stop()[1]


def test_a_state_that_is_removed_is_told_and_welcome_back(start, tmp_path):
    state = tmp_path / "state"
    running = start("--state", str(state))
    assert "access_token" in token(running).json()
    until(lambda: readiness(running) == (200, ""))
    state.rename(tmp_path / "elsewhere")

    until(lambda: token(running).json() == SYSTEM_ERROR)
    unready = readiness(running)
    (tmp_path / "elsewhere").rename(state)

    assert unready[0] == 503
    assert "the state's folder was removed, so that nothing is kept" in unready[1]
    until(lambda: readiness(running) == (200, ""))
    assert "access_token" in token(running).json()
    _, words = running.stop()
    assert words.count("was removed") <= 4
    assert "Traceback" not in words


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            "UPDATE meta SET value = '{' WHERE name = 'is_planted'",
            "the state is damaged: what it keeps as is_planted is no",
        ),
        ("INSERT INTO meta VALUES ('clock', '[1]')", "the state is damaged: what it keeps as clock is none"),
        ("INSERT INTO meta VALUES ('settings', '[1]')", "the state is damaged: what it keeps as settings is none"),
        ("DROP TABLE apps", "the state is damaged (no such table: apps)"),
        ("UPDATE apps SET secret = CAST(x'ff' AS TEXT)", "the state is damaged (Could not decode"),
    ],
)
def test_a_damaged_state_ends_a_start_with_one_sentence(start, process_of, tmp_path, damage, told):
    state = str(tmp_path / "state")
    start("--state", state).stop()
    with contextlib.closing(sqlite3.connect(tmp_path / "state" / DATABASE_NAME)) as database, database:
        database.execute(damage)

    ended = process_of("start", "--port", "0", "--state", state, cwd=tmp_path, timeout=WAIT_SECONDS)

    assert ended.returncode == 1
    assert told in ended.stderr
    assert "--state" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_proxy_that_is_killed_is_back_within_seconds_and_said(start):
    running = start()
    assert ask_by_real_name(running).ok
    (killed,) = proxies_of(running)

    os.kill(killed, signal.SIGKILL)
    until(lambda: readiness(running)[0] == 503)
    unready = readiness(running)[1]
    answer = ask_by_real_name(running)

    assert answer.json() == {"status": "alive"}
    assert unready == "proxy failed: its process ended (killed by SIGKILL) and is being started again"
    until(lambda: readiness(running) == (200, ""))
    assert killed not in proxies_of(running)
    assert running.stop() == (0, "wxemu: the proxy ended (killed by SIGKILL); it is started again")


def test_a_proxy_that_dies_again_and_again_is_given_up(start):
    running = start()
    assert ask_by_real_name(running).ok

    def is_given_up():
        kill_proxies(running)
        return "is not started again" in readiness(running)[1]

    until(is_given_up)

    with pytest.raises(requests.exceptions.ConnectionError):
        ask_by_real_name(running)
    assert "access_token" in token(running).json()
    assert running.stop()[1].splitlines()[-1].startswith("wxemu: the proxy failed: its process ended 5 times at once")


def test_a_host_in_a_tls_hello_that_is_not_ascii_is_one_sentence(start):
    running = start()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    trust = ssl.create_default_context()
    at = urlsplit(running.proxy)
    hello = trust.wrap_bio(incoming, outgoing, server_hostname="aaaaaaaa.example")
    with pytest.raises(ssl.SSLWantReadError):
        hello.do_handshake()

    with socket.create_connection((at.hostname, at.port), timeout=WAIT_SECONDS) as connection:
        connection.sendall(outgoing.read().replace(b"aaaaaaaa", b"\xc3\xbc\xff\xfeaaaa"))
        while connection.recv(4096):
            pass

    assert ask_by_real_name(running).ok
    _, words = running.stop()
    assert words == "wxemu: a client named a host in its TLS hello that is not ASCII, and was refused"


@pytest.mark.parametrize("content", ["{", "[1]", '{"a": "b"}'])
def test_a_broken_count_of_refused_hosts_is_one_sentence(start, tmp_path, content):
    running = start("--state", str(tmp_path))
    (tmp_path / "refused.json").write_text(content)

    told = [running.ask("GET", "/emulator/v1/interception")["refused"] for _ in range(3)]

    assert told == [[]] * 3
    _, words = running.stop()
    assert words == (
        f"wxemu: {tmp_path}/refused.json cannot be read, so that no refused hosts are shown; it is made anew at the"
        " next start"
    )


def test_few_file_descriptors_are_enough_for_few_clients(tmp_path):
    command = [
        "sh",
        "-c",
        'ulimit -n 64 && exec "$@"',
        "sh",
        sys.executable,
        "-m",
        "wxemu",
        "start",
        "--port",
        "0",
        "--json",
        "--state",
        ":memory:",
    ]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        url = json.loads(process.stdout.readline())["url"]
        at = urlsplit(url)
        with contextlib.ExitStack() as idle:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    idle.enter_context(socket.create_connection((at.hostname, at.port), timeout=1))
            answers = [requests.get(f"{url}/healthz", timeout=WAIT_SECONDS).json() for _ in range(3)]
        process.terminate()
        words = process.stderr.read()

    assert answers == [{"status": "alive"}] * 3
    assert process.returncode == 0
    assert "Traceback" not in words


@pytest.mark.parametrize("pair", ["INT INT", "INT TERM", "TERM INT"])
def test_two_quick_signals_end_it_at_any_moment(tmp_path, pair):
    moments = random.Random(pair)
    command = [sys.executable, "-m", "wxemu", "start", "--port", "0", "--intercept-port", "0", "--state", ":memory:"]
    for _ in range(5):
        with subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            time.sleep(moments.uniform(0.1, 1.2))
            for name in pair.split():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.Signals[f"SIG{name}"])
                time.sleep(moments.choice((0, 0.001, 0.01)))

            process.wait(WAIT_SECONDS)
            words = process.stderr.read()

        assert "did not end in order" not in words
        with pytest.raises(ProcessLookupError):
            until(lambda group=process.pid: os.killpg(group, 0))
