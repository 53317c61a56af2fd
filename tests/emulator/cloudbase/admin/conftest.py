"""node-sdk as the gateway hears it: signed by what is written here, not by what verifies it."""

from __future__ import annotations

import hashlib
import hmac
import json
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from wxemu.cloudbase import grants

NOON = 1_700_000_000
APPID, ENV = "wx1234567890abcdef", "env-demo"
BOUNDARY = "--------------------------515890814546601021194782"
PROJECT = """
envId: env-demo
functions:
  - {name: ask, runtime: Python3.11, handler: index.main, timeout: 1}
"""
FUNCTION = """
import json, time

def main(event, context):
    asked = event["ask"] if isinstance(event, dict) and "ask" in event else "echo"
    if asked == "echo":
        return event
    if asked == "environment":
        return json.loads(context["environment"])
    if asked == "sleep":
        time.sleep(60)
    raise ValueError("no such question")
"""


@dataclass(frozen=True)
class Credentials:
    secret_id: str = "AKIDlocal"
    secret_key: str = "local-secret-key"


@dataclass(frozen=True)
class Request:
    """One signed request; what is changed with `but` afterwards is not signed anew."""

    body: bytes
    headers: dict = field(default_factory=dict)
    query: str = "env=env-demo&seqId=1_1"

    def but(self, *, body=None, query=None, **headers):
        renamed = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**self.headers, **renamed}.items() if value is not None}
        return replace(self, body=body or self.body, query=query or self.query, headers=kept)


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def tc3(parameters, headers, query, *, at, credentials=Credentials(), url="//localhost/admin"):
    """The Authorization header that @cloudbase/signature-nodejs 2.2.0 would make."""
    signed = {
        name.lower(): value if isinstance(value, bytes) else value.strip().encode()
        for name, value in parameters.items()
        if value
    }
    payload = b"".join(b"&" + name.encode() + b"=" + signed[name] + b"\r\n" for name in sorted(signed))
    lines = {name.lower(): value if name == "Content-Type" else value.lower() for name, value in headers.items()}
    canonical = ["post", url, query, *(f"{name}:{lines[name]}" for name in sorted(lines)), "", ";".join(sorted(lines))]
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/tcb/tc3_request"
    to_sign = "\n".join(["TC3-HMAC-SHA256", str(at), scope, sha256("\n".join([*canonical, sha256(payload)]).encode())])
    key = b"TC3" + credentials.secret_key.encode()
    for part in (date, "tcb", "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={credentials.secret_id}/{scope}, SignedParams={';'.join(sorted(signed))}, "
        f"SignedHeaders={';'.join(sorted(lines))}, Signature={signature}"
    )


def form(parameters):
    """multipart/form-data as npm's form-data writes it: bytes have a type, and no filename."""
    body = b""
    for name, value in parameters.items():
        kind = "\r\nContent-Type: application/octet-stream" if isinstance(value, bytes) else ""
        content = value if isinstance(value, bytes) else value.encode()
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


class Sdk:
    """node-sdk with credentials of an environment, inside an invocation if it has a token."""

    def __init__(self, http):
        self.http = http
        self.credentials = Credentials()
        self.env = ENV
        self.token = ""

    def request(self, action, *, at=NOON, query="env=env-demo&seqId=1_1", **parameters):
        sent = {"action": action, **parameters, "envName": self.env, "wxCloudApiToken": self.token}
        is_form = any(isinstance(value, bytes) for value in sent.values())
        kind = "multipart/form-data" if is_form else "application/json"
        headers = {
            "Host": "localhost",
            "Content-Type": kind,
            "User-Agent": "tcb-node-sdk/3.18.3",
            "X-TCB-Source": "wx_client,scf",
        }
        headers["Authorization"] = tc3(sent, headers, query, at=at, credentials=self.credentials)
        headers |= {"X-Timestamp": str(at), "X-Signature-Expires": "600"}
        if is_form:
            headers["Content-Type"] = f"{kind}; boundary={BOUNDARY}"
        return Request(form(sent) if is_form else json.dumps(sent).encode(), headers, query)

    def send(self, request):
        answered = self.http.post(f"/admin?{request.query}", data=request.body, headers=request.headers)
        assert answered.status_code == 200
        return answered

    def ask(self, action, **parameters):
        """The JSON that is answered, which must have the type that node-sdk insists on."""
        answered = self.send(self.request(action, **parameters))
        assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(answered.data)

    def call_function(self, name="ask", data=None, **parameters):
        text = "" if data is None else json.dumps(data)
        return self.ask("functions.invokeFunction", function_name=name, request_data=text, **parameters)


@pytest.fixture
def verification(new_phone):
    """The parameters by which Alice's own confirmation is verified."""
    phone = new_phone(openid="oAlice")
    confirmed = phone.confirm("订单/1")
    return {
        "openid": "oAlice",
        "json_string": confirmed["resultJSON"],
        "json_signature": confirmed["resultJSONSignature"],
    }


@pytest.fixture
def world_seed(world_seed):
    seed = deepcopy(world_seed)
    seed["apps"][0] |= {"secret_id": "AKIDlocal", "secret_key": "local-secret-key"}
    return seed


@pytest.fixture
def project(tmp_path):
    (tmp_path / "functions" / "ask").mkdir(parents=True)
    (tmp_path / "functions" / "ask" / "index.py").write_text(FUNCTION)
    (tmp_path / "cloudbaserc.yaml").write_text(PROJECT)
    return tmp_path


@pytest.fixture
def http(world, serve, project):
    return serve(world, project)


@pytest.fixture
def sdk(http):
    return Sdk(http)


@pytest.fixture
def grant(world):
    """The token of an invocation for a user, who is Alice without a name."""

    def token(openid="oAlice", *, appid=APPID, env=ENV, openapis=("soter.verifySignature",)):
        with world.transaction():
            grant = grants.issue(
                world,
                appid=appid,
                env=env,
                function="ask",
                openid=openid,
                permissions=frozenset(openapis),
                request_id="11111111-2222-4333-8444-555555555555",
            )
        return grant.wx_api_token

    return token


@pytest.fixture(name="form")
def _form():
    """Encode parameters as a form: its bytes and its type."""
    return lambda parameters: (form(parameters), f"multipart/form-data; boundary={BOUNDARY}")


@pytest.fixture
def credentials():
    return Credentials
