"""``/emulator/v1/functions`` and what belongs to them: which there are, what they are told, and to invoke one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from emulator import body
from emulator.control import codec
from emulator.runtime import log, timer_event, wx_event
from emulator.world import web_users

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.deployment import Deployment
    from emulator.runtime import Identity, JSONValue
    from emulator.world.apps import App
    from emulator.world.world import World

DEVICE: Final = "wxemu"
"""The device of the web user on whose behalf an anonymous invocation is made."""


def listed(deployment: Deployment) -> Response:
    """What the project declares."""
    return jsonify(
        {
            "functions": [
                {
                    "name": spec.name,
                    "runtime": spec.runtime,
                    "handler": spec.handler,
                    "timeout": spec.timeout_seconds,
                    "memorySize": spec.memory_megabytes,
                    "openapi": sorted(spec.openapi_permissions),
                }
                for spec in deployment.functions().values()
            ]
        }
    )


def environment(world: World, deployment: Deployment) -> Response:
    """What SCF would give to one invocation, so that a function in any language can be run by hand."""
    given = body.of_request()
    caller = deployment.caller(_app(world, given).appid, openid=body.encodable_text(given, "openid"))
    return jsonify({"env": deployment.environment(body.text(given, "function"), caller)})


def invoked(world: World, deployment: Deployment, name: str) -> Response:
    """An invocation by hand: its outcome as we show it, and as SCF's API answers it, with the whole log."""
    event, caller = _asked(world, deployment, body.of_request())
    spec = deployment.function(caller.env, name)
    done = deployment.invoke(name, event, caller)
    outcome = {"result": done.result} if done.ok else {"error": done.error}
    return jsonify(
        {
            "requestId": done.request_id,
            "ok": done.ok,
            **outcome,
            "log": done.log,
            "durationMs": done.duration_ms,
            "scfResult": log.api_result(done, log=log.lines(done, spec)),
        }
    )


def _asked(world: World, deployment: Deployment, given: Mapping[str, Any]) -> tuple[JSONValue, Identity]:
    """The event, and who sends it: a server of ours, unless a user, a web app's visitor or a timer is named.

    :raises BodyError: more than one is named, or an event that such a caller does not send.
    """
    openid = body.encodable_text(given, "as")
    is_anonymous, is_timer = body.boolean(given, "anonymous"), body.boolean(given, "timer")
    if (openid is not None) + is_anonymous + is_timer > 1:
        raise body.BodyError("as, anonymous, timer: expected one of them at most")
    if is_timer and "event" in given:
        raise body.BodyError("event: a timer sends one of its own; leave it out")
    app, event = _app(world, given), given.get("event", {})
    if is_timer:
        return timer_event(world.clock.now()), deployment.timer(app.appid)
    if openid is not None:
        caller = deployment.mini_program_user(app.appid, openid)
        return wx_event(body.json_object(event), caller), caller
    if is_anonymous:
        with world.deciding():
            visitor = web_users.user_of_device(world, app.env, DEVICE)
        caller = deployment.web_user(visitor)
        return wx_event(body.json_object(event), caller), caller
    return event, deployment.server(app.appid)


def _app(world: World, given: Mapping[str, Any]) -> App:
    return codec.app(world, body.encodable_text(given, "appid"))
