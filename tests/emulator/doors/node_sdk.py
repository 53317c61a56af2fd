"""node-sdk as the gateway hears it: signed by what is written here, not by what verifies it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wxemu.cloudbase.admin.openapi_pb2 import CommApiData, CommOpenApiResp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

NOON = 1_700_000_000
BOUNDARY = "--------------------------515890814546601021194782"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True)
class Request:
    """One signed request; what is changed with `but` afterwards is not signed anew."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    query: str = "env=env-demo&seqId=1_1"

    def but(self, *, body: bytes | None = None, query: str | None = None, **headers: str | None) -> Request:
        renamed: dict[str, str | None] = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**self.headers, **renamed}.items() if value is not None}
        return replace(self, body=body or self.body, query=query or self.query, headers=kept)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def signed_bytes(value: Any) -> bytes:
    """A parameter as it is signed: what is no string as JSON.stringify has it."""
    if isinstance(value, bytes):
        return value
    text = value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def tc3(
    parameters: Mapping[str, Any],
    headers: Mapping[str, str],
    query: str,
    *,
    at: int,
    secret_id: str,
    secret_key: str,
) -> str:
    """The Authorization header that @cloudbase/signature-nodejs 2.2.0 would make."""
    signed = {name.lower(): content for name, value in parameters.items() if (content := signed_bytes(value))}
    payload = b"".join(b"&" + name.encode() + b"=" + signed[name] + b"\r\n" for name in sorted(signed))
    lines = {name.lower(): value if name == "Content-Type" else value.lower() for name, value in headers.items()}
    canonical = [
        "post",
        "//localhost/admin",
        query,
        *(f"{name}:{lines[name]}" for name in sorted(lines)),
        "",
        ";".join(sorted(lines)),
    ]
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    scope = f"{date}/tcb/tc3_request"
    to_sign = "\n".join(["TC3-HMAC-SHA256", str(at), scope, sha256("\n".join([*canonical, sha256(payload)]).encode())])
    key = b"TC3" + secret_key.encode()
    for part in (date, "tcb", "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedParams={';'.join(sorted(signed))}, "
        f"SignedHeaders={';'.join(sorted(lines))}, Signature={signature}"
    )


def form(parameters: Mapping[str, str | bytes]) -> bytes:
    """multipart/form-data as npm's form-data writes it: bytes have a type, and no filename."""
    body = b""
    for name, value in parameters.items():
        kind = "\r\nContent-Type: application/octet-stream" if isinstance(value, bytes) else ""
        content = value if isinstance(value, bytes) else value.encode()
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def message(parameters: Mapping[str, Any], **members: Any) -> bytes:
    """CommApiData, as wx-server-sdk packs the parameters of an openapi."""
    sent = CommApiData(**members)
    for name, value in parameters.items():
        sent.openapi_data.pairs.add(key=name, value=json.dumps(value).encode())
    return sent.SerializeToString()


@dataclass
class NodeSdk:
    """node-sdk with credentials of an environment, inside an invocation if it has a token."""

    http: FlaskClient
    secret_id: str
    secret_key: str
    env: str = "env-demo"
    token: str = ""

    def request(
        self, action: str, *, at: int = NOON, url_query: str = "env=env-demo&seqId=1_1", **parameters: Any
    ) -> Request:
        sent = {"action": action, **parameters, "envName": self.env, "wxCloudApiToken": self.token}
        is_form = any(isinstance(value, bytes) for value in sent.values())
        kind = "multipart/form-data" if is_form else "application/json"
        headers = {
            "Host": "localhost",
            "Content-Type": kind,
            "User-Agent": "tcb-node-sdk/3.18.3",
            "X-TCB-Source": "wx_client,scf",
        }
        headers["Authorization"] = tc3(
            sent, headers, url_query, at=at, secret_id=self.secret_id, secret_key=self.secret_key
        )
        headers |= {"X-Timestamp": str(at), "X-Signature-Expires": "600"}
        if is_form:
            headers["Content-Type"] = FORM
        return Request(form(sent) if is_form else json.dumps(sent).encode(), headers, url_query)

    def open(self, request: Request) -> TestResponse:
        """Whatever is answered."""
        return self.http.post(f"/admin?{request.query}", data=request.body, headers=request.headers)

    def send(self, request: Request) -> TestResponse:
        answered = self.open(request)
        assert answered.status_code == 200
        return answered

    def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The JSON that is answered, which must have the type that node-sdk insists on."""
        answered = self.send(self.request(action, **parameters))
        assert answered.headers["Content-Type"] == "application/json; charset=utf-8"
        members: dict[str, Any] = json.loads(answered.data)
        return members

    def call_function(self, name: str = "ask", data: object = None, **parameters: str) -> dict[str, Any]:
        text = "" if data is None else json.dumps(data)
        return self.ask("functions.invokeFunction", function_name=name, request_data=text, **parameters)

    def open_api(self, content: bytes, api_name: str = "soter.verifySignature") -> CommOpenApiResp:
        """wx.openApi: requestData in protobuf, and the protobuf that is answered."""
        answered = self.send(self.request("wx.openApi", apiName=api_name, requestData=content))
        assert answered.headers["Content-Type"] == "application/octet-stream"
        return CommOpenApiResp.FromString(answered.data)

    def api(self, parameters: Mapping[str, Any], api_name: str = "soter.verifySignature") -> dict[str, Any]:
        """wx.api: requestData in JSON, and the JSON inside the JSON that is answered."""
        answered = self.ask("wx.api", apiName=api_name, requestData=json.dumps(parameters))
        assert set(answered) == {"data", "requestId"}
        members: dict[str, Any] = json.loads(answered["data"]["responseData"])
        return members
