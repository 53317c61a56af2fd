"""Answers on what is used up of how often the openapis may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.control import naming
from wxemu.control.operations import faults as operations
from wxemu.core import apps
from wxemu.core.http.serving import answers
from wxemu.wechat import quotas

if TYPE_CHECKING:
    from wxemu.control.operations.faults import OfApp, Quota, Quotas
    from wxemu.control.platform import Platform


@answers(operations.LIST_QUOTAS)
def list_quotas(platform: Platform, given: OfApp) -> Quotas:
    """Every quota of one app, or of all."""
    world, appid = platform.world, given.get("appid")
    with world.transaction():
        chosen = apps.all_apps(world) if appid is None else [naming.require_app(world, appid)]
        return {"quotas": [_quota(usage) for app in chosen for usage in quotas.usages(world, app.appid)]}


def _quota(usage: quotas.Usage) -> Quota:
    return {
        "appid": usage.appid,
        "api": usage.api,
        "period": usage.period,
        "subject": usage.subject,
        "calls": usage.calls,
        "limit": usage.limit,
        "resetsAt": usage.resets_at,
    }
