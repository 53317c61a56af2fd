"""Clients in several languages, untouched: led to the emulator whatever they read, and to nobody else.

Those that read proxy variables are led by them, Node.js by what is loaded into it, and all others by an /etc/hosts of
the command's own, where the machine lets a command have one.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wxemu.client import private_hosts
from wxemu.client.environment import of_invocation, of_real_names
from wxemu.client.remote import Remote
from wxemu.control.operations.health import SHOW_PROXY

HERE = Path(__file__).parent
HEALTH = "https://api.weixin.qq.com/healthz"
ELSEWHERE = "https://example.com"
ALIVE = '{"status":"alive"}'
NODE = (
    "fetch",
    "https",
    "https with a lookup of its own",
    "https that asks for IPv6",
    "tls",
    "axios",
    "request",
    "undici",
)
NODE_SDKS = ("co-wechat-api", "node-easywechat")
PYTHON = ("requests", "httpx", "urllib", "wechatpy")
UNPROXIED_PYTHON = ("aiohttp", "urllib3", "requests without the environment", "a socket", "a resolver of its own")
CURL = """
for url; do curl --silent --show-error --fail "$url" && continue; echo "{\\"error\\": \\"$?\\"}"; done
"""


@pytest.fixture
def told(emulator, tmp_path):
    """Run a client, and read what it is told at each URL; say whether the emulator has refused the last one."""

    def run(*command, way=("exec", "--url", emulator.url, "--")):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is needed")
        before = refused(emulator)
        variables = {} if way else of_real_names(Remote(emulator.url), os.environ) | of_invocation(Remote(emulator.url))
        done = subprocess.run(
            [*((sys.executable, "-m", "wxemu", *way) if way else ()), *map(str, command)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **variables, "NODE_NO_WARNINGS": "1"},
            timeout=120,
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        *answers, last = (json.loads(line) for line in done.stdout.splitlines())
        assert "error" in last, last
        assert refused(emulator) > before or "example.com is not emulated" in last["error"]
        return [answer.get("text", answer) for answer in answers]

    return run


def refused(emulator):
    document = emulator.call(SHOW_PROXY)
    return sum(entry["times"] for entry in document["refused"] if entry["host"] == "example.com")


@pytest.fixture
def private(emulator):
    """Only where a command may have an /etc/hosts of its own."""
    direct = emulator.call(SHOW_PROXY)["direct"]
    if direct is None or not private_hosts.is_possible(direct):
        pytest.skip("the machine lets no command have an /etc/hosts of its own, or nobody listen at port 443")


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("client", NODE)
def test_node_is_led_by_what_is_loaded_into_it_alone(told, client):
    urls = (HEALTH, HEALTH.replace("https", "http"))
    answers = told("node", HERE / "led_clients.cjs", client, *urls, ELSEWHERE, way=())

    assert [answer[-len(ALIVE) - 1 :].strip() for answer in answers] == [ALIVE, ALIVE]


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("client", NODE_SDKS)
def test_npm_sdks_of_others_get_a_token(told, node_modules, missing, client):
    if not (node_modules / client).is_dir():
        missing(f"{client} is needed: scripts/clients")
    (token,) = told("node", HERE / "led_clients.cjs", client, HEALTH, ELSEWHERE, way=())

    assert len(token) > 100


def test_node_is_led_by_exec(told):
    assert told("node", HERE / "led_clients.cjs", "fetch", HEALTH, ELSEWHERE) == [f"{ALIVE}\n"]


@pytest.mark.parametrize("client", PYTHON)
def test_python_is_led_by_proxies(told, client):
    (answer,) = told(sys.executable, HERE / "led_clients.py", client, HEALTH, ELSEWHERE)

    assert json.loads(answer) == json.loads(ALIVE)


@pytest.mark.usefixtures("private")
@pytest.mark.parametrize("client", UNPROXIED_PYTHON)
def test_python_that_reads_no_proxy_variable_is_led_by_hosts(told, missing, client):
    if client == "aiohttp" and importlib.util.find_spec("aiohttp") is None:
        missing("aiohttp is needed: requirements-dev.in")
    (answer,) = told(sys.executable, HERE / "led_clients.py", client, HEALTH, ELSEWHERE)

    assert answer.endswith(f"{ALIVE}\n")


def test_curl_is_led_by_proxies(told):
    assert told("sh", "-c", CURL, "sh", HEALTH, ELSEWHERE) == [json.loads(ALIVE)]


@pytest.mark.usefixtures("private")
def test_curl_that_takes_no_proxy_is_led_by_hosts(told):
    assert told("sh", "-c", CURL.replace("--fail", "--fail --noproxy '*'"), "sh", HEALTH, ELSEWHERE) == [
        json.loads(ALIVE)
    ]


@pytest.mark.parametrize("client", ["HttpClient", "HttpURLConnection"])
def test_java_is_led_by_its_own_options(told, client):
    assert told("java", HERE / "LedClient.java", client, HEALTH, ELSEWHERE) == [ALIVE]
