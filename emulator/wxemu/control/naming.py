"""Which app and which user an operation means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.core import apps
from wxemu.core.http.inputs import InputError
from wxemu.wechat import users

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World


def require_app(world: World, appid: str | None) -> App:
    """The app that is named, else the first.

    :raises InputError: there is no such app.
    """
    with world.transaction():
        wanted = appid or next((app.appid for app in apps.all_apps(world)), None)
        if wanted is None:
            raise InputError("there is no app; `wxemu app new` makes one, `wxemu state reset` brings the seed's back")
        try:
            return apps.require(world, wanted)
        except apps.UnknownAppError as error:
            raise InputError(str(error)) from None


def require_user(world: World, app: App, openid: str | None) -> None:
    """Make sure that somebody has the openid, if one is named.

    :raises InputError: nobody in ``app`` has it.
    """
    with world.transaction():
        if openid is not None and users.find(world, app.appid, openid) is None:
            raise InputError(f"nobody in {app.appid} has the openid {openid!r}; `wxemu user list` shows who is there")
