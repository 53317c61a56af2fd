"""Routes of the control plane, ``/emulator/v1``: health, state, clock, settings, exchanges, functions."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, request

from emulator import body
from emulator.origins import keep_to_allowed_pages
from emulator.world import apps, journal, seed, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.deployment import Deployment
    from emulator.world.world import World

RESET_TARGETS: Final = ("seed", "empty")
MOST_EXCHANGES: Final = 1000


def face(world: World, deployment: Deployment) -> Blueprint:
    """The control plane over ``world`` and ``deployment``."""
    routes = Blueprint("control", __name__)
    keep_to_allowed_pages(routes, world)
    for path, methods, view in (
        ("/healthz", ["GET"], _healthz),
        ("/readyz", ["GET"], partial(_readyz, world)),
        ("/emulator/v1/healthz", ["GET"], _healthz),
        ("/emulator/v1/readyz", ["GET"], partial(_readyz, world)),
        ("/emulator/v1/apps", ["GET"], partial(_apps, world)),
        ("/emulator/v1/state/reset", ["POST"], partial(_reset, world)),
        ("/emulator/v1/clock", ["GET"], partial(_clock, world)),
        ("/emulator/v1/clock/freeze", ["POST"], partial(_freeze, world)),
        ("/emulator/v1/clock/advance", ["POST"], partial(_advance, world)),
        ("/emulator/v1/clock/release", ["POST"], partial(_release, world)),
        ("/emulator/v1/settings", ["GET"], partial(_settings, world)),
        ("/emulator/v1/settings", ["PATCH"], partial(_change_settings, world)),
        ("/emulator/v1/exchanges", ["GET"], partial(_exchanges, world)),
        ("/emulator/v1/exchanges/<rid>", ["GET"], partial(_exchange, world)),
        ("/emulator/v1/environments", ["POST"], partial(_environment, world, deployment)),
        ("/emulator/v1/functions", ["GET"], partial(_functions, deployment)),
        ("/emulator/v1/functions/<name>/invocations", ["POST"], partial(_invoke, world, deployment)),
    ):
        routes.add_url_rule(path, f"{methods[0]} {path}".replace(".", "_"), view, methods=methods)
    return routes


def failure(status: int, message: str) -> Response:
    """The form of every error of our own interfaces."""
    return Response(
        jsonify({"error": {"status": status, "message": message}}).get_data(),
        status=status,
        content_type="application/json",
    )


def _healthz() -> Response:
    return jsonify({"status": "alive"})


def _readyz(world: World) -> Response:
    if not seed.is_planted(world):
        return failure(503, "the world is being seeded; ask again in a moment")
    return jsonify({"status": "ready"})


def _apps(world: World) -> Response:
    with world.deciding():
        return jsonify({"apps": [{"appid": app.appid, "env": app.env} for app in apps.all_apps(world)]})


def _reset(world: World) -> Response:
    target = body.member(body.text(body.of_request(), "to") or "seed", RESET_TARGETS)
    if target == "seed":
        seed.replant(world)
    else:
        seed.empty(world)
    return jsonify({"to": target})


def _clock(world: World) -> Response:
    with world.deciding():
        state = world.clock.state()
        return jsonify({"now": world.clock.now(), "isFrozen": state.frozen_at is not None, "offset": state.offset})


def _freeze(world: World) -> Response:
    given = body.of_request()
    world.clock.freeze(body.number(given, "at") if "at" in given else None)
    return _clock(world)


def _advance(world: World) -> Response:
    world.clock.advance(body.number(body.of_request(), "seconds"))
    return _clock(world)


def _release(world: World) -> Response:
    world.clock.release()
    return _clock(world)


def _settings(world: World) -> Response:
    with world.deciding():
        return jsonify(asdict(world.settings))


def _change_settings(world: World) -> Response:
    given = body.of_request()
    with world.deciding():
        settings.keep(world.store, settings.changed(world.settings, given))
    return _settings(world)


def _exchanges(world: World) -> Response:
    wanted = request.args.get("limit", "50")
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > len(str(MOST_EXCHANGES)):
        return failure(400, f"limit: expected a number from 0 to {MOST_EXCHANGES}, got {wanted!r}")
    with world.deciding():
        found = journal.recent(world, limit=min(int(wanted), MOST_EXCHANGES), appid=request.args.get("appid"))
    return jsonify({"exchanges": [asdict(exchange) for exchange in found]})


def _exchange(world: World, rid: str) -> Response:
    with world.deciding():
        found = journal.find(world, rid)
    return failure(404, f"no exchange has the rid {rid!r}") if found is None else jsonify(asdict(found))


def _functions(deployment: Deployment) -> Response:
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


def _environment(world: World, deployment: Deployment) -> Response:
    """What SCF would give to one invocation, so that a function in any language can be run by hand."""
    given = body.of_request()
    caller = deployment.caller(_appid(world, given), openid=body.encodable_text(given, "openid"))
    return jsonify({"env": deployment.environment(body.text(given, "function"), caller)})


def _appid(world: World, given: Mapping[str, Any]) -> str:
    """The app that is meant: the one named, else the first."""
    with world.deciding():
        appid = body.encodable_text(given, "appid") or next((app.appid for app in apps.all_apps(world)), "")
        if apps.find(world, appid) is None:
            raise body.BodyError(f"no app has the appid {appid!r}; add it to the seed")
        return appid


def _invoke(world: World, deployment: Deployment, name: str) -> Response:
    """An invocation by a server of ours: without an openid, as the console's test button or a backend makes it."""
    given = body.of_request()
    done = deployment.invoke(name, given.get("event", {}), deployment.server(_appid(world, given)))
    outcome = {"result": done.result} if done.ok else {"error": done.error}
    return jsonify(
        {"requestId": done.request_id, "ok": done.ok, **outcome, "log": done.log, "durationMs": done.duration_ms}
    )
