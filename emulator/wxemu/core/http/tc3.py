"""TC3-HMAC-SHA256: how Tencent Cloud's clients prove that a request is theirs.

Tencent Cloud's API v3 and CloudBase's own variant share the header, the chain of keys and this check; what exactly is
signed, the canonical request, is each face's own matter.

SignatureError
├── MalformedSignatureError    no signature, or one that cannot be read
├── UnknownSecretIdError       nobody has these credentials
├── ExpiredSignatureError      signed too long ago, or for a time too far ahead
└── WrongSignatureError        another key, or another request than was signed
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from wxemu.core import apps

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World

ALGORITHM: Final = "TC3-HMAC-SHA256"
DAY: Final = 24 * 3600
_HEADER: Final = re.compile(
    rf"{ALGORITHM} +Credential=(?P<secret_id>[^/,\s]+)/(?P<date>\d{{4}}-\d\d-\d\d)/(?P<service>[^/,\s]+)/tc3_request,"
    r"(?: *SignedParams=(?P<params>[^,\s]*),)? *SignedHeaders=(?P<headers>[^,\s]+), *Signature=(?P<signature>\S+)",
    re.ASCII,
)
_TIMESTAMP: Final = re.compile(r"\d{1,10}", re.ASCII)


class SignatureError(Exception):
    """A request that does not prove whose it is."""


class MalformedSignatureError(SignatureError):
    """There is no signature, or none that can be read."""


class UnknownSecretIdError(SignatureError):
    """Nobody has these credentials."""


class ExpiredSignatureError(SignatureError):
    """The request was signed too long ago, or for a time too far ahead."""


class WrongSignatureError(SignatureError):
    """Another key signed, or another request was signed."""


@dataclass(frozen=True)
class Authorization:
    """An ``Authorization`` header of TC3.

    :param date: the day it was signed for, ``YYYY-MM-DD`` in UTC.
    :param signed_params: names of the body's signed parameters, which only CloudBase's variant tells.
    """

    secret_id: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signed_params: tuple[str, ...]
    signature: str = field(repr=False)

    @classmethod
    def parse(cls, header: str) -> Self:
        """Read the header.

        :raises MalformedSignatureError: it is no header of TC3.
        """
        match = _HEADER.fullmatch(header.strip())
        if match is None:
            raise MalformedSignatureError(f"expected Authorization: {ALGORITHM} Credential=..., SignedHeaders=...")
        return cls(
            match["secret_id"],
            match["date"],
            match["service"],
            tuple(match["headers"].split(";")),
            tuple(filter(None, (match["params"] or "").split(";"))),
            match["signature"],
        )


def timestamp(header: str) -> int:
    """Unix seconds from a header.

    :raises MalformedSignatureError: it is no such number.
    """
    if _TIMESTAMP.fullmatch(header) is None:
        raise MalformedSignatureError(f"expected a timestamp in Unix seconds, got {header[:20]!r}")
    return int(header)


def sign(secret_key: str, canonical_request: str, *, at: int, service: str) -> str:
    """The signature, in lower hex, of a canonical request at Unix second ``at`` [doc]."""
    scope = _scope(at // DAY, service)
    string_to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{sha256(canonical_request.encode())}"
    signing = _key(secret_key, scope).copy()
    signing.update(string_to_sign.encode())
    return signing.hexdigest()


@lru_cache(maxsize=16)  # this one and the next are the same for a whole day
def _scope(day: int, service: str) -> str:
    date = datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
    return f"{date}/{service}/tc3_request"


@lru_cache(maxsize=16)
def _key(secret_key: str, scope: str) -> hmac.HMAC:
    """What has the key and no text yet; to be copied."""
    key = f"TC3{secret_key}".encode()
    for link in scope.split("/"):
        key = hmac.digest(key, link.encode(), hashlib.sha256)
    return hmac.new(key, digestmod=hashlib.sha256)


def authenticate(
    world: World, authorization: Authorization, canonical_request: str, *, at: int, service: str, life: float
) -> App:
    """The app whose Tencent Cloud credentials signed the request.

    :param canonical_request: of the request as it came, over what the authorization says is signed.
    :param at: when it says it was signed, in Unix seconds.
    :param service: which Tencent Cloud service is asked, whatever the authorization says.
    :param life: seconds that a signature is good for.
    :raises SignatureError: as the tree above.
    """
    app = credentials_of(world, authorization.secret_id)
    check_time(world, at, life=life)
    if not is_same(sign(app.secret_key, canonical_request, at=at, service=service), authorization.signature):
        raise WrongSignatureError("the signature is not that of this request with this secret key")
    return app


def credentials_of(world: World, secret_id: str) -> App:
    """The app that has these credentials.

    :raises UnknownSecretIdError: none has.
    """
    app = apps.find_by_secret_id(world, secret_id)
    if app is None:
        raise UnknownSecretIdError(f"nobody has the secret id {secret_id[:60]!r}")
    return app


def check_time(world: World, at: float, *, life: float) -> None:
    """Refuse a request from long ago, or from a time to come.

    :raises ExpiredSignatureError: the signer's clock and ours are more than ``life`` seconds apart.
    """
    if not world.clock.agrees(at, within=life):
        raise ExpiredSignatureError(f"signed at {at:.0f}, which is more than {life:.0f} s from {world.clock.now():.0f}")


def is_same(expected: str, presented: str) -> bool:
    """Whether two signatures are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(expected.encode(), presented.encode())


def sha256(content: bytes) -> str:
    """Lower hex."""
    return hashlib.sha256(content).hexdigest()
