"""Good requests of every face, as its clients write them, which are then made hostile."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import mutations
from wire import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random


_TLS: Final = ssl.create_default_context()
APPID: Final = "wx1234567890abcdef"
ENV: Final = "env-demo"
BOUNDARY: Final = "--------------------------018734512098745612346789"
JSON: Final = "application/json"


@dataclass(frozen=True)
class Emulated:
    """What the requests need of an emulator that runs."""

    port: int
    proxy_port: int
    phone_id: str
    access_token: str


def request(method: str, target: str, body: bytes = b"", **headers: str) -> bytes:
    """One request; underscores in the names of ``headers`` stand for hyphens."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def form(members: Mapping[str, str | bytes]) -> bytes:
    """A multipart form."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value if isinstance(value, bytes) else value.encode())
        for name, value in members.items()
    ]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


_VERIFY: Final = {"openid": "oAlice", "json_string": '{"raw":"a"}', "json_signature": "aGVsbG8="}
# CommApiData with two pairs, as wx-server-sdk packs them.
_PROTOBUF: Final = b'\x12\x2a\x0a\x13\x0a\x06openid\x12\x09"oAlice"\x0a\x13\x0a\x06a_text\x12\x09"a text"'


def _wechat(emulated: Emulated) -> list[tuple[str, str, object]]:
    token = f"?access_token={emulated.access_token}"
    session = urlencode({"openid": "oAlice", "signature": "ab" * 32, "sig_method": "hmac_sha256"})
    return [
        ("GET", f"/cgi-bin/token?grant_type=client_credential&appid={APPID}&secret=x", None),
        ("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APPID, "secret": "x"}),
        ("GET", f"/sns/jscode2session?appid={APPID}&secret=x&js_code=081abc&grant_type=authorization_code", None),
        ("POST", f"/cgi-bin/soter/verify_signature{token}", _VERIFY),
        ("GET", f"/wxa/checksession{token}&{session}", None),
        ("GET", f"/wxa/resetusersessionkey{token}&{session}", None),
        ("POST", f"/cgi-bin/openapi/quota/get{token}", {"cgi_path": "/cgi-bin/token"}),
        ("POST", f"/cgi-bin/openapi/rid/get{token}", {"rid": "61725984-6126f6f9-040f19c4"}),
        ("POST", f"/phone/v1/phones/{emulated.phone_id}/login", {}),
        (
            "POST",
            f"/phone/v1/phones/{emulated.phone_id}/startSoterAuthentication",
            {"challenge": "a", "requestAuthModes": []},
        ),
        ("POST", "/phone/v1/phones", {"appid": APPID, "profile": "android"}),
        ("POST", "/emulator/v1/clock/advance", {"seconds": 0}),
        ("GET", "/emulator/v1/exchanges?limit=3&q=a", None),
        ("POST", "/auth/v1/signin/anonymously", {}),
        ("POST", "/v1/functions/ask", {"ask": "a"}),
        ("POST", f"/web?env={ENV}", {"action": "functions.invokeFunction", "function_name": "ask", "env": ENV}),
        (
            "POST",
            f"/admin?env={ENV}",
            {
                "action": "wx.api",
                "apiName": "soter.verifySignature",
                "requestData": json.dumps(_VERIFY),
                "envName": ENV,
            },
        ),
        (
            "POST",
            f"/admin?env={ENV}",
            {"action": "functions.invokeFunction", "function_name": "ask", "request_data": "{}", "envName": ENV},
        ),
        ("POST", "/", {"FunctionName": "ask", "Namespace": ENV}),
    ]


def of_http(random: Random, emulated: Emulated) -> Case:
    """A JSON request of any face: its body's members, its bytes or its framing are changed."""
    method, target, members = random.choice(_wechat(emulated))
    body = b"" if members is None else json.dumps(members).encode()
    change = random.randrange(4)
    if change == 0 and body:
        body = mutations.mutate_json(random, body)
    elif change == 1 and body:
        body = mutations.mutate_bytes(random, body)
    sent = request(method, target, body, Content_Type=JSON, X_TC_Action="GetFunction", X_TC_Version="2018-04-16")
    if change == 2:
        sent = mutations.mutate_head(random, sent)
    if change == 3 or not body:
        sent = mutations.mutate_bytes(random, sent)
    return Case("http", sent, emulated.port)


def of_multipart(random: Random, emulated: Emulated) -> Case:
    """The gateway's form, with its boundaries, names and bytes changed."""
    body = form({"action": "wx.openApi", "apiName": "soter.verifySignature", "envName": ENV, "requestData": _PROTOBUF})
    body = mutations.mutate_bytes(random, body)
    return Case("multipart", _posted_form(body), emulated.port)


def of_protobuf(random: Random, emulated: Emulated) -> Case:
    """The gateway's form, whole, with other bytes as its protobuf message."""
    content = mutations.mutate_bytes(random, _PROTOBUF)
    body = form({"action": "wx.openApi", "apiName": "soter.verifySignature", "envName": ENV, "requestData": content})
    return Case("protobuf", _posted_form(body), emulated.port)


def _posted_form(body: bytes) -> bytes:
    return request("POST", f"/admin?env={ENV}", body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}")


def of_cos(random: Random, emulated: Emulated) -> Case:
    """An upload in one piece or in parts."""
    target = random.choice(("/2026-11-20/abc", "/2026-11-20/abc?uploadId=1&partNumber=1", "/2026-11-20/abc?uploads"))
    method = random.choice(("PUT", "POST"))
    body = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>"
    sign = "q-sign-algorithm=sha1&q-ak=AKIDlocal&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-signature=a"
    return Case("cos", mutations.mutate_bytes(random, request(method, target, body, Authorization=sign)), emulated.port)


def of_forms(random: Random, emulated: Emulated) -> Case:
    """A form of the console's pages, or a link to one of them."""
    page = random.choice(("/clock", "/faults", "/users", "/phones", "/state", "/functions", "/tokens"))
    members = {
        "appid": APPID,
        "seconds": "1",
        "to": "2026-11-20T00:00",
        "api": "*",
        "errcode": "-1",
        "name": "a",
        "openid": "o",
    }
    body = urlencode({name: value for name, value in members.items() if random.random() < 0.7}).encode()
    kind = "application/x-www-form-urlencoded"
    target = f"{page}{random.choice(('', '/add', '/advance', '/set', '/delete', '?lang=zh'))}"
    if random.random() < 0.5:
        return Case("forms", mutations.mutate_bytes(random, request("GET", f"{target}?{body.decode()}")), emulated.port)
    return Case(
        "forms", request("POST", target, mutations.mutate_bytes(random, body), Content_Type=kind), emulated.port
    )


def of_connect(random: Random, emulated: Emulated) -> Case:
    """What a client asks of the proxy, before any TLS."""
    host = random.choice(
        ("api.weixin.qq.com:443", "tcb-api.tencentcloudapi.com:443", "evil.example:443", "127.0.0.1:1", "[::1]:443")
    )
    sent = random.choice(
        (f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n", f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")
    )
    return Case("connect", mutations.mutate_bytes(random, sent.encode()), emulated.proxy_port)


def of_tls(random: Random, emulated: Emulated) -> Case:
    """A TLS hello in a tunnel that the proxy has opened."""
    hello = mutations.mutate_bytes(random, _hello(random.choice(("api.weixin.qq.com", "evil.example", "a" * 60))))
    sent = b"CONNECT api.weixin.qq.com:443 HTTP/1.1\r\nHost: api.weixin.qq.com:443\r\n\r\n" + hello
    return Case("tls", sent, emulated.proxy_port, is_http=False)


def _hello(name: str) -> bytes:
    outgoing = ssl.MemoryBIO()
    beginning = _TLS.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    try:
        beginning.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake that nobody answers goes on")


MUTATORS: Final[Mapping[str, Callable[[Random, Emulated], Case]]] = {
    "http": of_http,
    "multipart": of_multipart,
    "protobuf": of_protobuf,
    "cos": of_cos,
    "forms": of_forms,
    "connect": of_connect,
    "tls": of_tls,
}
