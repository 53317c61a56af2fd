"""How often an API may be called, by app or by one user of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from sqlite3 import Row

    from wxemu.core.world import World

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


DOCUMENTED: Final[Mapping[str, tuple[Quota, ...]]] = {
    "auth.getAccessToken": (Quota("day", 2000),),
    "auth.getStableAccessToken": (Quota("minute", 10_000), Quota("day", 500_000)),
    "auth.code2Session": (Quota("minute", 100, is_per_user=True),),
    "auth.resetUserSessionKey": (Quota("minute", 60_000),),
}
"""By API [doc], the first one [field]. A setting for the same API and period overrides the number."""


@dataclass(frozen=True)
class Usage:
    """What is used up of one quota in its present period.

    :param subject: the openid whose calls are counted; ``None`` where the app's are.
    :param calls: those that were refused for the quota included.
    :param resets_at: Unix seconds at which the count begins anew.
    """

    appid: str
    api: str
    period: str
    subject: str | None
    calls: int
    limit: int
    resets_at: int


def spend(world: World, *, appid: str, api: str, openid: str | None = None, errmsg: str | None = None) -> None:
    """Count one call against the quotas of its API.

    :param openid: whose call it is, for a quota per user.
    :raises WeChatError: 45011 by the minute, 45009 by the day.
    """
    for quota in DOCUMENTED[api]:
        row = world.store.row(
            "INSERT INTO quotas VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
            " calls = CASE WHEN started = excluded.started THEN calls + 1 ELSE 1 END, started = excluded.started"
            " RETURNING calls",
            appid,
            api,
            quota.period,
            openid or "",
            _present(world, quota.period),
        )
        if row is not None and row["calls"] > _limit(world, api, quota):
            raise WeChatError(ERRCODE[quota.period], errmsg=errmsg)


def usages(world: World, appid: str) -> list[Usage]:
    """Every quota of an app, used or not; of those per user, the users who have called in the present period."""
    return [
        usage
        for api, quotas in DOCUMENTED.items()
        for quota in quotas
        for usage in _usages(world, appid=appid, api=api, quota=quota)
    ]


def _usages(world: World, *, appid: str, api: str, quota: Quota) -> Iterator[Usage]:
    present, limit = _present(world, quota.period), _limit(world, api, quota)
    resets_at = (present + 1) * PERIODS[quota.period] - _DAY_STARTS
    rows: list[Row | None] = [
        *world.store.rows(
            "SELECT subject, calls FROM quotas WHERE appid = ? AND api = ? AND period = ? AND started = ?"
            " ORDER BY subject",
            appid,
            api,
            quota.period,
            present,
        )
    ]
    for row in rows or ([] if quota.is_per_user else [None]):
        subject, calls = (None, 0) if row is None else (row["subject"] or None, row["calls"])
        yield Usage(appid, api, quota.period, subject, calls, limit, resets_at)


def _present(world: World, period: str) -> int:
    """The number of the period that it is now."""
    return int(world.clock.now() + _DAY_STARTS) // PERIODS[period]


def _limit(world: World, api: str, quota: Quota) -> int:
    return world.settings.quotas.get(api, {}).get(quota.period, quota.calls)
