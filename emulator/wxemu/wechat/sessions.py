"""Login: the code of wx.login, the session_key it buys, and the signature that proves a session."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wxemu.wechat import users
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.world import World
    from wxemu.wechat.users import User

CODE_LIFE: Final = 300
"""Seconds that a code waits to be used [doc]."""
KEPT_CODES: Final = 10_000
"""Used and unused ones, in all apps."""
KEPT_FORMER: Final = 5
"""Of a user's ended sessions, so many are remembered, to explain a signature that they made."""
SIG_METHOD: Final = "hmac_sha256"
"""The one method of the login-state signature [doc]."""


@dataclass(frozen=True)
class Session:
    """A user's login with one app; times in Unix seconds."""

    appid: str
    openid: str
    session_key: str = field(repr=False)
    issued_at: float
    expires_at: float


@dataclass(frozen=True)
class FormerSession(Session):
    """A session that another one has replaced at ``ended_at``."""

    ended_at: float


@dataclass(frozen=True)
class Code:
    """A code that a phone gave; ``expires_at`` in Unix seconds."""

    appid: str
    openid: str
    expires_at: float
    is_used: bool


def new_code(world: World, *, appid: str, openid: str) -> str:
    """What wx.login gives: 32 characters, good once, for five minutes, in this app [doc]."""
    code = world.randomness.text(32)
    world.store.run(
        "INSERT INTO codes (code, appid, openid, expires_at) VALUES (?, ?, ?, ?)",
        code,
        appid,
        openid,
        world.clock.now() + CODE_LIFE,
    )
    world.store.keep_latest("codes", "expires_at", KEPT_CODES)
    return code


def find_code(world: World, code: str) -> Code | None:
    """What became of a code, or ``None`` if nobody was given it."""
    row = world.store.row("SELECT appid, openid, expires_at, is_used FROM codes WHERE code = ?", code)
    return None if row is None else Code(row["appid"], row["openid"], row["expires_at"], bool(row["is_used"]))


def user_of_code(world: World, *, appid: str, code: str) -> User:
    """Who a code stands for; looking does not use it up.

    :raises WeChatError: 40029 unknown, expired or of another app; 40163 used already; 40226 the user is blocked.
    """
    row = world.store.row("SELECT openid, expires_at, is_used FROM codes WHERE code = ? AND appid = ?", code, appid)
    if row is None:
        raise WeChatError(40029, value=code)
    if row["is_used"]:
        raise WeChatError(40163, value=code)
    if world.clock.now() >= row["expires_at"]:
        raise WeChatError(40029, value=code)
    user = users.require(world, appid, row["openid"])
    if user.is_high_risk:
        raise WeChatError(40226, value=user.openid)
    return user


def log_in(world: World, *, code: str, user: User) -> Session:
    """Use up ``code`` and give its user a session; the one before ends.

    Within ``session_refresh_seconds`` of the last login the session_key stays [doc for that it may, not for how long].
    """
    present = find(world, user.appid, user.openid)
    row = world.store.row("SELECT session_key FROM codes WHERE code = ?", code)
    session_key = row["session_key"] if row is not None and row["session_key"] else _key_of_login(world, present)
    if present is not None and present.session_key == session_key:
        until = world.clock.now() + world.settings.session_idle_seconds
        session = _keep(world, present, expires_at=until)
    else:
        session = start(world, user, session_key=session_key)
    world.store.run("UPDATE codes SET is_used = 1, session_key = ? WHERE code = ?", session.session_key, code)
    return session


def _key_of_login(world: World, present: Session | None) -> str:
    """The session_key that a login brings now: the present one of a session that is fresh, or a new one."""
    if present is not None and world.clock.now() < present.issued_at + world.settings.session_refresh_seconds:
        return present.session_key
    return new_session_key(world)


def key_of_phone(world: World, *, appid: str, openid: str, code: str | None) -> str | None:
    """The session_key with which WeChat encrypts for a phone, or ``None`` if its user is not logged in.

    It is that of the phone's latest code, though no server may have bought it yet: a server often gets the code and the
    encrypted data together.
    """
    session = find(world, appid, openid)
    row = None if code is None else world.store.row("SELECT * FROM codes WHERE code = ?", code)
    if row is None or row["is_used"] or world.clock.now() >= row["expires_at"]:
        return None if session is None else session.session_key
    session_key = str(row["session_key"] or _key_of_login(world, session))
    world.store.run("UPDATE codes SET session_key = ? WHERE code = ?", session_key, code)
    return session_key


def start(world: World, user: User, *, session_key: str) -> Session:
    """A session from now on, with this session_key; the one before ends."""
    now = world.clock.now()
    _remember(world, user.appid, user.openid)
    session = Session(user.appid, user.openid, session_key, now, now + world.settings.session_idle_seconds)
    return _keep(world, session, expires_at=session.expires_at)


def _keep(world: World, session: Session, *, expires_at: float) -> Session:
    kept = replace(session, expires_at=expires_at)
    world.store.run(
        "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)",
        kept.appid,
        kept.openid,
        kept.session_key,
        kept.issued_at,
        kept.expires_at,
    )
    return kept


def _remember(world: World, appid: str, openid: str) -> None:
    """Keep a session that another one replaces among the former ones, of which the latest stay."""
    world.store.run(
        "INSERT OR REPLACE INTO former_sessions SELECT *, ?1 FROM sessions WHERE appid = ?2 AND openid = ?3",
        world.clock.now(),
        appid,
        openid,
    )
    world.store.run(
        "DELETE FROM former_sessions WHERE appid = ?1 AND openid = ?2 AND session_key NOT IN"
        " (SELECT session_key FROM former_sessions WHERE appid = ?1 AND openid = ?2 ORDER BY ended_at DESC LIMIT ?3)",
        appid,
        openid,
        KEPT_FORMER,
    )


def new_session_key(world: World) -> str:
    """24 characters: base64 of 16 bytes [field]."""
    return base64.b64encode(world.randomness.draw(16)).decode()


def find(world: World, appid: str, openid: str) -> Session | None:
    """The session that is valid now, or ``None``."""
    row = world.store.row("SELECT * FROM sessions WHERE appid = ? AND openid = ?", appid, openid)
    if row is None or world.clock.now() >= row["expires_at"]:
        return None
    return _session(row)


def latest(world: World, appid: str, openid: str) -> Session | None:
    """A user's latest session, whether it has ended or not."""
    row = world.store.row("SELECT * FROM sessions WHERE appid = ? AND openid = ?", appid, openid)
    return None if row is None else _session(row)


def of_others(world: World, appid: str, openid: str, *, limit: int) -> list[Session]:
    """The latest sessions of all but one user, those in the same app first."""
    rows = world.store.rows(
        "SELECT * FROM sessions WHERE appid != ?1 OR openid != ?2 ORDER BY appid != ?1 LIMIT ?3", appid, openid, limit
    )
    return [_session(row) for row in rows]


def all_sessions(world: World, appid: str) -> list[Session]:
    """The latest session of each user of an app, whether it has ended or not, by openid."""
    rows = world.store.rows("SELECT * FROM sessions WHERE appid = ? ORDER BY openid", appid)
    return [_session(row) for row in rows]


def _session(row: Row) -> Session:
    return Session(row["appid"], row["openid"], row["session_key"], row["issued_at"], row["expires_at"])


def list_former(world: World, appid: str, openid: str) -> list[FormerSession]:
    """A user's sessions that others have replaced, the latest first."""
    rows = world.store.rows(
        "SELECT * FROM former_sessions WHERE appid = ? AND openid = ? ORDER BY ended_at DESC", appid, openid
    )
    return [FormerSession(**row) for row in rows]


def end(world: World, appid: str, openid: str) -> Session | None:
    """End a user's session now, as WeChat does after days without use; ``None`` if there is none."""
    session = find(world, appid, openid)
    return None if session is None else _keep(world, session, expires_at=world.clock.now())


def touch(world: World, appid: str, openid: str) -> None:
    """The user is active in the mini program: the session lives on [doc: the more often used, the longer it lives]."""
    session = find(world, appid, openid)
    if session is not None:
        _keep(world, session, expires_at=world.clock.now() + world.settings.session_idle_seconds)


def is_code_in_force(world: World, *, appid: str, openid: str, code: str | None) -> bool:
    """What wx.checkSession tests: the session that the latest code of a phone has bought, or still can [doc]."""
    session = find(world, appid, openid)
    if code is None:
        return session is not None
    row = world.store.row("SELECT expires_at, is_used, session_key FROM codes WHERE code = ?", code)
    if row is None:
        return False
    if not row["is_used"]:
        return bool(world.clock.now() < row["expires_at"])
    return session is not None and session.session_key == row["session_key"]


def has_bought(world: World, session: Session, code: str) -> bool:
    """Whether it was this code that bought the session."""
    row = world.store.row("SELECT session_key FROM codes WHERE code = ? AND appid = ?", code, session.appid)
    return row is not None and row["session_key"] == session.session_key


def signature_of(session_key: str, body: bytes = b"") -> str:
    """The login-state signature: lower hex of HMAC-SHA256 with the session_key's characters as the key [doc]."""
    return hmac.new(session_key.encode(), body, hashlib.sha256).hexdigest()


def is_signature_of(session: Session, signature: str, body: bytes) -> bool:
    """Whether the session's key has signed the body like this."""
    return hmac.compare_digest(signature_of(session.session_key, body).encode(), signature.encode())


def check(
    world: World,
    *,
    appid: str,
    openid: str,
    signature: str,
    sig_method: str,
    body: bytes = b"",
    invalid_openid: int = 40003,
) -> Session:
    """The session that ``signature`` proves; its life is not prolonged [doc].

    :param body: what is signed: the bytes of a POST as they were sent [doc].
    :raises WeChatError: 40003 (or ``invalid_openid``) nobody has this openid; 87008 another sig_method; 87009 (or as
        set, 87007) no session now; 87009 the signature is not that of the session_key.
    """
    user = users.require(world, appid, openid, errcode=invalid_openid)
    if sig_method != SIG_METHOD:
        raise WeChatError(87008, value=sig_method)
    session = find(world, user.appid, user.openid)
    if session is None:
        raise WeChatError(world.settings.stale_session_errcode, value=signature)
    if not is_signature_of(session, signature, body):
        raise WeChatError(87009, value=signature)
    return session


def reset(world: World, session: Session) -> Session:
    """A new session_key with the expiry of the old one, which ends [doc]."""
    _remember(world, session.appid, session.openid)
    renewed = replace(session, session_key=new_session_key(world), issued_at=world.clock.now())
    return _keep(world, renewed, expires_at=session.expires_at)
