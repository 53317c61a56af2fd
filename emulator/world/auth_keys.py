"""The public AuthKeys that phones uploaded: whose confirmation a signature can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulator.world import soter, users

if TYPE_CHECKING:
    from emulator.world.world import World


def register(world: World, *, appid: str, openid: str, phone_id: str, public_key: str) -> None:
    """A phone's AuthKey (SubjectPublicKeyInfo PEM) for this user in this app; it replaces the phone's former one."""
    world.store.run("INSERT OR REPLACE INTO auth_keys VALUES (?, ?, ?, ?)", appid, openid, phone_id, public_key)


def is_genuine(world: World, *, appid: str, openid: str, json_string: str, json_signature: str) -> bool:
    """Whether an AuthKey of this very user in this very app signed exactly this text.

    A key of another user or app does not count: the answer is then no, not an error [inferred from the guide].

    :raises WeChatError: 40003 nobody has this openid here.
    """
    user = users.require(world, appid, openid)
    rows = world.store.rows("SELECT public_key FROM auth_keys WHERE appid = ? AND openid = ?", user.appid, user.openid)
    return any(
        soter.verify(public_key_pem=row["public_key"], json_string=json_string, json_signature=json_signature)
        for row in rows
    )
