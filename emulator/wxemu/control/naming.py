"""Which app and which user an operation means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.core import apps
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import Message
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
            raise InputError(
                Message(
                    "there is no app; `wxemu app new` makes one, `wxemu state reset` brings the seed's back",
                    "没有应用；可用 `wxemu app new` 新建，或用 `wxemu state reset` 恢复种子文件中的应用",
                )
            )
        try:
            return apps.require(world, wanted)
        except apps.UnknownAppError as error:
            raise InputError(*error.args) from None


def require_user(world: World, app: App, openid: str | None) -> None:
    """Make sure that somebody has the openid, if one is named.

    :raises InputError: nobody in ``app`` has it.
    """
    with world.transaction():
        if openid is not None and users.find(world, app.appid, openid) is None:
            raise InputError(
                Message(
                    "nobody in {appid} has the openid {openid}; `wxemu user list` shows who is there",
                    "{appid} 中没有用户的 openid 是 {openid}；可用 `wxemu user list` 查看",
                    appid=app.appid,
                    openid=repr(openid),
                )
            )
