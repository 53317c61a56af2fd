"""Open data of a user behind a cloudID: what the phone hands out instead of the data, and the function trades back.

CloudIDError
    A cloudID that buys nothing; ``code`` is one of ``REFUSALS``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.randomness import BASE64URL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

LIFE: Final = 300
"""Seconds that a cloudID is good for [doc]."""
KEPT: Final = 10_000
REFUSALS: Final = {
    -601005: "invalid cloudID",
    -601006: "cloudID expired",
    -601007: "cloudID and calling user does not match",
}
"""wx-server-sdk's codes and texts [src]."""


class CloudIDError(Exception):
    """A cloudID that buys nothing."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"{code} {REFUSALS[code]}")


def issue(world: World, *, appid: str, openid: str, data: Mapping[str, Any]) -> str:
    """A cloudID for ``data`` about this user; the watermark of app and time is added, as WeChat does [doc]."""
    now = world.clock.now()
    cloud_id = f"{10 + world.randomness.draw(1)[0] % 90}_{world.randomness.text(59, BASE64URL)}"  # the sample's form
    marked = {**data, "watermark": {"appid": appid, "timestamp": int(now)}}
    # Some expired ones are kept: the answer to them is another than to one that never was.
    world.store.run("DELETE FROM open_data WHERE expires_at <= ?", now - 24 * 3600)
    world.store.keep_latest("open_data", "expires_at", KEPT)
    world.store.run(
        "INSERT INTO open_data VALUES (?, ?, ?, ?, ?)", cloud_id, appid, openid, json.dumps(marked), now + LIFE
    )
    return cloud_id


def exchange(world: World, cloud_id: str, *, appid: str, openid: str | None) -> dict[str, Any]:
    """The data behind a cloudID; it may be asked for again while the cloudID lives [inferred].

    :param openid: of the user on whose behalf the asking function runs, if any.
    :raises CloudIDError: -601005 nobody issued it; -601007 for another app or user; -601006 too long ago.
    """
    row = world.store.row("SELECT * FROM open_data WHERE cloud_id = ?", cloud_id)
    if row is None:
        raise CloudIDError(-601005)
    if (row["appid"], row["openid"]) != (appid, openid):
        raise CloudIDError(-601007)
    if world.clock.now() >= row["expires_at"]:
        raise CloudIDError(-601006)
    data: dict[str, Any] = json.loads(row["data"])
    return data
