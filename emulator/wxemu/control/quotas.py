"""``/emulator/v1/quotas``: what is used up of how often the openapis may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, request

from wxemu.control import codec
from wxemu.core import apps
from wxemu.wechat import quotas

if TYPE_CHECKING:
    from wxemu.core.world import World


def listed(world: World) -> Response:
    """Every quota of the app in ``?appid=``, or of all apps."""
    appid = request.args.get("appid")
    with world.transaction():
        chosen = apps.all_apps(world) if appid is None else [codec.app(world, appid)]
        usages = [usage for app in chosen for usage in quotas.usages(world, app.appid)]
    return jsonify(
        {
            "quotas": [
                {
                    "appid": usage.appid,
                    "api": usage.api,
                    "period": usage.period,
                    "subject": usage.subject,
                    "calls": usage.calls,
                    "limit": usage.limit,
                    "resetsAt": usage.resets_at,
                }
                for usage in usages
            ]
        }
    )
