"""Login tokens of one's own, for clients that do not come by a mini program's cloud call.

In a cloud call the platform says who calls. A client that reaches a function in another way (an app, a web page, a
server of one's own) proves who it is by a token that it was given after `login`. The token is 256 random bits; what is
stored is its hash, so that who reads the store can log in as nobody.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from wxcloud.errors import InvalidParameter
from wxcloud.store import TOKENS

if TYPE_CHECKING:
    from wxcloud.store import Store

LOGIN_SECONDS = 30 * 86_400.0
RANDOM_BYTES = 32
LONGEST_TOKEN = 256


@dataclass(frozen=True)
class LoginToken:
    """A token for one user's client, which keeps it; `expires_in` are seconds."""

    token: str = field(repr=False)
    expires_in: int


class LoginTokens:
    """`cloud.of(context).login_tokens`. Every method raises StoreFailure when the store cannot be used."""

    def __init__(self, store: Callable[[], Store], *, appid: str, clock: Callable[[], float]) -> None:
        self._store = store
        self._appid = appid
        self._clock = clock

    def issue(self, openid: str, *, seconds: float = LOGIN_SECONDS) -> LoginToken:
        """A new token for this user; others that were issued before stay good."""
        if not openid or seconds <= 0:
            raise InvalidParameter("a login token is for an openid, and for a time above 0 seconds")
        token = secrets.token_urlsafe(RANDOM_BYTES)
        now = self._clock()
        if not self._store().insert(TOKENS, self._row_id(token), openid, now=now, expires_at=now + seconds):
            raise AssertionError("256 random bits came twice")
        return LoginToken(token, expires_in=int(seconds))

    def check(self, token: object) -> str | None:
        """The openid that a token was issued to; None when it is unknown, expired or revoked."""
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
            return None
        row = self._store().find(TOKENS, self._row_id(token))
        if row is None or row.used_by or row.expires_at <= self._clock():
            return None
        return row.value

    def revoke(self, token: str) -> None:
        """Log this client out; an unknown token is none already."""
        self._store().consume(TOKENS, self._row_id(token), now=self._clock())

    def _row_id(self, token: str) -> str:
        return hashlib.sha256(f"{self._appid}|{token}".encode("utf-8", "surrogatepass")).hexdigest()
