"""``wxemu start --host`` and what goes with it, as a user meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import requests

from wxemu.client.remote import Remote, RemoteError
from wxemu.server import free_port

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

TOKEN = "a-token-of-the-tests-own"


def wxemu(*arguments, **environment):
    command = [sys.executable, "-m", "wxemu", *arguments]
    env = {**os.environ, **environment}
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env)


@pytest.fixture
def opened(start):
    """An emulator on all addresses of this machine, which a token that it made keeps."""
    return start("--state", ":memory:", "--host", "0.0.0.0")


def test_on_loopback_there_is_no_token(start):
    running = start("--state", ":memory:")

    assert running.facts["controlToken"] is None
    assert running.remote.ask("GET", "/emulator/v1/apps")["apps"]


def test_beyond_loopback_a_token_is_made_and_told_once(opened):
    token = opened.facts["controlToken"]

    with pytest.raises(RemoteError, match="the control token is missing"):
        opened.remote.ask("GET", "/emulator/v1/apps")
    assert len(token) >= 32
    assert Remote(opened.remote.url, token=token).ask("GET", "/emulator/v1/apps")["apps"]
    assert opened.stop() == (0, "")


def test_two_starts_make_two_tokens(start, opened):
    other = start("--state", ":memory:", "--host", "0.0.0.0")

    assert opened.facts["controlToken"] != other.facts["controlToken"]


def test_a_token_that_is_given_is_asked_for_on_loopback_as_well_and_not_repeated(start):
    running = start("--state", ":memory:", "--control-token", TOKEN)

    assert running.facts["controlToken"] is None
    with pytest.raises(RemoteError, match="the control token is missing"):
        running.remote.ask("GET", "/emulator/v1/apps")
    assert Remote(running.remote.url, token=TOKEN).ask("GET", "/emulator/v1/apps")["apps"]


def test_the_command_line_sends_the_token_by_option_or_variable(opened):
    url, token = ("--url", opened.remote.url, "--json"), opened.facts["controlToken"]

    assert wxemu("clock", "show", *url, "--token", token).returncode == 0
    assert wxemu("phone", "list", *url, WXEMU_TOKEN=token).returncode == 0


def test_without_it_the_command_line_says_what_to_do(opened):
    asked = wxemu("clock", "show", "--url", opened.remote.url)

    assert asked.returncode == 1
    assert "--token or WXEMU_TOKEN" in asked.stderr
    assert opened.facts["controlToken"] not in asked.stderr


def test_a_token_that_no_header_can_hold_is_told_before_anybody_is_asked():
    asked = wxemu("clock", "show", "--token", "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 16)

    assert asked.returncode == 2
    assert "expected 16 or more of the characters" in asked.stderr


def test_health_needs_no_token(opened):
    asked = wxemu("health", "--url", opened.remote.url, "--json")

    assert (asked.returncode, json.loads(asked.stdout)) == (0, {"status": "ready"})


def test_health_of_nobody_is_exit_code_1():
    asked = wxemu("health", "--url", "http://127.0.0.1:1")

    assert asked.returncode == 1
    assert "no emulator answers" in asked.stderr


def test_functions_call_back_by_loopback_whatever_the_public_url(start):
    public, port = "http://emulator.test:9", free_port(0)
    options = ("--host", "0.0.0.0", "--public-url", public, "--control-token", TOKEN, "--port", str(port))
    running = start("--state", ":memory:", "--intercept-port", "0", *options)
    remote = Remote(f"http://127.0.0.1:{port}", token=TOKEN)

    phone = remote.ask("POST", "/phone/v1/phones", {"appid": running.facts["appid"], "profile": "android"})
    does = f"/phone/v1/phones/{phone['phoneId']}"
    code = remote.ask("POST", f"{does}/login", {})["code"]
    called = remote.ask("POST", f"{does}/callFunction", {"name": "login", "data": {"code": code}})
    by_hand = remote.ask("POST", "/emulator/v1/environments", {})["env"]

    assert called["result"]["errCode"] == 0
    assert running.facts["url"] == public
    assert by_hand["WX_API_BASE"] == public
    assert json.loads(by_hand["TCB_CONTEXT_CNFG"]) == {"URL": f"{public}/admin"}


def test_names_that_are_given_are_names_of_the_emulator(start):
    options = ("--public-url", "http://public.test:80", "--allow-host", "service", "--allow-host", "*.test.internal")
    port = free_port(0)
    start("--state", ":memory:", "--port", str(port), "--intercept-port", "0", *options)
    url = f"http://127.0.0.1:{port}/healthz"

    asked = {
        name: requests.get(url, headers={"Host": name}, timeout=10).status_code
        for name in ("public.test", "service:8686", "a.test.internal", "test.internal", "other.test")
    }

    assert asked == {
        "public.test": 200,
        "service:8686": 200,
        "a.test.internal": 200,
        "test.internal": 403,
        "other.test": 403,
    }


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--host", "localhost", "expected an IP address, such as 0.0.0.0 for all of this machine, got 'localhost'"),
        ("--public-url", "emulator.test:8686", "expected a URL without a path"),
        ("--public-url", "http://emulator.test/wxemu", "got 'http://emulator.test/wxemu'"),
        ("--allow-host", "emulator:8686", "expected a host name without a port"),
        ("--allow-host", "*", "got '*'"),
        ("--control-token", "short", "expected 16 or more of the characters"),
    ],
)
def test_what_cannot_be_taken_is_told_before_anything_starts(option, value, told):
    started = wxemu("start", option, value)

    assert started.returncode == 2
    assert told in " ".join(started.stderr.split())


def test_a_token_that_is_refused_is_not_repeated():
    assert "short-secret" not in wxemu("start", "--control-token", "short-secret").stderr
