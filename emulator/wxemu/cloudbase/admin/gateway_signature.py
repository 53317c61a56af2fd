"""How an SDK signs a call to the gateway, in the two ways that there have been.

node-sdk 2 and 3 use TC3 over a canonical request of their own [src: @cloudbase/signature-nodejs 1.0.0-beta and 2.2.0,
lib/signer.js]; tcb-admin-node, which is inside wx-server-sdk 0.x and 1.x, uses COS's older signature and carries it in
the body [src: tcb-admin-node 1.23, src/utils/auth.js].
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote

from wxemu.core.http import tc3 as signatures
from wxemu.core.http.tc3 import Authorization, MalformedSignatureError, WrongSignatureError
from wxemu.core.text import is_text, replace_lone_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World

LIFE: Final = 600
"""Seconds that a signature is good for: what every SDK writes into X-Signature-Expires, which nothing signs."""
MULTIPART: Final = "multipart/form-data"
WHITESPACE: Final = "".join(
    map(chr, (*range(9, 14), 32, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF))
)
"""What JavaScript's trim takes away, which is not what Python's strip does."""
ADDED_AFTERWARDS: Final = frozenset({"authorization", "sessiontoken", "sdk_version"})
"""Parameters, in lower case, that tcb-admin-node adds when it has signed; and requestData, where that is a Buffer."""
_UNSIGNED_IN_FORM: Final = ADDED_AFTERWARDS | {"requestdata"}
FORM_ACTIONS: Final = ("wx.openApi", "wx.wxPayApi")


@dataclass(frozen=True)
class SignedRequest:
    """A request as its signature sees it.

    :param header: gives a header by its name in whatever case, empty without it.
    :param parameters: the body's, as ``gateway_wire.Call`` has them; so ``values``.
    """

    path: str
    query: str
    header: Callable[[str], str] = field(repr=False)
    parameters: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, Any] = field(repr=False)

    def to_be_signed(self) -> dict[str, Any]:
        """The parameters that every version signs."""
        return {name: value for name, value in self.parameters.items() if name.lower() not in self.unsigned}

    @property
    def unsigned(self) -> frozenset[str]:
        """Names in lower case that some version does not sign."""
        return _UNSIGNED_IN_FORM if self.values.get("action") in FORM_ACTIONS else ADDED_AFTERWARDS

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        """The values as they are signed."""
        return {name: _value(value) for name, value in self.values.items()}


def authenticate(world: World, request: SignedRequest) -> App:
    """The app whose credentials signed the request.

    :raises SignatureError: it is not signed, or not so.
    """
    if "authorization" in request.values:
        return _authenticate_cos(world, request, request.values["authorization"])
    authorization = Authorization.parse(request.header("Authorization"))
    names = {name for name, content in request.contents.items() if content} - request.unsigned
    if not names.issubset(authorization.signed_params):  # stricter than need be [inferred]: no SDK leaves any out
        raise WrongSignatureError("the body has parameters that are not signed")
    return signatures.authenticate(
        world,
        authorization,
        canonical_request(request, authorization),
        at=signatures.timestamp(request.header("X-Timestamp")),
        service="tcb",
        life=LIFE,
    )


def canonical_request(request: SignedRequest, authorization: Authorization) -> str:
    """What node-sdk signs: not the body, but the parameters that the header names, each by itself."""
    names = authorization.signed_headers
    headers = "".join([f"{name}:{_header(name, request.header(name))}\n" for name in names])
    url = f"//{request.header('Host')}{request.path}"
    payload = _payload(request.contents, authorization.signed_params)
    return "\n".join(["post", url, request.query, headers, ";".join(names), signatures.sha256(payload)])


def _header(name: str, value: str) -> str:
    if name == "content-type":  # the boundary is not known when it signs
        return MULTIPART if value.startswith(MULTIPART) else value
    return value.strip(WHITESPACE).lower()


def _payload(contents: Mapping[str, bytes], names: tuple[str, ...]) -> bytes:
    """Empty values are skipped by every version; the older one lists them all the same."""
    signed = [(name, content) for name in names if (content := contents.get(name))]
    return b"".join([b"&%b=%b\r\n" % (name.encode(), content) for name, content in signed])


def _value(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return _utf8(value.strip(WHITESPACE) if isinstance(value, str) else _stringify(value))


def _stringify(value: object) -> str:
    """As JSON.stringify has it."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError:
        raise MalformedSignatureError("a parameter is nested too deeply") from None


def _utf8(text: str) -> bytes:
    """As Node encodes a string."""
    return replace_lone_surrogates(text).encode()


def _authenticate_cos(world: World, request: SignedRequest, authorization: object) -> App:
    if not isinstance(authorization, str) or not is_text(authorization):
        raise MalformedSignatureError("expected authorization to be a string")
    fields = dict(parse_qsl(authorization, keep_blank_values=True))
    if fields.get("q-sign-algorithm") != "sha1":
        raise MalformedSignatureError("expected authorization q-sign-algorithm=sha1&q-ak=...")
    app = signatures.credentials_of(world, fields.get("q-ak", ""))
    start, _, end = fields.get("q-sign-time", "").partition(";")
    half = (signatures.timestamp(end) - signatures.timestamp(start)) / 2
    signatures.check_time(world, signatures.timestamp(start) + half, life=half)  # from the start to the end
    if not signatures.is_same(_cos(app.secret_key, request, fields), fields.get("q-signature", "")):
        raise WrongSignatureError("the signature is not that of this request with this secret key")
    return app


def _cos(secret_key: str, request: SignedRequest, fields: Mapping[str, str]) -> str:
    headers = {name: request.header(name) for name in fields.get("q-header-list", "").split(";")}
    signed = "\n".join(["post", request.path, _join(request.to_be_signed()), _join(headers), ""])
    key = _sha1(secret_key, fields.get("q-key-time", ""))
    return _sha1(key, f"sha1\n{fields['q-sign-time']}\n{hashlib.sha1(signed.encode()).hexdigest()}\n")  # noqa: S324


def _join(values: Mapping[str, Any]) -> str:
    """Names in the order of their own case, then written in lower case."""
    return "&".join(f"{_quote(name.lower())}={_quote(values[name])}" for name in sorted(values))


def _quote(value: object) -> str:
    text = "" if value is None else value if isinstance(value, (str, bytes)) else _stringify(value)
    return quote(text if isinstance(text, bytes) else _utf8(text), safe="")


def _sha1(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
