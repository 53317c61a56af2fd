"""The signature of a call to CloudBase's gateway.

It is not quite that of Tencent Cloud API v3: the request line is "post" and the whole address, header values are in
lower case, and the payload is the list of parameters, not the body.
Source: @cloudbase/signature-nodejs 2.2.0, lib/signer.js; recorded requests of @cloudbase/node-sdk 3.18.3.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

ALGORITHM = "TC3-HMAC-SHA256"
SERVICE, TERMINATOR = "tcb", "tc3_request"


@dataclass(frozen=True)
class Credentials:
    """The temporary key pair of a function's role, and its `session_token`; a permanent pair has an empty one."""

    secret_id: str = field(repr=False)
    secret_key: str = field(repr=False)
    session_token: str = field(repr=False)


def authorization(
    credentials: Credentials,
    *,
    url: str,
    headers: Mapping[str, str],
    parameters: Mapping[str, Any],
    timestamp: int,
) -> str:
    """The `Authorization` header of a POST.

    Parameters
    ----------
    url
        The address with its query, as it is sent.
    headers
        The headers to sign, `Host` and `Content-Type` among them.
    parameters
        The members of the JSON body. One that is no string is signed as JSON.stringify writes it; empty ones are
        neither signed nor listed.
    timestamp
        Unix time in seconds; the header `X-Timestamp` repeats it.

    """
    signed_headers = {name.lower(): _header(name, value) for name, value in sorted(headers.items(), key=_lower)}
    texts = {name.lower(): _text(value) for name, value in sorted(parameters.items(), key=_lower)}
    signed_parameters = {name: value for name, value in texts.items() if value}
    payload = "".join(f"&{name}={value}\r\n" for name, value in signed_parameters.items())
    request = "\n".join(
        [
            "post",
            url.partition(":")[2].partition("?")[0],
            urlsplit(url).query,
            *(f"{name}:{value}" for name, value in signed_headers.items()),
            "",
            ";".join(signed_headers),
            _sha256(payload),
        ]
    )
    date = datetime.fromtimestamp(timestamp, timezone.utc).strftime("%Y-%m-%d")
    scope = f"{date}/{SERVICE}/{TERMINATOR}"
    to_sign = f"{ALGORITHM}\n{timestamp}\n{scope}\n{_sha256(request)}"
    key = f"TC3{credentials.secret_key}".encode()
    for part in (date, SERVICE, TERMINATOR):
        key = _hmac(key, part)
    return (
        f"{ALGORITHM} Credential={credentials.secret_id}/{scope}, SignedParams={';'.join(signed_parameters)}, "
        f"SignedHeaders={';'.join(signed_headers)}, Signature={_hmac(key, to_sign).hex()}"
    )


def _header(name: str, value: str) -> str:
    return value if name.lower() == "content-type" else value.strip().lower()


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lower(item: tuple[str, Any]) -> str:
    return item[0].lower()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
