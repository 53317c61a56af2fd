"""``wxemu start`` and its interception, as a user meets them."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

TOKEN = "https://api.weixin.qq.com/cgi-bin/stable_token"
PARTS = ("proxy", "https", "ca", "caBundle")


def facts_of(running):
    return running.ask("GET", "/emulator/v1/interception")


def ask(running, url="https://api.weixin.qq.com/healthz", **options):
    proxies = {"http": running.facts["proxy"], "https": running.facts["proxy"]}
    return requests.get(url, proxies=proxies, verify=running.facts["caBundle"], timeout=20, **options)


def tunnel(running):
    at = urlsplit(running.facts["proxy"])
    connection = socket.create_connection((at.hostname, at.port), timeout=20)
    connection.sendall(b"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\nHost: a\r\n\r\n")
    assert b" 200 " in connection.recv(1 << 16)
    return connection


def test_the_readiness_line_tells_clients_what_they_need(emulator):
    told = facts_of(emulator)

    assert {name: told[name] for name in PARTS} == {name: emulator.facts[name] for name in PARTS}
    assert told["proxy"] == f"http://{told['https']}"
    assert (told["passThrough"], told["refused"]) == ([], [])
    assert "api.weixin.qq.com" in told["hosts"]
    assert ask(emulator).json() == {"status": "alive"}


def test_without_interception_its_facts_are_null(start):
    running = start("--no-intercept")

    assert [running.facts[name] for name in PARTS] == [None] * 4
    assert [facts_of(running)[name] for name in PARTS] == [None] * 4


def test_the_port_is_the_one_after_the_emulator_s(start, unused_port):
    port = unused_port()

    running = start("--port", str(port))

    assert running.facts["proxy"] == f"http://127.0.0.1:{port + 1}"


def test_port_and_hosts_to_pass_through_may_be_named(start, unused_port):
    port, hosts = unused_port(), ["example.com", "*.example.com", "all", "10.0.0.1", "2001:db8::1"]

    running = start("--intercept-port", str(port), *(part for host in hosts for part in ("--pass-through", host)))

    assert running.facts["https"] == f"127.0.0.1:{port}"
    assert facts_of(running)["passThrough"] == hosts


def test_one_port_for_both_is_a_usage_error(wxemu):
    started = wxemu("start", "--port", "8686", "--intercept-port", "8686")

    assert started.returncode == 2
    assert "name the same port" in started.stderr


@pytest.mark.parametrize("host", ["https://example.com", "example.com:443", "", "*"])
def test_a_host_to_pass_through_that_is_none_is_a_usage_error(wxemu, host):
    started = wxemu("start", "--pass-through", host)

    assert started.returncode == 2
    assert f"expected a host without a port, a pattern like *.example.com, or all, got {host!r}" in started.stderr


def test_a_broken_ca_is_one_clear_sentence(process_of, tmp_path):
    (tmp_path / "ca.pem").write_text("nonsense")
    (tmp_path / "ca.key").write_text("nonsense")

    started = process_of("start", "--port", "0", "--state", str(tmp_path), cwd=tmp_path)

    assert started.returncode == 1
    assert started.stderr.splitlines()[-1].startswith(
        "Error: the CA cannot be read: expected a certificate and its key"
    )


def test_refused_hosts_are_listed_and_told_once(start):
    running = start()

    for _ in range(2):
        with pytest.raises(requests.exceptions.ProxyError, match="403 Forbidden"):
            ask(running, "https://example.com/")

    assert facts_of(running)["refused"] == [{"host": "example.com", "times": 2}]
    _, words = running.stop()
    assert words == (
        "wxemu: example.com is not emulated and was not reached; --pass-through example.com lets requests for it out"
    )


def test_clients_that_do_not_trust_the_ca_are_told_of_once(start):
    running = start()

    for _ in range(2):
        with tunnel(running) as connection, pytest.raises(ssl.SSLCertVerificationError):
            ssl.create_default_context().wrap_socket(connection, server_hostname="api.weixin.qq.com")
    assert ask(running).ok  # and by now the other end has heard of both

    _, words = running.stop()
    assert words == (
        "wxemu: a client does not trust the emulator's CA; name it by SSL_CERT_FILE, REQUESTS_CA_BUNDLE, "
        f"CURL_CA_BUNDLE or NODE_EXTRA_CA_CERTS: {running.facts['caBundle']}"
    )


def test_ca_and_tokens_outlive_a_kill(start, tmp_path):
    options = ("--state", str(tmp_path / "state"))
    first = start(*options)
    credentials = {"appid": first.app.appid, "secret": first.app.secret}
    (tmp_path / "trusted.pem").write_bytes(Path(first.ca_bundle).read_bytes())

    def token(running):
        answer = requests.post(
            TOKEN,
            json={"grant_type": "client_credential", **credentials},
            proxies={"https": running.proxy},
            verify=tmp_path / "trusted.pem",
            timeout=20,
        )
        return answer.json()["access_token"]

    bought = token(first)
    first.kill()

    assert token(start(*options)) == bought


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_under_open_tunnels(start, by):
    running = start()
    at = urlsplit(running.facts["proxy"])

    with tunnel(running), tunnel(running) as connection:
        trust = ssl.create_default_context(cafile=running.facts["ca"])
        with trust.wrap_socket(connection, server_hostname="api.weixin.qq.com") as inside:
            inside.sendall(b"GET /healthz HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n")
            assert b" 200 " in inside.recv(1 << 16)

            assert running.stop(by) == (0, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((at.hostname, at.port))


def test_a_killed_emulator_leaves_no_interception_behind(start):
    running = start()
    with tunnel(running) as connection:
        os.kill(running.child.pid, signal.SIGKILL)

        assert connection.recv(1) == b""  # it holds until the last process has ended


def test_a_public_url_is_where_clients_find_the_proxy(start):
    running = start("--public-url", "http://localhost:1")

    assert urlsplit(running.facts["proxy"]).hostname == "localhost"


def test_the_line_for_people_tells_it_too(tmp_path):
    command = [sys.executable, "-m", "wxemu", "start", "--port", "0", "--state", ":memory:"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        lines = takewhile(lambda line: "Ctrl-C" not in line, process.stdout)
        told = dict(line.split() for line in lines if len(line.split()) == 2)
        process.terminate()

    assert told["proxy"] == f"http://{told['https']}"
    assert told["ca"].endswith("ca.pem")
