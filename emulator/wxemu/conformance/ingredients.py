"""What requests are made of: credentials, what answers gave, what a phone gave, and what follows from these.

Every value is remembered, so that none stands in a report.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import re
import time
import zipfile
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from wxemu.core.credentials import STRUCK_OUT, strike_out

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROBE: Final = "wxemuProbe"
"""The name of the function that is deployed and taken away."""
OLD_RID_SECONDS: Final = 8 * 24 * 3600
FROM_THE_FILE: Final = {
    "appid": "WX_APPID",
    "secret": "WX_SECRET",
    "access_token": "WX_ACCESS_TOKEN",
    "env": "TCB_ENV",
    "region": "TENCENTCLOUD_REGION",
    "secret_id": "TENCENTCLOUD_SECRETID",
    "secret_key": "TENCENTCLOUD_SECRETKEY",
    "session_token": "TENCENTCLOUD_SESSIONTOKEN",
    "api_key": "CLOUDBASE_APIKEY",
    "ended_openid": "WX_ENDED_OPENID",
    "ended_session_key": "WX_ENDED_SESSION_KEY",
}
"""Ingredients by the variables of the env file that give them."""
FROM_THE_PHONE: Final = {
    "code": "login.code",
    "code2": "loginAgain.code",
    "json_string": "soter.resultJSON",
    "json_signature": "soter.resultJSONSignature",
}
"""Ingredients by their places in the text that a phone gives."""
_ADDRESS: Final = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")
_NOT_SECRET: Final = ("region",)
_SHORTEST_SECRET: Final = 6
"""Characters; a shorter value would be struck out of texts that only look like it."""


def _signature(have: Mapping[str, str], body: str, key: str = "session_key") -> str:
    return hmac.new(have[key].encode(), body.encode(), hashlib.sha256).hexdigest()


def _zip(_have: Mapping[str, str]) -> str:
    folder, content = files(__package__) / "probe", io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("index.py", "config.json"):
            archive.writestr(zipfile.ZipInfo(name), (folder / name).read_text(encoding="utf-8"))
    return base64.b64encode(content.getvalue()).decode()


def _bytes(have: Mapping[str, str]) -> bytes:
    return base64.b64decode(have["json_signature"])


def _stray_bits(have: Mapping[str, str]) -> str:
    """The same bytes by another text: 256 of them leave four bits of the last character unused."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    text = have["json_signature"].rstrip("=")
    return text[:-1] + alphabet[alphabet.index(text[-1]) + 1] + have["json_signature"][len(text) :]


def _pairs(count: int) -> str:
    return json.dumps({"kv_list": [{"key": f"wxemu{number}", "value": "1"} for number in range(count)]})


MADE: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Mapping[str, str]], str]]]] = {
    "signature": (("session_key",), lambda have: _signature(have, "")),
    "signature_upper": (("session_key",), lambda have: _signature(have, "").upper()),
    "old_signature": (("session_key", "new_session_key"), lambda have: _signature(have, "")),
    "ended_signature": (("ended_session_key",), lambda have: _signature(have, "", "ended_session_key")),
    "body_signature": (("session_key",), lambda have: _signature(have, have.get("body", ""))),
    "json_string_space": (("json_string",), lambda have: f"{have['json_string']} "),
    "signature_line_end": (("json_signature",), lambda have: f"{have['json_signature']}\n"),
    "signature_space": (("json_signature",), lambda have: f" {have['json_signature']}"),
    "signature_unpadded": (("json_signature",), lambda have: have["json_signature"].rstrip("=")),
    "signature_padded": (("json_signature",), lambda have: f"{have['json_signature']}="),
    "signature_stray_bits": (("json_signature",), _stray_bits),
    "signature_longer": (("json_signature",), lambda have: base64.b64encode(b"\0" + _bytes(have)).decode()),
    "unknown_token": ((), lambda _have: f"10_{'x' * 133}"),
    "unknown_openid": ((), lambda _have: f"o{'0' * 27}"),
    "unknown_secret": ((), lambda _have: "0" * 32),
    "hex64": ((), lambda _have: "0" * 64),
    "b1001": ((), lambda _have: "b" * 1001),
    "key129": ((), lambda _have: "k" * 129),
    "value1025": ((), lambda _have: "v" * 1025),
    "chinese400": ((), lambda _have: "字" * 400),
    "pairs129": ((), lambda _have: _pairs(129)),
    "unknown_rid": ((), lambda _have: f"{int(time.time()):08x}-00000000-00000000"),
    "old_rid": ((), lambda _have: f"{int(time.time()) - OLD_RID_SECONDS:08x}-00000000-00000000"),
    "probe": ((), lambda _have: PROBE),
    "probe_zip": ((), _zip),
    "nested": ((), lambda _have: "[" * 5000 + "]" * 5000),
}
"""Ingredients by what they are made of; ``body`` is the body of the same request."""


@dataclass
class Ingredients:
    """What there is so far.

    :param phone: gives the text of a phone, read when the first question needs it; ``None`` where there is none.
    """

    values: dict[str, str] = field(repr=False)
    phone: Callable[[], Mapping[str, Any] | None] = lambda: None
    _seen: set[str] = field(default_factory=set, repr=False)
    _told: Mapping[str, Any] | None = field(default=None, repr=False)
    _is_asked: bool = False

    def __post_init__(self) -> None:
        self._seen |= {value for name, value in self.values.items() if name not in _NOT_SECRET}

    def keep(self, name: str, value: object) -> None:
        """Have a value that an answer gave."""
        if isinstance(value, str) and value:
            self.values[name] = value
            self._seen.add(value)

    def told_by_phone(self) -> Mapping[str, Any] | None:
        """What the phone told."""
        if not self._is_asked:
            self._is_asked, self._told = True, self.phone()
            for name, place in FROM_THE_PHONE.items():
                owner, _, member = place.partition(".")
                self.keep(name, ((self._told or {}).get(owner) or {}).get(member))
        return self._told

    def missing(self, names: frozenset[str]) -> set[str]:
        """Those of these that there are not, which is when the phone is asked for its own."""
        basic = {part for name in names for part in (MADE[name][0] if name in MADE else (name,))}
        if basic & {"phone", *FROM_THE_PHONE}:
            self.told_by_phone()
        there = {*self.values, *(() if self._told is None else ("phone",))}
        return basic - there

    def of(self, names: frozenset[str], body: str = "") -> dict[str, str]:
        """The values for a request."""
        have = {**self.values, "body": body}
        return {**have, **{name: MADE[name][1](have) for name in names if name in MADE}}

    def strike_out(self, text: str) -> str:
        """A text for a report: without any value that is anybody's, in whatever way it is written in it."""
        text = strike_out(text)
        for value in sorted(self._seen, key=len, reverse=True):
            if len(value) >= _SHORTEST_SECRET:
                for form in {
                    value,
                    quote(value, safe=""),
                    json.dumps(value)[1:-1],
                    json.dumps(json.dumps(value))[3:-3],
                }:
                    text = text.replace(form, STRUCK_OUT)
        return _ADDRESS.sub(STRUCK_OUT, text)
