"""api.weixin.qq.com as a mini program's server calls it, in this process."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from wxemu.client.testing import User
from wxemu.wechat import sessions

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from wxemu.client.testing import App

RID = r"[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}"


@dataclass(frozen=True)
class Answer:
    """WeChat's answer to one call; that it is HTTP 200 and a JSON object is checked already."""

    path: str
    members: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    @property
    def errcode(self) -> int:
        return self.members.get("errcode", 0)

    @property
    def is_success(self) -> bool:
        return self.errcode == 0

    @property
    def refusal(self) -> tuple[int, str]:
        """errcode and the text before the rid, which is there in the form of the path's family."""
        assert set(self.members) == {"errcode", "errmsg"}
        separator = ", rid: " if self.path.startswith("/sns/") else " rid: "
        text, _, rid = self.members["errmsg"].rpartition(separator)
        assert re.fullmatch(RID, rid)
        return self.members["errcode"], text

    @property
    def rid(self) -> str:
        return re.search(RID, self.members["errmsg"])[0]


class WeChat:
    """api.weixin.qq.com as a mini program's server calls it."""

    def __init__(self, http: FlaskClient, tenant: App) -> None:
        self.http = http
        self.tenant = tenant
        self.credentials = {"appid": tenant.appid, "secret": tenant.secret}

    def call(self, method: str, path: str, *, body: bytes | None = None, **query: Any) -> Answer:
        response = self.http.open(f"{path}?{urlencode(query)}", method=method, data=body)
        members = json.loads(response.data)
        assert response.status_code == 200
        assert isinstance(members, dict)
        return Answer(path, members)

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, **query)

    def post(self, path: str, members: object, **query: Any) -> Answer:
        return self.call("POST", path, body=json.dumps(members).encode(), **query)

    def plain_token(self, **changes: str) -> Answer:
        return self.get("/cgi-bin/token", **{"grant_type": "client_credential", **self.credentials, **changes})

    def stable_token(self, **changes: object) -> Answer:
        credentials = {"grant_type": "client_credential", **self.credentials}
        return self.post("/cgi-bin/stable_token", {**credentials, **changes})

    @property
    def access_token(self) -> str:
        token: str = self.stable_token()["access_token"]
        return token

    def code_to_session(self, code: str, **changes: str) -> Answer:
        query = {**self.credentials, "js_code": code, "grant_type": "authorization_code", **changes}
        return self.get("/sns/jscode2session", **query)

    def log_in(self, openid: str) -> str:
        """The session_key of a fresh login of this user, who holds a phone somewhere else."""
        code = User(openid, None, self.tenant).new_phone("none").login()
        session_key: str = self.code_to_session(code)["session_key"]
        return session_key

    def with_signature(self, path: str, openid: str, signature: str, **changes: str) -> Answer:
        query = {"openid": openid, "signature": signature, "sig_method": "hmac_sha256", **changes}
        if "access_token" not in query:  # fetching one may renew the one under test
            query["access_token"] = self.access_token
        return self.get(path, **query)

    def check_session(self, openid: str, session_key: str, **changes: str) -> Answer:
        return self.with_signature("/wxa/checksession", openid, sessions.signature_of(session_key), **changes)

    def reset_session(self, openid: str, session_key: str, **changes: str) -> Answer:
        signature = sessions.signature_of(session_key)
        return self.with_signature("/wxa/resetusersessionkey", openid, signature, **changes)

    def post_signed(self, path: str, body: bytes, openid: str, session_key: str, /, **changes: str) -> Answer:
        """A POST of these very bytes, signed as the docs say; with ``changes`` of its query."""
        query = {
            "openid": openid,
            "signature": sessions.signature_of(session_key, body),
            "sig_method": "hmac_sha256",
            **changes,
        }
        if "access_token" not in query:
            query["access_token"] = self.access_token
        return self.call("POST", path, body=body, **query)

    def verify(self, openid: str, json_string: str, json_signature: str) -> Answer:
        members = {"openid": openid, "json_string": json_string, "json_signature": json_signature}
        return self.post("/cgi-bin/soter/verify_signature", members, access_token=self.access_token)

    def explain(self, rid: str) -> Answer:
        return self.post("/cgi-bin/openapi/rid/get", {"rid": rid}, access_token=self.access_token)
