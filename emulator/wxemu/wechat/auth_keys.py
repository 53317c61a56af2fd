"""The public AuthKeys that phones uploaded: whose confirmation a signature can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wxemu.wechat import soter
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from wxemu.core.world import World


@dataclass(frozen=True)
class AuthKey:
    """The public AuthKey of one phone (SubjectPublicKeyInfo PEM), for its user in one app."""

    appid: str
    openid: str
    phone_id: str
    public_key: str


def register(world: World, *, appid: str, openid: str, phone_id: str, public_key: str) -> None:
    """A phone's AuthKey (SubjectPublicKeyInfo PEM) for this user in this app; it replaces the phone's former one."""
    world.store.run("INSERT OR REPLACE INTO auth_keys VALUES (?, ?, ?, ?)", appid, openid, phone_id, public_key)


def of_user(world: World, appid: str, openid: str) -> list[AuthKey]:
    """A user's keys in an app."""
    rows = world.store.rows("SELECT * FROM auth_keys WHERE appid = ? AND openid = ? ORDER BY phone_id", appid, openid)
    return [AuthKey(**row) for row in rows]


def of_others(world: World, appid: str, openid: str, *, limit: int) -> list[AuthKey]:
    """The keys of all but one user, those in the same app first."""
    rows = world.store.rows(
        "SELECT * FROM auth_keys WHERE appid != ?1 OR openid != ?2 ORDER BY appid != ?1 LIMIT ?3", appid, openid, limit
    )
    return [AuthKey(**row) for row in rows]


def forget(world: World, phone_id: str) -> None:
    """The AuthKey of a phone that is gone."""
    world.store.run("DELETE FROM auth_keys WHERE phone_id = ?", phone_id)


def is_genuine(world: World, *, appid: str, openid: str, json_string: str, json_signature: str) -> bool:
    """Whether an AuthKey of this very user in this very app signed exactly this text.

    A key of another user or app does not count: the answer is then no, not an error [inferred from the guide].

    :raises WeChatError: 40003 nobody has this openid here.
    """
    rows = world.store.rows(
        "SELECT public_key FROM users LEFT JOIN auth_keys USING (appid, openid) WHERE appid = ? AND openid = ?",
        appid,
        openid,
    )
    if not rows:
        raise WeChatError(40003, value=openid)
    return any(
        soter.verify(public_key_pem=row["public_key"], json_string=json_string, json_signature=json_signature)
        for row in rows
        if row["public_key"] is not None  # of a user without any
    )
