"""How often an API may be called, by app or by one user of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from emulator.world.errors import WeChatError

if TYPE_CHECKING:
    from emulator.world.world import World

PERIODS: Final = {"minute": 60, "day": 24 * 3600}
ERRCODE: Final = {"minute": 45011, "day": 45009}
_DAY_STARTS: Final = 8 * 3600
"""WeChat's day begins at midnight in China [inferred]."""


@dataclass(frozen=True)
class Quota:
    """``calls`` allowed in a ``period`` ("minute" or "day") to each app, or to each user of it."""

    period: str
    calls: int
    is_per_user: bool = False


def spend(
    world: World, *, appid: str, api: str, quota: Quota, openid: str | None = None, errmsg: str | None = None
) -> None:
    """Count one call.

    :param quota: the documented one; a setting for the same API and period overrides its number.
    :param openid: whose call it is, for a quota per user.
    :raises WeChatError: 45011 by the minute, 45009 by the day.
    """
    limit = world.settings.quotas.get(api, {}).get(quota.period, quota.calls)
    length = PERIODS[quota.period]
    started = int(world.clock.now() + _DAY_STARTS) // length
    row = world.store.row(
        "INSERT INTO quotas VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
        " calls = CASE WHEN started = excluded.started THEN calls + 1 ELSE 1 END, started = excluded.started"
        " RETURNING calls",
        appid,
        api,
        quota.period,
        openid or "",
        started,
    )
    if row is not None and row["calls"] > limit:
        raise WeChatError(ERRCODE[quota.period], errmsg=errmsg)
