"""``wxemu start --host`` and what goes with it, as a user meets them."""

from __future__ import annotations

import json

import pytest
import requests

from wxemu.client.remote import Remote, RemoteError
from wxemu.client.testing import Emulator

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

TOKEN = "a-token-of-the-tests-own"


@pytest.fixture(scope="module")
def opened(start_for_module):
    """An emulator on all addresses of this machine, which a token that it made keeps."""
    return start_for_module("--host", "0.0.0.0")


def test_on_loopback_there_is_no_token(emulator):
    assert emulator.facts["controlToken"] is None
    assert emulator.ask("GET", "/emulator/v1/apps")["apps"]


def test_beyond_loopback_each_start_makes_a_token_and_tells_it_once(start, opened):
    running = start("--host", "0.0.0.0")
    token = running.facts["controlToken"]

    with pytest.raises(RemoteError, match="the control token is missing"):
        running.ask("GET", "/emulator/v1/apps")
    assert len(token) >= 32
    assert token != opened.facts["controlToken"]
    assert Remote(running.url, token=token).ask("GET", "/emulator/v1/apps")["apps"]
    assert running.stop() == (0, "")


def test_a_token_of_one_s_own_is_asked_for_on_loopback_as_well_and_not_repeated(start):
    running = start("--control-token", TOKEN)

    assert running.facts["controlToken"] is None
    with pytest.raises(RemoteError, match="the control token is missing"):
        running.ask("GET", "/emulator/v1/apps")
    assert Remote(running.url, token=TOKEN).ask("GET", "/emulator/v1/apps")["apps"]


def test_the_command_line_sends_the_token_by_option_or_variable_and_says_so_without(wxemu, opened):
    token = opened.facts["controlToken"]
    asked = wxemu("clock", "show", of=opened)

    assert wxemu("clock", "show", "--token", token, of=opened).returncode == 0
    assert wxemu("phone", "list", of=opened, WXEMU_TOKEN=token).returncode == 0
    assert asked.returncode == 1
    assert "--token or WXEMU_TOKEN" in asked.stderr
    assert opened.facts["controlToken"] not in asked.stderr


def test_health_needs_no_token(wxemu, opened):
    asked = wxemu("health", "--json", of=opened)

    assert (asked.returncode, json.loads(asked.stdout)) == (0, {"status": "ready"})


def test_functions_call_back_by_loopback_whatever_the_public_url(start, unused_port):
    public, port = "http://emulator.test:9", unused_port()
    options = ("--host", "0.0.0.0", "--public-url", public, "--control-token", TOKEN, "--port", str(port))
    running = start("--intercept-port", "0", *options)
    remote = Remote(f"http://127.0.0.1:{port}", token=TOKEN)

    phone = Emulator(remote.url, remote).find_app().new_user().new_phone()
    called = phone.call_function("login", code=phone.login())
    by_hand = remote.ask("POST", "/emulator/v1/environments", {})["env"]

    assert called["errCode"] == 0
    assert running.facts["url"] == public
    assert by_hand["WX_API_BASE"] == public
    assert json.loads(by_hand["TCB_CONTEXT_CNFG"]) == {"URL": f"{public}/admin"}


def test_hosts_that_options_name_are_hosts_of_the_emulator(start, unused_port):
    options = ("--public-url", "http://public.test:80", "--allow-host", "service", "--allow-host", "*.test.internal")
    port = unused_port()
    start("--port", str(port), "--intercept-port", "0", *options)
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
        ("--control-token", "short-secret", "expected 16 or more of the characters"),
    ],
)
def test_what_cannot_be_taken_is_told_before_anything_starts(wxemu, option, value, told):
    started = wxemu("start", option, value)

    assert started.returncode == 2
    assert told in " ".join(started.stderr.split())
    assert option != "--control-token" or value not in started.stderr
