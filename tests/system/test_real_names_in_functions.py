"""A function whose code says https://api.weixin.qq.com reaches the emulator; other hosts if that is allowed."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wxemu.client.remote import Remote

pytestmark = pytest.mark.slow  # every test starts processes of its own, as a user does

DECLARED = """
envId: env-demo
functions:
  - {name: by_requests, runtime: Python3.11, handler: index.main, timeout: 20}
  - {name: by_urllib, runtime: Python3.11, handler: index.main, timeout: 20}
  - {name: by_curl, runtime: Python3.11, handler: index.main, timeout: 20}
  - {name: own, runtime: Python3.11, handler: index.main, timeout: 20, envVariables: {HTTPS_PROXY: "http://own:1"}}
  - {name: base, runtime: Python3.11, handler: index.main, timeout: 20}
"""
WAYS = {
    "by_requests": """
import requests
def main(event, context):
    answer = requests.get(event["url"], timeout=10)
    return [answer.status_code, answer.text]
""",
    "by_urllib": """
import urllib.error, urllib.request
def main(event, context):
    try:
        answer = urllib.request.urlopen(event["url"], timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    return [answer.status, answer.read().decode()]
""",
    "by_curl": """
import subprocess
def main(event, context):
    command = ["curl", "-s", "-w", "\\n%{http_code}", event["url"]]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=10)
    text, _, status = ran.stdout.rpartition("\\n")
    return [int(status), text]
""",
}
OTHERS = {
    "own": "import os\ndef main(event, context): return [os.environ['HTTPS_PROXY'], os.environ['HTTP_PROXY'][:7]]\n",
    "base": """
import os, requests
def main(event, context):
    answer = requests.get(os.environ["WX_API_BASE"] + "/healthz", timeout=10)
    return [answer.status_code, requests.utils.get_environ_proxies(answer.url)]
""",
}


@pytest.fixture(scope="module")
def project(write_project):
    return write_project(DECLARED, **WAYS, **OTHERS)


@pytest.fixture(scope="module")
def emulator(start_for_module, project):
    return start_for_module(project=project)


@pytest.fixture
def elsewhere():
    """A server of somebody else's at an address of this machine, which stands for the outside world."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"from elsewhere")

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.2", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.2:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def invoke(emulator, name, **event):
    done = emulator.ask("POST", f"/emulator/v1/functions/{name}/invocations", {"event": event})
    assert done["ok"], done
    return done["result"]


@pytest.mark.parametrize("name", WAYS)
def test_the_real_name_is_the_emulator(emulator, name):
    status, text = invoke(emulator, name, url="https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential")
    assert (status, json.loads(text)["errcode"]) == (200, 41002)


@pytest.mark.parametrize("name", WAYS)
def test_another_host_is_refused_with_what_would_allow_it(emulator, name):
    status, text = invoke(emulator, name, url="http://example.com/")
    assert status == 403
    assert "`wxemu start --pass-through example.com` allows it" in text


@pytest.mark.parametrize("token", [None, "a-control-token-of-32-characters"])
def test_a_host_that_passes_through_is_reached(start, project, elsewhere, token):
    options = () if token is None else ("--control-token", token)
    running = start("--pass-through", "127.0.0.2", *options, project=project)
    caller = replace(running, remote=Remote(running.url, token=token))
    assert invoke(caller, "by_requests", url=elsewhere) == [200, "from elsewhere"]


def test_no_function_has_the_control_token(start, write_project):
    token = "a-control-token-of-32-characters"
    code = "import os\ndef main(event, context): return [os.environ['HTTP_PROXY'], str(dict(os.environ))]\n"
    declared = "envId: env-demo\nfunctions:\n  - {name: tell, runtime: Python3.11, handler: index.main}\n"
    running = start("--control-token", token, project=write_project(declared, tell=code))
    proxy, environment = invoke(replace(running, remote=Remote(running.url, token=token)), "tell")
    assert proxy.startswith("http://wxemu:")
    assert token not in environment


def test_a_function_s_own_proxy_counts(emulator):
    assert invoke(emulator, "own") == ["http://own:1", "http://"]


def test_what_says_the_emulator_s_address_goes_past_the_proxy(emulator):
    assert invoke(emulator, "base") == [200, {}]


def test_without_interception_there_is_no_proxy(start, project):
    running = start("--no-intercept", project=project)
    done = running.ask("POST", "/emulator/v1/functions/own/invocations", {"event": {}})
    assert "KeyError: 'HTTP_PROXY'" in done["error"]["stackTrace"]
