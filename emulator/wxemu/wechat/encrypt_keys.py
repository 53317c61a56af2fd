"""The keys with which a phone and a server encrypt for each other: WeChat makes them, and tells both sides."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.world import World

LIFE: Final = 3600
"""Seconds [doc]."""
KEPT: Final = 3
"""Of a user, the latest [doc]."""


@dataclass(frozen=True)
class EncryptKey:
    """One key of a user; ``version`` rises by one with each."""

    version: int
    encrypt_key: str = field(repr=False)
    iv: str = field(repr=False)
    created_at: float

    @property
    def expires_at(self) -> int:
        """Unix seconds."""
        return int(self.created_at) + LIFE


def find(world: World, appid: str, openid: str) -> list[EncryptKey]:
    """The user's last keys, newest first."""
    rows = world.store.rows(
        "SELECT version, encrypt_key, iv, created_at FROM encrypt_keys WHERE appid = ? AND openid = ?"
        " ORDER BY version DESC",
        appid,
        openid,
    )
    return [EncryptKey(*row) for row in rows]


def latest(world: World, appid: str, openid: str) -> EncryptKey:
    """The key that the phone uses now; a new one, if there is none that lives."""
    present = find(world, appid, openid)
    now = world.clock.now()
    if present and now < present[0].expires_at:
        return present[0]
    made = EncryptKey(
        version=present[0].version + 1 if present else 1,
        encrypt_key=base64.b64encode(world.randomness.draw(16)).decode(),
        iv=world.randomness.hex(16),
        created_at=now,
    )
    world.store.run(
        "INSERT INTO encrypt_keys VALUES (?, ?, ?, ?, ?, ?)",
        appid,
        openid,
        made.version,
        made.encrypt_key,
        made.iv,
        made.created_at,
    )
    world.store.run(
        "DELETE FROM encrypt_keys WHERE appid = ? AND openid = ? AND version <= ?", appid, openid, made.version - KEPT
    )
    return made
