"""Clients of an emulator's public faces: what each does is acknowledged, and can be looked for later.

A deed returns its proof, by which `check` finds it again; whatever interrupts a deed leaves none.
"""

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
from typing import TYPE_CHECKING, Any, Final

import requests

from wxemu.state.seed import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable

APPID, SECRET, ENV, SECRET_ID, SECRET_KEY = (
    str(DEMO["apps"][0][member]) for member in ("appid", "secret", "env", "secret_id", "secret_key")
)
OFTEN_ENOUGH: Final = {name: {"minute": 10**8, "day": 10**8} for name in ("auth.code2Session", "auth.getAccessToken")}
_HOST: Final = "scf.tencentcloudapi.com"
_PATIENCE: Final = 30


@dataclass(frozen=True)
class Proof:
    """What was acknowledged, by what kind of deed."""

    kind: str
    facts: tuple[Any, ...]


class Client:
    """One client with its connection.

    :param url: the emulator's; another one after each start.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The members of a successful answer.

        :raises requests.RequestException: there is none.
        """
        answered = self._session.request(method, self._url + path, timeout=_PATIENCE, **options)
        answered.raise_for_status()
        answer: dict[str, Any] = answered.json()
        return answer

    # Deeds

    def add_user(self, name: str) -> Proof:
        """A new user."""
        self.ask("POST", f"/emulator/v1/apps/{APPID}/users", json={"openid": f"o-{name}"})
        return Proof("user", (f"o-{name}",))

    def log_in(self, name: str) -> Proof:
        """A new user's session, by a phone without sensors; and a code that is used up."""
        created = {"appid": APPID, "profile": "none", "openid": f"o-{name}"}
        phone = self.ask("POST", "/phone/v1/phones", json=created)["phoneId"]
        code = self.ask("POST", f"/phone/v1/phones/{phone}/login", json={})["code"]
        return Proof("session", (f"o-{name}", self._code_to_session(code)["session_key"], code))

    def get_phone(self, _name: str) -> Proof:
        """A phone with keys, whose counter has gone on."""
        phone = self.ask("POST", "/phone/v1/phones", json={"appid": APPID, "profile": "android"})["phoneId"]
        return Proof("phone", (phone, self._confirm(phone)))

    def visit(self, name: str) -> Proof:
        """A web user's login."""
        headers = {"X-Device-Id": f"device-of-{name}"}
        login = self.ask("POST", f"/auth/v1/signin/anonymously?client_id={ENV}", headers=headers, json={})
        return Proof("web login", (login["access_token"], login["sub"]))

    def buy_token(self, _name: str) -> Proof:
        """The app's token, which stays the same for two hours."""
        return Proof("token", (self.token(),))

    def deploy(self, name: str) -> Proof:
        """A function."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("index.py", f"def main(event, context):\n    return {name!r}\n")
        code = {"ZipFile": base64.b64encode(packed.getvalue()).decode()}
        self.cloud("CreateFunction", FunctionName=name, Code=code, Handler="index.main", Runtime="Python3.9")
        return Proof("function", (name,))

    # Whether they are still there

    def check(self, proof: Proof) -> bool:
        """Whether the emulator still knows what it had acknowledged."""
        return bool(_CHECKS[proof.kind](self, *proof.facts))

    def has_user(self, openid: str) -> bool:
        return openid in {user["openid"] for user in self.ask("GET", f"/emulator/v1/apps/{APPID}/users")["users"]}

    def has_session(self, openid: str, session_key: str, code: str) -> bool:
        signature = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
        query = {"openid": openid, "signature": signature, "sig_method": "hmac_sha256", "access_token": self.token()}
        is_valid = self.ask("GET", "/wxa/checksession", params=query)["errcode"] == 0
        return is_valid and self._code_to_session(code).get("errcode") == 40163

    def has_phone(self, phone: str, counter: int) -> bool:
        return self._confirm(phone) > counter

    def has_web_login(self, access_token: str, sub: str) -> bool:
        told = self.ask("GET", "/auth/v1/user/me", headers={"Authorization": f"Bearer {access_token}"})
        return bool(told["sub"] == sub)

    def has_token(self, token: str) -> bool:
        return self.token() == token

    def has_function(self, name: str) -> bool:
        return bool(self.cloud("GetFunction", FunctionName=name)["FunctionName"] == name)

    # How the faces are asked

    def token(self) -> str:
        """The app's access_token."""
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        return str(self.ask("POST", "/cgi-bin/stable_token", json=asked)["access_token"])

    def cloud(self, action: str, **parameters: Any) -> dict[str, Any]:
        """The members that Tencent Cloud's API answers, signed for as its documentation says."""
        body = json.dumps({"Namespace": ENV, **parameters}).encode()
        at = int(time.time())
        date = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
        headers = f"content-type:application/json\nhost:{_HOST}\n"
        asked = f"POST\n/\n\n{headers}\ncontent-type;host\n{hashlib.sha256(body).hexdigest()}"
        text = f"TC3-HMAC-SHA256\n{at}\n{date}/scf/tc3_request\n{hashlib.sha256(asked.encode()).hexdigest()}"
        key = f"TC3{SECRET_KEY}".encode()
        for part in (date, "scf", "tc3_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        credential = f"Credential={SECRET_ID}/{date}/scf/tc3_request, SignedHeaders=content-type;host"
        answer: dict[str, Any] = self.ask(
            "POST",
            "/",
            data=body,
            headers={
                "Host": _HOST,
                "Content-Type": "application/json",
                "X-TC-Action": action,
                "X-TC-Version": "2018-04-16",
                "X-TC-Timestamp": str(at),
                "Authorization": f"TC3-HMAC-SHA256 {credential}, Signature={signature}",
            },
        )["Response"]
        if "Error" in answer:
            raise requests.RequestException(answer["Error"]["Code"])
        return answer

    def invoke(self, name: str) -> str:
        """What a function returned, as JSON."""
        return str(self.cloud("Invoke", FunctionName=name, ClientContext="{}")["Result"]["RetMsg"])

    def _code_to_session(self, code: str) -> dict[str, Any]:
        query = {"appid": APPID, "secret": SECRET, "js_code": code, "grant_type": "authorization_code"}
        return self.ask("GET", "/sns/jscode2session", params=query)

    def _confirm(self, phone: str) -> int:
        asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order"}
        done = self.ask("POST", f"/phone/v1/phones/{phone}/startSoterAuthentication", json=asked)
        return int(json.loads(done["resultJSON"])["counter"])


DEEDS: Final[tuple[Callable[[Client, str], Proof], ...]] = (
    Client.add_user,
    Client.log_in,
    Client.get_phone,
    Client.visit,
    Client.buy_token,
    Client.deploy,
)
_CHECKS: Final[dict[str, Callable[..., bool]]] = {
    "user": Client.has_user,
    "session": Client.has_session,
    "phone": Client.has_phone,
    "web login": Client.has_web_login,
    "token": Client.has_token,
    "function": Client.has_function,
}
