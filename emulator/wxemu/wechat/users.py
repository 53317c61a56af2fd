"""Users of a mini program: openid (per app) and unionid (per owner)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxemu.core.randomness import BASE64URL
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from sqlite3 import Row

    from wxemu.core.world import World


@dataclass(frozen=True)
class User:
    """One user in one app.

    :param is_high_risk: WeChat blocks this user's login (40226).
    """

    appid: str
    openid: str
    unionid: str | None = None
    is_high_risk: bool = False


def add(world: World, user: User) -> None:
    """Register ``user``, or change the one with this openid."""
    world.store.run(
        "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?)",
        user.appid,
        user.openid,
        user.unionid,
        user.is_high_risk,
    )


def find(world: World, appid: str, openid: str) -> User | None:
    """The user with this openid in this app, or ``None``."""
    row = world.store.row("SELECT * FROM users WHERE appid = ? AND openid = ?", appid, openid)
    return None if row is None else _user(row)


def _user(row: Row) -> User:
    return User(row["appid"], row["openid"], row["unionid"], bool(row["is_high_risk"]))


def all_users(world: World, appid: str) -> list[User]:
    """Every user of an app, by openid."""
    rows = world.store.rows("SELECT * FROM users WHERE appid = ? ORDER BY openid", appid)
    return [_user(row) for row in rows]


def apps_of(world: World, openid: str) -> list[str]:
    """The appids in which somebody has this openid."""
    return [row["appid"] for row in world.store.rows("SELECT appid FROM users WHERE openid = ? ORDER BY appid", openid)]


def find_by_unionid(world: World, unionid: str) -> User | None:
    """A user with this unionid, or ``None``."""
    row = world.store.row("SELECT * FROM users WHERE unionid = ? ORDER BY appid LIMIT 1", unionid)
    return None if row is None else _user(row)


def require(world: World, appid: str, openid: str, *, errcode: int = 40003) -> User:
    """The user with this openid in this app.

    :raises WeChatError: nobody has it here; 40003 [field], but for the openapis that have an ``errcode`` of their own.
    """
    user = find(world, appid, openid)
    if user is None:
        raise WeChatError(errcode, value=openid)
    return user


def new_openid(world: World) -> str:
    """28 characters that start with ``o`` [field]."""
    return "o" + world.randomness.text(27, BASE64URL)
