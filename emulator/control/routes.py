"""Routes of the control plane, ``/emulator/v1``: health, state, clock, settings, exchanges, functions, logs."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, jsonify, request

from emulator import body
from emulator.control import codec, functions, logs
from emulator.control.errors import failure
from emulator.origins import keep_to_allowed_pages
from emulator.world import apps, journal, seed, settings

if TYPE_CHECKING:
    from emulator.deployment import Deployment
    from emulator.world.world import World

RESET_TARGETS: Final = ("seed", "empty")
DEFAULT_EXCHANGES: Final = 50


def face(world: World, deployment: Deployment) -> Blueprint:
    """The control plane over ``world`` and ``deployment``."""
    routes = Blueprint("control", __name__)
    keep_to_allowed_pages(routes, world)
    streams = logs.Streams()
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
        ("/emulator/v1/environments", ["POST"], partial(functions.environment, world, deployment)),
        ("/emulator/v1/functions", ["GET"], partial(functions.listed, deployment)),
        ("/emulator/v1/functions/<name>/invocations", ["POST"], partial(functions.invoked, world, deployment)),
        ("/emulator/v1/logs", ["GET"], partial(logs.listed, world)),
        ("/emulator/v1/logs/stream", ["GET"], partial(streams.opened, world)),
    ):
        routes.add_url_rule(path, f"{methods[0]} {path}".replace(".", "_"), view, methods=methods)
    return routes


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
    limit = codec.limit(DEFAULT_EXCHANGES)
    with world.deciding():
        found = journal.recent(world, limit=limit, appid=request.args.get("appid"))
    return jsonify({"exchanges": [asdict(exchange) for exchange in found]})


def _exchange(world: World, rid: str) -> Response:
    with world.deciding():
        found = journal.find(world, rid)
    return failure(404, f"no exchange has the rid {rid!r}") if found is None else jsonify(asdict(found))
