"""A project with functions, and a client of Tencent Cloud's API that signs as the documentation says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import time
import zipfile
from datetime import UTC, datetime

import pytest

ENV = "env-demo"
SCF, TCB = "2018-04-16", "2018-06-08"
SERVICES = {SCF: "scf", TCB: "tcb"}
HOST = "scf.tencentcloudapi.com"
PROJECT = {
    "cloudbaserc.yaml": """
        envId: env-demo
        functions:
          - {name: greet, runtime: Python3.11, timeout: 5, envVariables: {WORD: hello}}
          - {name: fail, runtime: Python3.11}
        """,
    "config.json": '{"permissions": {"openapi": ["soter.verifySignature"]}}',
    "functions/greet/index.py": """\
import os

def main(event, context):
    print("greeting", event.get("who"))
    return {"said": os.environ["WORD"], "to": event.get("who")}
""",
    "functions/fail/index.py": 'def main(event, context):\n    raise ValueError("no")\n',
    "functions/_shared/words.py": 'WORD = "shared"\n',
}


def signature(secret_key, *, at, service, host, body, content_type="application/json", signed="content-type;host"):
    """Signature v3 by the documentation's steps, apart from what is under test."""
    date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
    headers = f"content-type:{content_type}\nhost:{host}\n"
    request = f"POST\n/\n\n{headers}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{date}/{service}/tc3_request\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return date, hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class RefusedError(Exception):
    """The API's error."""

    def __init__(self, error):
        self.code, self.message = error["Code"], error["Message"]
        super().__init__(f"{self.code}: {self.message}")


class TencentCloud:
    """A client of the API; every answer is checked for its form."""

    def __init__(self, http, secret_id, secret_key):
        self.http, self.secret_id, self.secret_key = http, secret_id, secret_key

    def headers(self, action, body, *, version=SCF, at=None, service=None):
        at = int(time.time()) if at is None else at
        service = service or SERVICES.get(version, "scf")
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

    def post(self, body, headers):
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

    def call(self, action, *, version=SCF, **parameters):
        if version == SCF:
            parameters = {"Namespace": ENV, **parameters}
        body = json.dumps(parameters).encode()
        return self.post(body, self.headers(action, body, version=version))

    def tcb(self, action, **parameters):
        return self.call(action, version=TCB, **parameters)

    def names(self):
        return [function["FunctionName"] for function in self.call("ListFunctions")["Functions"]]

    def invoke(self, name, event=None, **parameters):
        return self.call("Invoke", FunctionName=name, ClientContext=json.dumps(event or {}), **parameters)["Result"]

    def create(self, name, files, **parameters):
        given = {"Runtime": "Python3.11", "Handler": "index.main", **parameters}
        return self.call("CreateFunction", FunctionName=name, Code={"ZipFile": zipped(files)}, **given)

    def code_of_refusal(self, action, **parameters):
        with pytest.raises(RefusedError) as refused:
            self.call(action, **parameters)
        return refused.value.code


def zip_file(files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def zipped(files):
    return base64.b64encode(zip_file(files)).decode()


@pytest.fixture
def project(tmp_path):
    for name, text in PROJECT.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "project"


@pytest.fixture
def http(world, serve, project):
    return serve(world, project)


@pytest.fixture
def cloud(http, tenant):
    return TencentCloud(http, f"AKID{tenant.appid.removeprefix('wx')}", tenant.secret)


@pytest.fixture
def other_cloud(http, other_tenant):
    return TencentCloud(http, f"AKID{other_tenant.appid.removeprefix('wx')}", other_tenant.secret)


@pytest.fixture
def tools():
    """What the tests of this folder share: functions, which a fixture can hand over."""
    return Tools()


class Tools:
    RefusedError = RefusedError
    signature = staticmethod(signature)
    zip_file = staticmethod(zip_file)
    zipped = staticmethod(zipped)
