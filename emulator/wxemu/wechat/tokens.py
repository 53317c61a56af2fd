"""The life of access_token: the two kinds, their renewal, and how an unusable one is refused."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.randomness import BASE64URL
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.apps import App
    from wxemu.core.world import World

LIFE: Final = 7200
"""Seconds that a token lives [doc]."""
OVERLAP: Final = 300
"""Seconds that a replaced token still works, and before its end that a stable one is renewed [doc]."""
FORCED_PER_DAY: Final = 20
"""force_refresh calls a day [doc]."""
REMEMBERED: Final = 24 * 3600
"""Seconds for which an ended token is known as one that has ended; the quotas bound how many there are [inferred]."""
FORCED_APART: Final = 30
"""Seconds between two force_refresh calls that both take effect [doc]."""

TOKEN: Final = "token"  # noqa: S105 - a kind, no credential
STABLE_TOKEN: Final = "stable_token"  # noqa: S105
_APIS: Final = {TOKEN: "auth.getAccessToken", STABLE_TOKEN: "auth.getStableAccessToken"}

PLACEHOLDERS: Final = frozenset(
    {"undefined", "null", "None", "ACCESS_TOKEN", "access_token", "[object Object]", "TOKEN"}
)
"""What clients send in place of a token they do not have."""
_FORM = re.compile(r"[0-9]{2,3}_[A-Za-z0-9_-]{100,500}")


@dataclass(frozen=True)
class AccessToken:
    """A token as its endpoint gives it out; ``expires_in`` in seconds."""

    access_token: str = field(repr=False)
    expires_in: int


def issue(world: World, app: App) -> AccessToken:
    """A new token by ``GET /cgi-bin/token``; the one before works for five more minutes [doc]."""
    _replace_latest(world, app, TOKEN, works_for=OVERLAP)
    return _new(world, app, TOKEN)


def issue_stable(world: World, app: App, *, is_forced: bool) -> AccessToken:
    """The stable token: the present one until its last five minutes, or a new one.

    :param is_forced: ``force_refresh``: the present token ends at once; again within 30 s, nothing changes [doc].
    :raises WeChatError: 45009 after 20 forced calls in a day [doc for the number, inferred for the code].
    """
    now = world.clock.now()
    latest = world.store.row(
        "SELECT token, expires_at FROM tokens WHERE appid = ? AND kind = ? AND replaced_at IS NULL AND expires_at > ?",
        app.appid,
        STABLE_TOKEN,
        now,
    )
    if latest is not None and is_forced and _may_force(world, app, now):
        _replace_latest(world, app, STABLE_TOKEN, works_for=0)
        return _new(world, app, STABLE_TOKEN)
    if latest is not None and latest["expires_at"] - now > OVERLAP:
        return AccessToken(latest["token"], int(latest["expires_at"] - now))
    _replace_latest(world, app, STABLE_TOKEN, works_for=OVERLAP)
    return _new(world, app, STABLE_TOKEN)


def _may_force(world: World, app: App, now: float) -> bool:
    row = world.store.row(
        "SELECT count(*) AS calls, max(at) AS latest FROM forced_refreshes WHERE appid = ? AND at > ?",
        app.appid,
        now - 24 * 3600,
    )
    calls, latest = (0, None) if row is None else (row["calls"], row["latest"])
    if latest is not None and now - latest < FORCED_APART:
        return False
    if calls >= FORCED_PER_DAY:
        raise WeChatError(45009)
    world.store.run("DELETE FROM forced_refreshes WHERE appid = ? AND at <= ?", app.appid, now - 24 * 3600)
    world.store.run("INSERT INTO forced_refreshes VALUES (?, ?)", app.appid, now)
    return True


def _replace_latest(world: World, app: App, kind: str, *, works_for: float) -> None:
    now = world.clock.now()
    # A renewed stable token outlives its own end by the overlap; a token that had ended already stays ended.
    world.store.run(
        "UPDATE tokens SET replaced_at = ?, expires_at = max(expires_at, ?)"
        " WHERE appid = ? AND kind = ? AND replaced_at IS NULL AND expires_at > ?",
        now + works_for,
        now + works_for,
        app.appid,
        kind,
        now,
    )


def _new(world: World, app: App, kind: str) -> AccessToken:
    now = world.clock.now()
    token = f"{10 + int(now) // LIFE % 90}_{world.randomness.text(133, BASE64URL)}"
    world.store.run("DELETE FROM tokens WHERE appid = ? AND expires_at <= ?", app.appid, now - REMEMBERED)
    world.store.run("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)", token, app.appid, kind, now, now + LIFE)
    return AccessToken(token, LIFE)


@dataclass(frozen=True)
class IssuedToken:
    """What we show of a token; times in Unix seconds.

    :param replaced_at: when it ends because another one came, or ``None``.
    :param digest: see ``digest``.
    """

    kind: str
    issued_at: float
    expires_at: float
    replaced_at: float | None
    digest: str

    @property
    def api(self) -> str:
        """The openapi that issued it."""
        return _APIS[self.kind]

    def ends_at(self) -> float:
        """When it works no more, be it at its end or because another one came."""
        return self.expires_at if self.replaced_at is None else min(self.expires_at, self.replaced_at)


def list_tokens(world: World, appid: str, *, limit: int) -> list[IssuedToken]:
    """The tokens that an app got last, newest first."""
    rows = world.store.rows("SELECT * FROM tokens WHERE appid = ? ORDER BY issued_at DESC, token LIMIT ?", appid, limit)
    return [_token_of(row) for row in rows]


def _token_of(row: Row) -> IssuedToken:
    return IssuedToken(row["kind"], row["issued_at"], row["expires_at"], row["replaced_at"], digest(row["token"]))


def end(world: World, appid: str, wanted: str) -> IssuedToken | None:
    """Have the app's token with this ``digest`` end now, as at its two hours; ``None`` if none works that has it."""
    now = world.clock.now()
    for row in world.store.rows("SELECT * FROM tokens WHERE appid = ? AND expires_at > ?", appid, now):
        if digest(row["token"]) == wanted:
            world.store.run("UPDATE tokens SET expires_at = ? WHERE token = ?", now, row["token"])
            return replace(_token_of(row), expires_at=now)
    return None


def _describe(token: str) -> str:
    """What our journal may say of something that is no token, in case it is a credential all the same."""
    return token if token in PLACEHOLDERS else f"{len(token)} characters"


def find_by_digest(world: World, appid: str | None, wanted: str | None) -> IssuedToken | None:
    """The app's token with this ``digest``, ended or not."""
    for row in world.store.rows("SELECT * FROM tokens WHERE appid = ?", appid):
        if digest(row["token"]) == wanted:
            return _token_of(row)
    return None


def owner(world: World, token: str | None) -> str | None:
    """The appid that a token was issued to, whether it still works or not; ``None`` for no token of ours."""
    row = None if token is None else world.store.row("SELECT appid FROM tokens WHERE token = ?", token)
    return None if row is None else str(row["appid"])


def digest(token: str) -> str:
    """What tells a token from others, and lets nobody use it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()[:32]


def authorise(world: World, token: str | None) -> App:
    """The app that a presented access_token speaks for.

    :raises WeChatError: 41001 none; 40014 not in a token's form; 40001 unknown or replaced; 42001 at its end [doc;
        which of them when is inferred].
    """
    if not token:
        raise WeChatError(41001)
    if _FORM.fullmatch(token) is None:
        raise WeChatError(40014, value=_describe(token))
    row = world.store.row(
        "SELECT apps.*, expires_at, replaced_at FROM tokens JOIN apps USING (appid) WHERE token = ?", token
    )
    if row is None:
        raise WeChatError(40001)
    now = world.clock.now()
    if row["replaced_at"] is not None and now >= row["replaced_at"]:
        raise WeChatError(40001)
    if now >= row["expires_at"]:
        raise WeChatError(42001)
    return apps.of_row(row)
