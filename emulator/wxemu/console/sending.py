"""Who sends an event by hand, and what the platform makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.cloudbase import web_users
from wxemu.console import form
from wxemu.core.http.body import BodyError
from wxemu.scf.runtime import timer_event, wx_event

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment
    from wxemu.scf.runtime import Identity, JSONValue

SENDERS: Final = ("user", "visitor", "timer", "server")
"""A user of the mini program, somebody on a web page who has not logged in, a timer trigger, a server of ours."""
DEVICE: Final = "console"
"""The visitor's."""


def sent(world: World, deployment: Deployment, app: App) -> tuple[JSONValue, Identity]:
    """The event that a function gets for the form's ``event``, ``sender`` and ``openid``, and who calls it.

    :raises BodyError: no JSON, no sender, or what such a sender does not send.
    :raises WeChatError: 40003 nobody has the openid.
    """
    sender, event = form.one_of("sender", SENDERS), form.json_value("event")
    if sender == "timer":
        return timer_event(world.clock.now()), deployment.timer(app.appid)
    if sender == "server":
        return {} if event is None else event, deployment.server(app.appid)
    members = _members(event)
    if sender == "user":
        caller = deployment.mini_program_user(app.appid, form.text("openid", is_required=True))
    else:
        with world.transaction():
            visitor = web_users.user_of_device(world, app.env, DEVICE)
        caller = deployment.web_user(visitor)
    return wx_event(members, caller), caller


def _members(event: Any) -> dict[str, Any]:
    if event is not None and not isinstance(event, dict):
        raise BodyError(f"event: expected an object, as mini programs and web pages send, got {type(event).__name__}")
    return event or {}
