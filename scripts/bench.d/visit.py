"""A visit to an emulator: two users with phones and sessions, and the loads that can be made of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import waiting
from load import Load, Request

from wxemu.client.remote import Remote
from wxemu.state.seed import DEMO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_APP: Mapping[str, str] = DEMO["apps"][0]
_CREDENTIALS = {"appid": _APP["appid"], "secret": _APP["secret"]}

PING = Load([Request("GET", "/ping")], "^pong$")


class Visit:
    """What a mini program and its server prepare before they are measured.

    Logging in ends the session before, so one user logs in over and over while another one's session is checked.
    """

    def __init__(self, url: str) -> None:
        self.remote = Remote(url)
        # The documented 100 logins a minute by one user would end the measurement at once.
        self.remote.ask("PATCH", "/emulator/v1/settings", {"quotas": {"auth.code2Session": {"minute": 10**9}}})
        phone, traveller = self._new_phone(), self._new_phone()
        self._phone = f"/phone/v1/phones/{phone['phoneId']}"
        self._traveller = f"/phone/v1/phones/{traveller['phoneId']}"
        self._openid = phone["openid"]
        self._access_token = self._buy_token()
        self._session_key = self._log_in()
        asked = {"requestAuthModes": ["fingerPrint"], "challenge": "order/1", "authContent": "pay"}
        self._confirmed = self.remote.ask("POST", f"{self._phone}/startSoterAuthentication", asked)

    def _new_phone(self) -> dict[str, Any]:
        return self.remote.ask("POST", "/phone/v1/phones", {"appid": _APP["appid"], "profile": "android"})

    def _buy_token(self) -> str:
        asked = {"grant_type": "client_credential", **_CREDENTIALS}
        return str(self.remote.ask("POST", "/cgi-bin/stable_token", asked)["access_token"])

    def _log_in(self) -> str:
        code = self.remote.ask("POST", f"{self._phone}/login", {})["code"]
        return str(self.remote.ask("GET", _code_to_session(code).path)["session_key"])

    def verify_signature(self) -> Load:
        """A genuine confirmation, verified by WeChat."""
        query = urlencode({"access_token": self._access_token})
        body = {
            "openid": self._openid,
            "json_string": self._confirmed["resultJSON"],
            "json_signature": self._confirmed["resultJSONSignature"],
        }
        request = Request("POST", f"/cgi-bin/soter/verify_signature?{query}", body)
        return Load([request], '^{"errcode":0,"errmsg":"ok","is_ok":true}$')

    def check_session(self) -> Load:
        """A valid session, checked by WeChat."""
        query = {
            "access_token": self._access_token,
            "openid": self._openid,
            "signature": hmac.new(self._session_key.encode(), b"", hashlib.sha256).hexdigest(),
            "sig_method": "hmac_sha256",
        }
        return Load([Request("GET", f"/wxa/checksession?{urlencode(query)}")], '^{"errcode":0,"errmsg":"ok"}$')

    def login(self) -> Load:
        """`wx.login`; the pattern finds the code."""
        return Load([Request("POST", f"{self._traveller}/login", {})], '"code":"(%w+)"')

    def code_to_session(self, codes: Sequence[str]) -> Load:
        """Sessions bought with codes, each of which works once."""
        return Load([_code_to_session(code) for code in codes], '"session_key":"[^"]+","openid":"', is_once=True)

    def call_function(self) -> Load:
        """`wx.cloud.callFunction`: phone, function, WeChat, and back."""
        body = {"name": "verifySignature", "data": self.result}
        return Load([Request("POST", f"{self._phone}/callFunction", body)], '"isOk":true')

    def echo(self) -> Load:
        """`wx.cloud.callFunction` of a function that does nothing."""
        return Load([Request("POST", f"{self._phone}/callFunction", {"name": waiting.ECHO})], '"ok":true')

    def cloud_call(self) -> Load:
        """A genuine confirmation, verified by a cloud call that a function of the bench has signed."""
        asked = {"openid": self._openid, "json_string": self.result["jsonString"]}
        signed = self.call(waiting.SIGNS, {**asked, "json_signature": self.result["jsonSignature"]})
        at = urlsplit(signed["url"])
        headers = {name: value for name, value in signed["headers"].items() if name != "Content-Type"}
        request = Request("POST", f"{at.path}?{at.query}", json.loads(signed["body"]), headers)
        return Load([request], '"is_ok.":true')

    def call(self, name: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Call a function once; what it returned, or why it failed."""
        # A connection of its own: calls are made from many threads.
        answer = Remote(self.remote.url).ask("POST", f"{self._phone}/callFunction", {"name": name, "data": data})
        result: dict[str, Any] = answer.get("result", answer)
        return result

    @property
    def result(self) -> dict[str, str]:
        """A genuine confirmation, as the mini program hands it to a function."""
        return {
            "jsonString": self._confirmed["resultJSON"],
            "jsonSignature": self._confirmed["resultJSONSignature"],
        }


def _code_to_session(code: str) -> Request:
    query = {**_CREDENTIALS, "js_code": code, "grant_type": "authorization_code"}
    return Request("GET", f"/sns/jscode2session?{urlencode(query)}")
