"""Phone numbers: the code that the phone gives when its user agrees, and the number that a server gets for it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.wechat.errors import WeChatError
from wxemu.wechat.sessions import Code

if TYPE_CHECKING:
    from wxemu.core.world import World

CODE_LIFE: Final = 300
"""Seconds that a code waits to be used; it is good once [doc]."""
KEPT: Final = 10_000
CODE_DIGITS: Final = 64
"""Hexadecimal ones, as in the documentation's sample."""


def number_of(openid: str) -> str:
    """A user's number, always the same one; it begins with 199 0000, which is nobody's guess at a real one."""
    return f"1990000{int(hashlib.sha256(openid.encode()).hexdigest(), 16) % 10_000:04d}"


def new_code(world: World, *, appid: str, openid: str) -> str:
    """What the button with ``open-type="getPhoneNumber"`` gives the mini program.

    Codes are kept with the cloudIDs, which are data of a user to be asked for as well; no cloudID has a code's form.
    """
    code = world.randomness.hex(CODE_DIGITS)
    number = number_of(openid)
    info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}
    world.store.keep_latest("open_data", "expires_at", KEPT)
    expires_at = world.clock.now() + CODE_LIFE
    world.store.run("INSERT INTO open_data VALUES (?, ?, ?, ?, ?)", code, appid, openid, json.dumps(info), expires_at)
    return code


def find_code(world: World, code: str) -> Code | None:
    """A code that waits to be used, or ``None``: one that was used is forgotten."""
    row = world.store.row("SELECT appid, openid, expires_at FROM open_data WHERE cloud_id = ?", code)
    if row is None or len(code) != CODE_DIGITS:
        return None
    return Code(row["appid"], row["openid"], row["expires_at"], is_used=False)


def exchange(world: World, code: str, *, appid: str) -> dict[str, Any]:
    """The number that a code stands for, with its watermark; the code is used up.

    :raises WeChatError: 40029 nobody was given it in this app, it is used, or too old.
    """
    row = world.store.row("SELECT * FROM open_data WHERE cloud_id = ? AND appid = ?", code, appid)
    now = world.clock.now()
    if row is None or len(code) != CODE_DIGITS or now >= row["expires_at"]:
        raise WeChatError(40029, value=code)
    world.store.run("DELETE FROM open_data WHERE cloud_id = ?", code)
    info: dict[str, Any] = json.loads(row["data"])
    return {**info, "watermark": {"timestamp": int(now), "appid": appid}}
