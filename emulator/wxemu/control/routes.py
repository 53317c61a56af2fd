"""Routes of the control plane, ``/emulator/v1``: health, state, clock, settings, exchanges, functions, logs."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from wxemu.control import apps, clock, exchanges, faults, functions, invocations, logs, quotas, replaying, state
from wxemu.control.errors import STATUSES
from wxemu.core import settings
from wxemu.core.http import body
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import keep_to_allowed_pages
from wxemu.core.http.our_failures import failure, refuse
from wxemu.core.http.streams import Streams
from wxemu.intercept import interception_document
from wxemu.state import State, seed
from wxemu.state.function_store import FunctionStore

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment


def application(world: World, deployment: Deployment, access: Access, interception: Interception | None) -> Flask:
    """The control plane as a party of its own."""
    faces = face(world, deployment, interception), replaying.face(world, deployment)
    return make_application(*faces, access=access, refuse=partial(refuse, STATUSES), asks_token=True)


def face(world: World, deployment: Deployment, interception: Interception | None = None) -> Blueprint:
    """The control plane over ``world`` and ``deployment``."""
    routes = Blueprint("control", __name__)
    keep_to_allowed_pages(routes, world)
    whole = State(world, FunctionStore(deployment.session_store))
    log_streams, exchange_streams = Streams("the logs"), Streams("the exchanges")
    for path, methods, view in (
        ("/healthz", ["GET"], _healthz),
        ("/readyz", ["GET"], partial(_readyz, world)),
        ("/emulator/v1/healthz", ["GET"], _healthz),
        ("/emulator/v1/readyz", ["GET"], partial(_readyz, world)),
        ("/emulator/v1/apps", ["GET"], partial(apps.listed, world)),
        ("/emulator/v1/apps", ["POST"], partial(apps.added, world)),
        ("/emulator/v1/apps/<appid>", ["GET"], partial(apps.shown, world)),
        ("/emulator/v1/apps/<appid>", ["PATCH"], partial(apps.restricted, world)),
        ("/emulator/v1/apps/<appid>", ["DELETE"], partial(apps.removed, whole)),
        ("/emulator/v1/apps/<appid>/users", ["GET"], partial(apps.users_listed, world)),
        ("/emulator/v1/apps/<appid>/users", ["POST"], partial(apps.user_added, world)),
        ("/emulator/v1/apps/<appid>/users/<openid>/session/expire", ["POST"], partial(apps.session_expired, world)),
        ("/emulator/v1/apps/<appid>/sessions", ["GET"], partial(apps.sessions_listed, world)),
        ("/emulator/v1/apps/<appid>/tokens", ["GET"], partial(apps.tokens_listed, world)),
        ("/emulator/v1/state", ["GET"], partial(state.exported, whole)),
        ("/emulator/v1/state", ["PUT"], partial(state.imported, world, whole)),
        ("/emulator/v1/state/snapshots", ["GET"], partial(state.listed, world)),
        ("/emulator/v1/state/snapshots", ["POST"], partial(state.saved, whole)),
        ("/emulator/v1/state/snapshots/<name>", ["DELETE"], partial(state.deleted, world)),
        ("/emulator/v1/state/reset", ["POST"], partial(state.reset, whole)),
        ("/emulator/v1/clock", ["GET"], partial(clock.shown, world)),
        ("/emulator/v1/clock/freeze", ["POST"], partial(clock.frozen, world)),
        ("/emulator/v1/clock/advance", ["POST"], partial(clock.advanced, world)),
        ("/emulator/v1/clock/scale", ["POST"], partial(clock.scaled, world)),
        ("/emulator/v1/clock/release", ["POST"], partial(clock.released, world)),
        ("/emulator/v1/faults", ["GET"], partial(faults.listed, world)),
        ("/emulator/v1/faults", ["POST"], partial(faults.added, world)),
        ("/emulator/v1/faults", ["DELETE"], partial(faults.all_removed, world)),
        ("/emulator/v1/faults/<int(max=1000000000):number>", ["DELETE"], partial(faults.removed, world)),
        ("/emulator/v1/quotas", ["GET"], partial(quotas.listed, world)),
        ("/emulator/v1/settings", ["GET"], partial(_settings, world)),
        ("/emulator/v1/settings", ["PATCH"], partial(_change_settings, world)),
        ("/emulator/v1/exchanges", ["GET"], partial(exchanges.listed, world)),
        ("/emulator/v1/exchanges/stream", ["GET"], partial(exchanges.followed, world, exchange_streams)),
        ("/emulator/v1/exchanges/<rid>", ["GET"], partial(exchanges.shown, world)),
        ("/emulator/v1/exchanges/<rid>/explanation", ["GET"], partial(exchanges.explained, world)),
        ("/emulator/v1/environments", ["POST"], partial(functions.environment, world, deployment)),
        ("/emulator/v1/functions", ["GET"], partial(functions.listed, deployment)),
        ("/emulator/v1/functions/<name>/invocations", ["POST"], partial(invocations.invoked, world, deployment)),
        ("/emulator/v1/interception", ["GET"], partial(_interception, interception)),
        ("/emulator/v1/logs", ["GET"], partial(logs.listed, world)),
        ("/emulator/v1/logs/stream", ["GET"], partial(logs.followed, world, deployment, log_streams)),
        ("/emulator/v1/instances", ["GET"], partial(functions.instances, deployment)),
    ):
        routes.add_url_rule(path, f"{methods[0]} {path}".replace(".", "_"), view, methods=methods)
    return routes


def _healthz() -> Response:
    return jsonify({"status": "alive"})


def _readyz(world: World) -> Response:
    if not seed.is_loaded(world):
        return failure(503, "the world is being seeded; ask again in a moment")
    return jsonify({"status": "ready"})


def _interception(interception: Interception | None) -> Response:
    return jsonify(interception_document(interception))


def _settings(world: World) -> Response:
    with world.transaction():
        return jsonify(asdict(world.settings))


def _change_settings(world: World) -> Response:
    given = body.of_request()
    with world.transaction():
        settings.keep(world.store, settings.change(world.settings, given))
    return _settings(world)
