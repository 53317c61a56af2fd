"""Clients in several languages, run by ``wxemu exec`` and led here by nothing but its variables.

Go is not among them: it reads HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE [doc], as curl does.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TOKEN = "https://api.weixin.qq.com/cgi-bin/stable_token"
CREDENTIALS = "{'grant_type': 'client_credential', 'appid': os.environ['WX_APPID'], 'secret': os.environ['WX_SECRET']}"


@pytest.fixture
def answers(emulator):
    """Run a client, and read the lines of JSON that it prints."""

    def run(*command, **environment):
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is needed")
        done = subprocess.run(
            [sys.executable, "-m", "wxemu", "exec", "--url", emulator.url, "--", *map(str, command)],
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **environment},
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run


def all_are_the_token(told, count):
    tokens = [answer["access_token"] for answer in told]
    return len(tokens) == count and len(set(tokens)) == 1


def test_java_s_two_clients(answers):
    assert all_are_the_token(answers("java", HERE / "Client.java"), 2)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_curl(answers, scheme):
    body = '{"grant_type":"client_credential","appid":"\'$WX_APPID\'","secret":"\'$WX_SECRET\'"}'
    script = f"curl --silent --show-error --json '{body}' {TOKEN.replace('https', scheme)}; echo"

    assert all_are_the_token(answers("sh", "-c", script), 1)


@pytest.mark.parametrize("library", ["requests", "httpx"])
def test_python(answers, library):
    code = f"import os, {library}; print({library}.post({TOKEN!r}, json={CREDENTIALS}, timeout=20).text)"

    assert all_are_the_token(answers(sys.executable, "-c", code), 1)


def test_python_without_any_library(answers):
    code = (
        "import json, os, urllib.request\n"
        f"print(urllib.request.urlopen({TOKEN!r}, json.dumps({CREDENTIALS}).encode(), timeout=20).read().decode())"
    )

    assert all_are_the_token(answers(sys.executable, "-c", code), 1)


@pytest.mark.usefixtures("node")
def test_node_and_wx_server_sdk(answers):
    """Node.js before 22.21 reads no proxy variable itself, but its libraries do."""
    *fetched, identity, refused = answers("node", HERE / "exec_client.cjs", NODE_NO_WARNINGS="1")

    assert all_are_the_token(fetched, 2)
    assert identity["ENV"] == "env-demo"
    assert refused["errCode"] == 40003
