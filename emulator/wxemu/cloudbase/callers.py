"""Who invokes a function by way of CloudBase, as CloudBase vouches for it, and the token that the function gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import grants, web_users
from wxemu.core import apps
from wxemu.scf.runtime import TRIGGER_NAME, Identity, timer_event, wx_event
from wxemu.wechat import sessions, users

if TYPE_CHECKING:
    from wxemu.cloudbase.web_users import WebUser
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.runtime import JSONValue

MINI_PROGRAM_SOURCE: Final = "wx_client"
WEB_SOURCE: Final = "web_client"
"""TCB_SOURCE of a web user's call; the real value is not known [inferred]."""
SENDERS: Final = ("user", "visitor", "timer", "server")
"""Who may send an event by hand: a user of the mini program, somebody on a web page who has not logged in, a timer
trigger, a server of ours."""


def app_caller(world: World, appid: str, *, openid: str | None, source: str | None = MINI_PROGRAM_SOURCE) -> Identity:
    """A call for a user of the app, or for nobody without an openid.

    :raises WeChatError: 40003 nobody has this openid.
    """
    with world.transaction():
        app = apps.find(world, appid)
        user = None if openid is None else users.require(world, appid, openid)
    return Identity(
        appid=appid,
        env="" if app is None else app.env,
        openid=openid,
        unionid=None if user is None else user.unionid,
        source=source,
    )


def mini_program_user(world: World, appid: str, openid: str) -> Identity:
    """A user who has the mini program open, which keeps the login session alive.

    :raises WeChatError: 40003 nobody has this openid.
    """
    with world.transaction():
        caller = app_caller(world, appid, openid=openid)
        sessions.touch(world, appid, openid)
    return caller


def web_user(world: World, user: WebUser) -> Identity:
    """A user of a web app. WeChat does not know them: the function gets no openid, and may make no cloud call."""
    with world.transaction():
        app = apps.find_by_env(world, user.env)
    appid, env = ("", "") if app is None else (app.appid, app.env)
    return Identity(appid=appid, env=env, uuid=user.uuid, is_anonymous=True, source=WEB_SOURCE)


def send_by_hand(
    world: World, app: App, spec: FunctionSpec, *, sender: str, event: Any, openid: str, device: str
) -> tuple[JSONValue, Identity]:
    """The event that a function gets when ``event`` is sent by hand, and its caller.

    :param spec: the function; a timer that it declares sends in its own name.
    :param sender: one of ``SENDERS``.
    :param event: an object if a user or a visitor sends it; a timer sends an event of its own.
    :param openid: the user's.
    :param device: the visitor's, who is the same web user at each call from it.
    :raises WeChatError: 40003 nobody has this openid.
    """
    if sender == "timer":
        trigger = next((trigger.name for trigger in spec.triggers), TRIGGER_NAME)
        return timer_event(world.clock.now(), trigger), Identity.of_timer(app.appid, app.env)
    if sender == "server":
        return event, Identity.of_server(app.appid, app.env)
    if sender == "user":
        caller = mini_program_user(world, app.appid, openid)
    else:
        with world.transaction():
            visitor = web_users.user_of_device(world, app.env, device)
        caller = web_user(world, visitor)
    return wx_event(event, caller), caller


def issue_wx_api_token(
    world: World, caller: Identity, *, function: str, permissions: frozenset[str], request_id: str
) -> str:
    """The token by which one invocation, and no other, may make its cloud calls: a ``scf.deployment.IssueToken``."""
    with world.transaction():
        grant = grants.issue(
            world,
            appid=caller.appid,
            env=caller.env,
            function=function,
            openid=caller.openid,
            permissions=permissions,
            request_id=request_id,
        )
    return grant.wx_api_token
