"""Clients in several languages, run by ``wxemu exec`` and led here by nothing but its variables.

Go is not among them: it reads HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE [doc], as curl does.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
import requests

HERE = Path(__file__).parent
TOKEN = "https://api.weixin.qq.com/cgi-bin/stable_token"
SESSION_KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
SIGNED_BODY = r'{ "kv_list": [{"value":"中 \u4e2d/\/ é", "key":"n"}] }'
"""With what a client that encodes it again would change: blanks, the order of members, escapes."""
SIGNING_CLIENTS = {
    "curl": ("sh", "-c", 'curl --silent --show-error --json "$SIGNED_BODY" "$SIGNED_URL"; echo'),
    "requests": (
        *(sys.executable, "-c"),
        """
import os, requests
print(requests.post(os.environ["SIGNED_URL"], data=os.environ["SIGNED_BODY"].encode(), timeout=20).text)
""",
    ),
    "wechatpy": (
        *(sys.executable, "-c"),
        """
import json, os, urllib.parse, wechatpy
client = wechatpy.WeChatClient(os.environ["WX_APPID"], os.environ["WX_SECRET"])
url, _, query = os.environ["SIGNED_URL"].partition("?")
query = dict(urllib.parse.parse_qsl(query))
try:
    print(json.dumps(client.post(url, params=query, data=os.environ["SIGNED_BODY"].encode())))
except wechatpy.exceptions.WeChatClientException as error:
    print(json.dumps({"errcode": error.errcode}))
""",
    ),
    "Node's own fetch": (  # which reads no proxy variable before Node.js 22.21
        *("node", "-e"),
        """
        const { SIGNED_URL, SIGNED_BODY, WX_API_BASE } = process.env;
        const url = new URL(SIGNED_URL);
        fetch(WX_API_BASE + url.pathname + url.search, { method: "POST", body: SIGNED_BODY })
          .then((response) => response.text())
          .then((text) => console.log(text));
        """,
    ),
    "undici's fetch": (
        *("node", "-e"),
        """
        const { EnvHttpProxyAgent, fetch } = require("undici");
        const { SIGNED_URL, SIGNED_BODY } = process.env;
        fetch(SIGNED_URL, { method: "POST", body: SIGNED_BODY, dispatcher: new EnvHttpProxyAgent() })
          .then((response) => response.text())
          .then((text) => { console.log(text); process.exit(); });
        """,
    ),
}
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
            cwd=HERE,
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


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("client", SIGNING_CLIENTS)
def test_a_signed_body_is_posted_untouched(answers, emulator, client):
    app = emulator.app
    signer = {"openid": f"oSigner-{list(SIGNING_CLIENTS).index(client)}", "session_key": SESSION_KEY}
    emulator.ask("POST", f"/emulator/v1/apps/{app.appid}/users", signer)
    asked = {"grant_type": "client_credential", "appid": app.appid, "secret": app.secret}
    token = requests.post(f"{emulator.url}/cgi-bin/stable_token", json=asked, timeout=20).json()["access_token"]

    def post_signed(body):
        """The client posts the body above, with the signature of this one."""
        signature = hmac.new(SESSION_KEY.encode(), body.encode(), hashlib.sha256).hexdigest()
        query = {"access_token": token, "openid": signer["openid"], "signature": signature, "sig_method": "hmac_sha256"}
        url = f"https://api.weixin.qq.com/wxa/set_user_storage?{urlencode(query)}"
        (answer,) = answers(*SIGNING_CLIENTS[client], SIGNED_URL=url, SIGNED_BODY=SIGNED_BODY)
        return answer["errcode"]

    assert post_signed(SIGNED_BODY) == 0
    assert post_signed(json.dumps(json.loads(SIGNED_BODY))) == 87009
