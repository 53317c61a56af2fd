"""A SOTER confirmation that counts once: the challenge that was given out, its single use, the counter that grows.

WeChat checks the signature and nothing else [doc]. The other half is the relying party's duty, and is done here:
`issue_challenge` before `wx.startSoterAuthentication`, `confirm` with what it returned.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable

from wxcloud.errors import BadAnswer, InvalidParameter
from wxcloud.store import CHALLENGES, COUNTERS

if TYPE_CHECKING:
    from wxcloud.store import Store

CHALLENGE_UNKNOWN = "challenge_unknown"
CHALLENGE_EXPIRED = "challenge_expired"
CHALLENGE_USED = "challenge_used"
CHALLENGE_MISMATCH = "challenge_mismatch"
COUNTER_REPLAYED = "counter_replayed"
SIGNATURE_INVALID = "signature_invalid"
REASONS = (
    CHALLENGE_UNKNOWN,
    CHALLENGE_EXPIRED,
    CHALLENGE_USED,
    CHALLENGE_MISMATCH,
    COUNTER_REPLAYED,
    SIGNATURE_INVALID,
)

CHALLENGE_SECONDS = 300.0
PAY, PAY_SECONDS = "pay", 120.0
RANDOM_BYTES = 32
LONGEST_PURPOSE = 64
LARGEST_PAYLOAD = 16_384
"""Bytes of a payload's JSON."""
LARGEST_COUNTER = 2**53 - 1
"""Beyond it a store that counts in doubles is not exact."""


@dataclass(frozen=True)
class Challenge:
    """What `wx.startSoterAuthentication` takes as its challenge; `expires_in` are seconds."""

    challenge: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True)
class Confirmation:
    """One genuine confirmation, which no later call can repeat.

    `payload` is what the challenge was issued for. `cpu_id` names the phone's TEE, `counter` its count, `fid` the
    finger or face on it (None on iOS); `time` is the Unix time, in seconds, at which it was accepted.
    """

    openid: str
    purpose: str
    payload: Any
    cpu_id: str
    counter: int
    fid: str | None
    time: float


class NotConfirmed(Exception):
    """The confirmation does not count; `reason` is one of REASONS. It tells why to us, and nothing to a forger."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Soter:
    """`cloud.of(context).soter`: challenges and confirmations of one caller.

    `verify` asks WeChat: `verify(openid=..., jsonString=..., jsonSignature=...)` -> `{"isOk": ...}`.
    """

    def __init__(
        self,
        store: Callable[[], Store],
        *,
        appid: str,
        verify: Callable[..., dict[str, Any]],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._appid = appid
        self._verify = verify
        self._clock = clock

    def issue_challenge(self, *, openid: str, purpose: str, payload: Any = None) -> Challenge:
        """A challenge for one confirmation by this user, for this purpose, of this payload (an order, an amount).

        It lives five minutes, two for the purpose "pay", and is kept as a hash.
        Raises InvalidParameter, or StoreFailure.
        """
        check_purpose(purpose)
        bound = _json_text({"openid": openid, "purpose": purpose, "payload": payload})
        seconds = PAY_SECONDS if purpose == PAY else CHALLENGE_SECONDS
        challenge = secrets.token_urlsafe(RANDOM_BYTES)
        now = self._clock()
        if not self._store().insert(CHALLENGES, self._row_id(challenge), bound, now=now, expires_at=now + seconds):
            raise AssertionError("256 random bits came twice")
        return Challenge(challenge, expires_in=int(seconds))

    def confirm(self, *, openid: str, purpose: str, json_string: str, json_signature: str) -> Confirmation:
        """The confirmation that `wx.startSoterAuthentication` returned as resultJSON and resultJSONSignature.

        In this order: the challenge is known, not expired, not used, of this user and purpose; it is marked as used,
        before WeChat is asked; WeChat finds the signature genuine; the phone's counter has grown. So a failure after
        the mark costs the challenge, and no two calls are ever accepted for one.

        Raises NotConfirmed with its reason; InvalidParameter; StoreFailure; or as `openapi.soter.verifySignature`.
        """
        check_purpose(purpose)
        store, now = self._store(), self._clock()
        challenge = _member(_parsed(json_string), "raw", str) or ""
        row_id = self._row_id(challenge)
        row = store.find(CHALLENGES, row_id)
        if row is None:
            raise NotConfirmed(CHALLENGE_UNKNOWN)
        if row.used_by:
            raise NotConfirmed(CHALLENGE_USED)
        if row.expires_at <= now:
            raise NotConfirmed(CHALLENGE_EXPIRED)
        bound = json.loads(row.value)
        if (bound["openid"], bound["purpose"]) != (openid, purpose):
            raise NotConfirmed(CHALLENGE_MISMATCH)
        if not store.consume(CHALLENGES, row_id, now=now):
            raise NotConfirmed(CHALLENGE_USED)
        is_ok = self._verify(openid=openid, jsonString=json_string, jsonSignature=json_signature).get("isOk")
        if not isinstance(is_ok, bool):
            raise BadAnswer("soter.verifySignature must answer is_ok as true or false")
        if not is_ok:
            raise NotConfirmed(SIGNATURE_INVALID)
        return self._counted(bound, _parsed(json_string), now)

    def _counted(self, bound: dict[str, Any], signed: dict[str, Any], now: float) -> Confirmation:
        """The counter is the client's word until the signature is verified, so it is kept only now."""
        cpu_id, counter = _member(signed, "cpu_id", str), _member(signed, "counter", int)
        if not cpu_id or counter is None or not 0 < counter <= LARGEST_COUNTER:
            raise NotConfirmed(SIGNATURE_INVALID)
        if not self._store().advance(COUNTERS, _hash(f"{self._appid}|{cpu_id}"), counter):
            raise NotConfirmed(COUNTER_REPLAYED)
        return Confirmation(
            openid=bound["openid"],
            purpose=bound["purpose"],
            payload=bound["payload"],
            cpu_id=cpu_id,
            counter=counter,
            fid=_member(signed, "fid", str),
            time=now,
        )

    def _row_id(self, challenge: str) -> str:
        return _hash(f"{self._appid}|{challenge}")


def check_purpose(purpose: object) -> None:
    """Raise InvalidParameter unless this is a short text."""
    if not isinstance(purpose, str) or not 0 < len(purpose) <= LONGEST_PURPOSE or not purpose.isprintable():
        raise InvalidParameter(f"purpose must be a text of 1 to {LONGEST_PURPOSE} characters, such as pay")


def _json_text(value: dict[str, Any]) -> str:
    try:
        text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise InvalidParameter("payload must have a form in JSON") from None
    if len(text) > LARGEST_PAYLOAD:
        raise InvalidParameter(f"payload must be at most {LARGEST_PAYLOAD} bytes of JSON")
    return text


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Twice
    return members


def _parsed(json_string: str) -> dict[str, Any]:
    """A copy of the signed text, to be read; an empty one if it is no object, or names a member twice."""
    try:
        value = json.loads(json_string, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _member(signed: dict[str, Any], name: str, kind: type) -> Any:
    value = signed.get(name)
    return value if type(value) is kind else None


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
