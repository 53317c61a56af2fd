"""``/emulator/v1/functions`` and what belongs to them: which there are, which run, and what they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from wxemu.cloudbase.callers import app_caller
from wxemu.control import codec
from wxemu.core.http import body

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


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
    app = codec.app(world, body.encodable_text(given, "appid"))
    openid = body.encodable_text(given, "openid")
    codec.require_user(world, app, openid)
    caller = app_caller(world, app.appid, openid=openid)
    return jsonify({"env": deployment.environment(body.text(given, "function"), caller)})


def instances(deployment: Deployment) -> Response:
    """Which instances of functions run now."""
    return jsonify({"instances": [codec.instance(instance) for instance in deployment.instances()]})
