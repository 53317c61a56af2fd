"""The twelve classic mistakes of a mini program's server, each made the way a client makes it.

They need an emulator's address only in the form of `send`, so that every test may make them: in one process, over a
socket, in front of a browser.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable

APPID, SECRET = "wx1234567890abcdef", "0123456789abcdef0123456789abcdef"
VERIFY = "/cgi-bin/soter/verify_signature"


class Server:
    """A mini program's server, and the phones of its users; every mistake can be made on it.

    :param send: of a method, a path and a body (bytes or None) the JSON that is answered.
    """

    def __init__(self, send: Callable[[str, str, bytes | None], Any], appid: str = APPID, secret: str = SECRET) -> None:
        self.send, self.appid, self.secret = send, appid, secret
        self._token: str | None = None

    def post(self, path: str, members: object) -> Any:
        return self.send("POST", path, json.dumps(members).encode())

    @property
    def token(self) -> str:
        if self._token is None:
            credentials = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
            self._token = self.post("/cgi-bin/stable_token", credentials)["access_token"]
        return self._token

    def plain_token(self) -> str:
        query = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret}
        return self.send("GET", f"/cgi-bin/token?{urlencode(query)}", None)["access_token"]

    def phone(self, profile: str = "android", **members: str) -> dict[str, Any]:
        return self.post("/phone/v1/phones", {"appid": self.appid, "profile": profile, **members})

    def confirmed(self, phone: dict[str, Any], challenge: str = "order/1") -> tuple[str, str]:
        asked = {"requestAuthModes": ["fingerPrint", "facial"], "challenge": challenge}
        done = self.post(f"/phone/v1/phones/{phone['phoneId']}/startSoterAuthentication", asked)
        return done["resultJSON"], done["resultJSONSignature"]

    def code(self, phone: dict[str, Any]) -> str:
        return self.post(f"/phone/v1/phones/{phone['phoneId']}/login", {})["code"]

    def session(self, phone: dict[str, Any]) -> str:
        query = {"appid": self.appid, "secret": self.secret, "js_code": self.code(phone)}
        return self.send("GET", f"/sns/jscode2session?{urlencode(query)}", None)["session_key"]

    def verify(self, openid: str, json_string: object, json_signature: str, token: str | None = None) -> Any:
        members = {"openid": openid, "json_string": json_string, "json_signature": json_signature}
        return self.post(f"{VERIFY}?access_token={token or self.token}", members)

    def check(self, openid: str, signature: str, *, is_encoded: bool = False) -> Any:
        query = {"access_token": self.token, "openid": openid, "sig_method": "hmac_sha256"}
        signed = signature if is_encoded else quote(signature, safe="")
        return self.send("GET", f"/wxa/checksession?{urlencode(query)}&signature={signed}", None)

    def latest(self) -> str:
        """The rid of the latest exchange of this app, which an answer need not tell."""
        return self.send("GET", "/emulator/v1/exchanges?limit=1", None)["exchanges"][0]["rid"]


@dataclass(frozen=True)
class Classic:
    """One mistake.

    :param make: makes it; what it returns is of no interest.
    :param name: by which it must be explained.
    """

    line: int
    title: str
    make: Callable[[Server], object]
    name: str


def digest(key: bytes | str, message: bytes | str = b"") -> bytes:
    key, message = (part.encode() if isinstance(part, str) else part for part in (key, message))
    return hmac.new(key, message, hashlib.sha256).digest()


def with_confirmation(change: Callable[[str, str], tuple[object, str]], **phone: str) -> Callable[[Server], object]:
    """Verify a confirmation after something was done to its text or signature."""

    def make(server: Server) -> object:
        held = server.phone(**phone)
        return server.verify(held["openid"], *change(*server.confirmed(held)))

    return make


def with_signature(sign: Callable[[str, str], str], *, is_encoded: bool = False) -> Callable[[Server], object]:
    """Check a session with a signature that is made of the session_key and the openid."""

    def make(server: Server) -> object:
        held = server.phone()
        return server.check(held["openid"], sign(server.session(held), held["openid"]), is_encoded=is_encoded)

    return make


def replaced_session(server: Server) -> object:
    held = server.phone()
    former = server.session(held)
    server.session(held)
    return server.check(held["openid"], digest(former).hex())


def two_services(server: Server) -> object:
    token = server.plain_token()
    server.plain_token()
    server.post("/emulator/v1/clock/advance", {"seconds": 301})
    return server.verify("oAnybody", "{}", "AAAA", token=token)


def forbidden_api(server: Server) -> object:
    """An app without the permission."""
    place = f"/emulator/v1/apps/{server.appid}"
    server.send("PATCH", place, json.dumps({"unauthorized": ["soter.verifySignature"]}).encode())
    answer = server.verify("oAnybody", "{}", "AAAA")
    server.send("PATCH", place, json.dumps({"unauthorized": []}).encode())
    return answer


def outage(server: Server) -> object:
    server.post("/emulator/v1/faults", {"api": "soter.verifySignature", "reply": {"is_ok": False}, "times": 1})
    held = server.phone()
    return server.verify(held["openid"], *server.confirmed(held))


def unstated_salt(server: Server) -> object:
    """A phone that signs with 32 bytes of salt, where its text states none and so 20 are expected."""
    held = server.phone("android")
    server.post(f"/phone/v1/phones/{held['phoneId']}/override", {"wrongSalt": True})
    return server.verify(held["openid"], *server.confirmed(held))


def token_in_body(server: Server) -> object:
    return server.post(
        VERIFY, {"access_token": server.token, "openid": "o", "json_string": "{}", "json_signature": "A"}
    )


def form_body(server: Server) -> object:
    form = urlencode({"openid": "o", "json_string": "{}", "json_signature": "A"}).encode()
    return server.send("POST", f"{VERIFY}?access_token={server.token}", form)


CLASSIC = (
    Classic(
        1,
        "json_string parsed and dumped again",
        with_confirmation(lambda text, signature: (json.dumps(json.loads(text)), signature)),
        "json_string_reserialised",
    ),
    Classic(2, "is_ok false without a reason, server side", outage, "server_side"),
    Classic(
        3,
        "json_string sent as an object",
        with_confirmation(lambda text, signature: (json.loads(text), signature)),
        "json_string_object",
    ),
    Classic(3, "no permission for the API", forbidden_api, "api_unauthorized"),
    Classic(
        4, "an openid of nobody's", lambda server: server.verify("YOUR_OPENID", "{}", "AAAA"), "openid_placeholder"
    ),
    Classic(
        5,
        "rawData signed with SHA1",
        with_signature(lambda key, _: hashlib.sha1(f'{{"nickName":"Ann"}}{key}'.encode()).hexdigest()),
        "sha1_of_raw_data",
    ),
    Classic(
        6,
        "HMAC arguments swapped",
        with_signature(lambda key, _: digest(b"", key).hex()),
        "hmac_arguments_swapped",
    ),
    Classic(
        7,
        "base64 of the hex",
        with_signature(lambda key, _: base64.b64encode(digest(key).hex().encode()).decode()),
        "digest_hex_in_base64",
    ),
    Classic(
        8,
        "session_key base64-decoded first",
        with_signature(lambda key, _: digest(base64.b64decode(key)).hex()),
        "session_key_decoded",
    ),
    Classic(
        8,
        "the word session_key as the key",
        with_signature(lambda *_: digest("session_key").hex()),
        "session_key_literal",
    ),
    Classic(8, "another body signed", with_signature(lambda key, _: digest(key, "{}").hex()), "body_signed"),
    Classic(8, "session_key replaced by another login", replaced_session, "session_key_replaced"),
    Classic(9, "two services that each fetch the token", two_services, "token_replaced"),
    Classic(10, "access_token in the body", token_in_body, "token_in_body"),
    Classic(11, "a form as the body", form_body, "body_form_encoded"),
    Classic(12, "32 bytes of salt, as some Huawei phones have", unstated_salt, "salt_length"),
)
"""Line by line; some lines name several."""
