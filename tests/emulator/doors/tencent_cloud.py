"""Tencent Cloud's API, asked by a client that signs as the documentation says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import time
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.testing import FlaskClient

SCF, TCB = "2018-04-16", "2018-06-08"
SERVICES = {SCF: "scf", TCB: "tcb"}
HOST = "scf.tencentcloudapi.com"


def signature(
    secret_key: str, *, at: int, service: str, host: str, body: bytes, content_type: str = "application/json"
) -> tuple[str, str]:
    """Signature v3 by the documentation's steps, apart from what is under test."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    headers = f"content-type:{content_type}\nhost:{host}\n"
    request = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{date}/{service}/tc3_request\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return date, hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class RefusedError(Exception):
    """The API's error."""

    def __init__(self, error: Mapping[str, str]) -> None:
        self.code: str = error["Code"]
        self.message: str = error["Message"]
        super().__init__(f"{self.code}: {self.message}")


@dataclass
class TencentCloud:
    """A client of the API; every answer is checked for its form."""

    http: FlaskClient
    secret_id: str
    secret_key: str

    def headers(self, action: str, body: bytes, *, version: str = SCF, at: int | None = None) -> dict[str, str]:
        at = int(time.time()) if at is None else at
        service = SERVICES.get(version, "scf")
        date, signed = signature(self.secret_key, at=at, service=service, host=HOST, body=body)
        credential = f"Credential={self.secret_id}/{date}/{service}/tc3_request"
        return {
            "Host": HOST,
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Timestamp": str(at),
            "Authorization": f"TC3-HMAC-SHA256 {credential}, SignedHeaders=content-type;host, Signature={signed}",
        }

    def post(self, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        response = self.http.post("/", data=body, headers=headers)
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        assert set(response.json) == {"Response"}
        answer = dict(response.json["Response"])
        assert isinstance(answer["RequestId"], str)
        if "Error" in answer:
            assert set(answer) == {"Error", "RequestId"}
            assert set(answer["Error"]) == {"Code", "Message"}
            raise RefusedError(answer["Error"])
        return answer

    def refusal(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """The code of what is refused, if it is."""
        try:
            self.post(body, headers)
        except RefusedError as refused:
            return refused.code
        return None

    def call(self, action: str, *, version: str = SCF, **parameters: Any) -> dict[str, Any]:
        if version == SCF:
            parameters = {"Namespace": "env-demo", **parameters}
        body = json.dumps(parameters).encode()
        return self.post(body, self.headers(action, body, version=version))

    def tcb(self, action: str, **parameters: Any) -> dict[str, Any]:
        return self.call(action, version=TCB, **parameters)

    def names(self) -> list[str]:
        return [function["FunctionName"] for function in self.call("ListFunctions")["Functions"]]

    def invoke(self, name: str, event: object = None, **parameters: Any) -> dict[str, Any]:
        named = {"FunctionName": name, "ClientContext": json.dumps({} if event is None else event), **parameters}
        result: dict[str, Any] = self.call("Invoke", **named)["Result"]
        return result

    def create(self, name: str, files: Mapping[str, str], **parameters: Any) -> dict[str, Any]:
        given = {"Runtime": "Python3.11", "Handler": "index.main", **parameters}
        return self.call("CreateFunction", FunctionName=name, Code={"ZipFile": zipped(files)}, **given)

    def code_of_refusal(self, action: str, **parameters: Any) -> str:
        with pytest.raises(RefusedError) as refused:
            self.call(action, **parameters)
        code: str = refused.value.code
        return code


def zip_file(files: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o755 if text.startswith("#!") else 0o644) << 16
            archive.writestr(entry, text)
    return content.getvalue()


def zipped(files: Mapping[str, str]) -> str:
    return base64.b64encode(zip_file(files)).decode()
