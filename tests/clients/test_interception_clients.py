"""Clients that know no address but api.weixin.qq.com, with nothing but the environment variables that they read."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import requests

from wxemu.client.testing import Clock

HERE = Path(__file__).parent
APPID, SECRET = "wx1234567890abcdef", "0123456789abcdef0123456789abcdef"
TOKEN = "https://api.weixin.qq.com/cgi-bin/stable_token"
ASKED = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}


class Wechatpy:
    """A server on wechatpy."""

    def __init__(self, process):
        self._process = process

    def __getattr__(self, operation):
        def ask(*arguments):
            self._process.stdin.write(json.dumps([operation, *arguments]) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())

        return ask


@pytest.fixture
def wechatpy():
    """Start a server on wechatpy with two variables, and no more."""
    started = []

    def start(emulator):
        environment = {"HTTPS_PROXY": emulator.proxy, "REQUESTS_CA_BUNDLE": emulator.ca_bundle}
        command = [sys.executable, str(HERE / "wechatpy_client.py"), APPID, SECRET]
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return Wechatpy(process)

    yield start
    for process in started:
        process.stdin.close()
        assert process.wait(timeout=20) == 0
        process.stdout.close()


def test_wechatpy_plays_the_whole_story(start, wechatpy, tmp_path):
    """Token, session, checksession 0 and 87009, soter true and false, a new token after 40001; over a restart."""
    options = ("--state", str(tmp_path / "state"))
    emulator = start(*options)
    server = wechatpy(emulator)
    phone = emulator.new_phone()

    token = server.token()
    session = server.session(phone.login())
    assert session["openid"] == phone.openid
    assert server.check_session(session["openid"], session["session_key"])["errcode"] == 0
    text, signature = phone.start_soter_authentication("order-1").signed.values()
    assert server.verify(session["openid"], text, signature)["is_ok"] is True
    assert server.verify(session["openid"], text.replace("order-1", "order-2"), signature)["is_ok"] is False

    assert emulator.stop() == (0, "")
    at = [emulator.facts[name].rpartition(":")[2] for name in ("url", "proxy")]
    again = start(*options, "--port", at[0], "--intercept-port", at[1])
    phone = again.same_phone(phone)
    assert again.facts["proxy"] == emulator.facts["proxy"]
    assert server.check_session(session["openid"], session["session_key"])["errcode"] == 0
    assert server.token() == token

    stale = session["session_key"]
    fresh = server.session(phone.login())["session_key"]
    assert server.check_session(session["openid"], stale)["errcode"] == 87009
    assert server.check_session(session["openid"], fresh)["errcode"] == 0

    assert wechatpy(again).token() != token  # another server of the same app
    Clock(again).advance(301)
    assert again.ask("GET", f"/wxa/checksession?access_token={token}&openid=o")["errcode"] == 40001
    assert (
        server.verify(session["openid"], *phone.start_soter_authentication("order-3").signed.values())["is_ok"] is True
    )
    assert server.token() != token


def curl(*arguments, **environment):
    if shutil.which("curl") is None:
        pytest.skip("curl is needed")
    command = ["curl", "--silent", "--show-error", "--fail", "--max-time", "20", *arguments]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_curl_through_the_proxy(emulator, scheme):
    variables = {f"{scheme}_proxy": emulator.proxy, "CURL_CA_BUNDLE": emulator.ca_bundle}
    url = TOKEN.replace("https", scheme)

    assert json.loads(curl(url, "--json", json.dumps(ASKED), **variables))["expires_in"] > 0


def test_curl_to_the_listener(emulator):
    way = ("--connect-to", f"api.weixin.qq.com:443:{emulator.facts['https']}", "--cacert", emulator.ca)

    assert json.loads(curl(TOKEN, "--json", json.dumps(ASKED), *way))["expires_in"] > 0


def test_curl_with_a_chunked_body_and_again_on_the_same_connection(emulator):
    variables = {"https_proxy": emulator.proxy, "CURL_CA_BUNDLE": emulator.ca_bundle}
    chunked = ("--json", json.dumps(ASKED), "--header", "Transfer-Encoding: chunked")
    counted = ("--write-out", "\n%{num_connects}\n")

    first, connects, second, reconnects = curl(TOKEN, TOKEN, *chunked, *counted, **variables).split("\n")[:4]

    assert json.loads(first)["access_token"] == json.loads(second)["access_token"]
    assert (connects, reconnects) == ("1", "0")


@pytest.fixture
def in_environment(emulator, monkeypatch):
    """This process as one that was started with the variables."""
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HTTPS_PROXY", emulator.proxy)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", emulator.ca_bundle)
    monkeypatch.setenv("SSL_CERT_FILE", emulator.ca_bundle)


@pytest.mark.usefixtures("in_environment")
def test_requests_with_bodies_of_either_kind():
    with requests.Session() as session:
        whole = session.post(TOKEN, json=ASKED, timeout=20)
        chunked = session.post(TOKEN, data=iter([b"  ", json.dumps(ASKED).encode()]), timeout=20)

    assert chunked.request.headers["Transfer-Encoding"] == "chunked"
    assert whole.json()["access_token"] == chunked.json()["access_token"]


@pytest.mark.usefixtures("in_environment")
def test_httpx_at_once_and_one_after_another():
    async def many():
        async with httpx.AsyncClient() as client:
            answers = await asyncio.gather(*(client.post(TOKEN, json=ASKED, timeout=20) for _ in range(20)))
            return [*answers, await client.post(TOKEN, json=ASKED, timeout=20)]

    with httpx.Client() as client:
        token = client.post(TOKEN, json=ASKED).json()["access_token"]

    assert {answer.json()["access_token"] for answer in asyncio.run(many())} == {token}


def test_requests_in_a_row_from_who_then_closes_their_half_are_answered(emulator):
    host, port = emulator.facts["https"].split(":")
    asked = b"GET http://api.weixin.qq.com/healthz HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(asked * 5)
        connection.shutdown(socket.SHUT_WR)
        answers = b"".join(iter(lambda: connection.recv(1 << 16), b""))

    assert answers.count(b'{"status":"alive"}') == 5


def test_node_by_https_and_fetch(node, emulator):
    variables = {"HTTPS_PROXY": emulator.proxy, "NODE_EXTRA_CA_CERTS": emulator.ca}

    told = node("intercepted.cjs", APPID, SECRET, emulator.facts["https"], env=variables)

    assert told.pop("fetchPipelined") == [{"status": "alive"}] * 20
    answers = [*told.pop("fetchManyAtOnce"), *told.values()]
    assert len(answers) == 24
    assert len({answer["access_token"] for answer in answers}) == 1
