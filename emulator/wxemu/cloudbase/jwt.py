"""JSON Web Tokens as far as needed here: claims signed with HMAC-SHA256, in the compact form of RFC 7515.

InvalidJwtError
    The text is no token that this key has signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADER: Final = {"alg": "HS256", "typ": "JWT"}


class InvalidJwtError(ValueError):
    """The text is no token that this key has signed; it is never told, it may be somebody's credential."""

    def __init__(self) -> None:
        super().__init__("the signature is not one of this key")


def sign(claims: Mapping[str, Any], *, key: bytes) -> str:
    """``header.claims.signature``, each in base64url without padding."""
    signed = f"{_encode(_as_json(_HEADER))}.{_encode(_as_json(claims))}"
    return f"{signed}.{_signature(signed, key)}"


def verify(token: str, *, key: bytes) -> dict[str, Any]:
    """The claims of a token; whether its time has come or gone is for the caller to judge.

    The header is covered by the signature and never obeyed: a token cannot choose how it is verified.

    :raises InvalidJwtError: another form, another key, or changed since.
    """
    signed, _, signature = token.rpartition(".")
    # As texts, so that a second spelling of the same bytes is another signature.
    if not hmac.compare_digest(_signature(signed, key).encode(), _as_bytes(signature)):
        raise InvalidJwtError
    claims = signed.partition(".")[2]
    verified: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return verified


def _signature(signed: str, key: bytes) -> str:
    return _encode(hmac.digest(key, _as_bytes(signed), hashlib.sha256))


def _as_bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")  # JSON can spell half a pair, and anything may be presented


def _as_json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
