"""A stand-in for CloudBase's gateway: it refuses what is not signed as it should be, and answers the rest by script."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest

import wxcloud

SECRETS = {"AKIDlocal": "local-secret-key", "AKIDinstance": "instance-secret-key"}
AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<date>\d{4}-\d\d-\d\d)/tcb/tc3_request, "
    r"SignedParams=(?P<params>[a-z_;]+), SignedHeaders=(?P<headers>[a-z;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def refusal(request: Any) -> str | None:
    """What is wrong with a request's signature; written from the server's side, sharing nothing with the client's."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if given is None or given["id"] not in SECRETS:
        return "no authorization"
    parameters = {name.lower(): value.strip() for name, value in request.json.items()}
    if given["params"].split(";") != sorted(name for name, value in parameters.items() if value):
        return "not every parameter is signed"
    if not {"content-type", "host", "x-client-timestamp", "x-sdk-version"} <= set(given["headers"].split(";")):
        return "not every header is signed"

    payload = hashlib.sha256()
    for name in given["params"].split(";"):
        payload.update(b"&%b=%b\r\n" % (name.encode(), parameters[name].encode()))
    path, _, query = request.target.partition("?")
    canonical = hashlib.sha256(b"post\n")
    canonical.update(f"//{headers['host']}{path}\n{query}\n".encode())
    for name in given["headers"].split(";"):
        value = headers[name] if name == "content-type" else headers[name].strip().lower()
        canonical.update(f"{name}:{value}\n".encode())
    canonical.update(f"\n{given['headers']}\n{payload.hexdigest()}".encode())
    key = b"TC3" + SECRETS[given["id"]].encode()
    for link in (given["date"], "tcb", "tc3_request"):
        key = hmac.digest(key, link.encode(), "sha256")
    text = f"TC3-HMAC-SHA256\n{headers['x-timestamp']}\n{given['date']}/tcb/tc3_request\n{canonical.hexdigest()}"
    expected = hmac.digest(key, text.encode(), "sha256").hex()
    return None if hmac.compare_digest(expected, given["signature"]) else "another signature"


@dataclass
class Gateway:
    wechat: Any
    script: list[Any] = field(default_factory=list)

    def answers(self, *script: Any) -> None:
        """Each entry: the JSON of a reply, a Reply, or a function of the Request that gives one of them."""
        self.script = list(script)

    @staticmethod
    def openapi(answer: Any) -> dict[str, Any]:
        """The envelope around WeChat's answer."""
        return {"data": {"responseData": json.dumps(answer, ensure_ascii=False)}, "requestId": "req-wx-1"}

    @staticmethod
    def returned(value: Any) -> dict[str, Any]:
        """The envelope around what a function returned."""
        return {"data": {"response_data": json.dumps(value, ensure_ascii=False)}, "requestId": "req-fn-1"}

    @staticmethod
    def refused(code: str, message: str) -> dict[str, Any]:
        return {"code": code, "message": message, "requestId": "req-fn-1"}

    @property
    def requests(self) -> list[Any]:
        return self.wechat.sent("/admin")

    def take(self, request: Any) -> Any:
        wrong = refusal(request)
        if wrong is not None:
            return self.refused("SIGN_PARAM_INVALID", wrong)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return entry(request) if callable(entry) else entry


@pytest.fixture
def gateway(wechat):
    gateway = Gateway(wechat)
    gateway.answers(gateway.openapi({"errcode": 0, "errmsg": "ok", "is_ok": True}))
    wechat.answers("/admin", gateway.take)
    return gateway


@pytest.fixture(scope="session")
def check_signature():
    return refusal


@pytest.fixture
def environ(gateway):
    """An instance without the app's secret, nor anything else but what SCF gives every instance."""
    return {
        "TENCENTCLOUD_RUNENV": "SCF",
        "TENCENTCLOUD_REGION": "ap-shanghai",
        "SCF_NAMESPACE": "env-demo",
        "TCB_CONTEXT_CNFG": json.dumps({"URL": f"{gateway.wechat.address}/admin"}),
    }


@pytest.fixture
def granted():
    """The context of a mini program's call that may make cloud calls; a variable given as None is left out."""

    def context(**variables):
        pairs = {
            "SCF_NAMESPACE": "env-demo",
            "TCB_ENV": "env-demo",
            "TCB_SEQID": "seq-1",
            "TCB_SOURCE": "wx_client",
            "TRIGGER_SRC": "tcb",
            "WX_API_TOKEN": "tok-abc",
            "WX_APPID": "wx1234567890abcdef",
            "WX_OPENID": "oUser",
            "WX_CLIENTIP": "1.2.3.4",
            "WX_CONTEXT_KEYS": "WX_API_TOKEN,WX_APPID,WX_OPENID,WX_UNIONID,WX_CLIENTIP",
            "TENCENTCLOUD_SECRETID": "AKIDlocal",
            "TENCENTCLOUD_SECRETKEY": "local-secret-key",
            "TENCENTCLOUD_SESSIONTOKEN": "local-session-token",
            **variables,
        }
        return {"environment": json.dumps({name: value for name, value in pairs.items() if value is not None})}

    return context


@pytest.fixture
def invocation(environ, clock, granted):
    """An invocation of an instance that has these variables besides its own; the context's come as `context`."""

    def of(*, context=None, **variables):
        cloud = wxcloud.init({**environ, **variables}, sleep=clock.pauses.append, clock=lambda: clock.now)
        return cloud.of(granted() if context is None else context)

    return of
