"""``/emulator/v1/clock``: where the clock stands, and moving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify

from wxemu.core.http import body

if TYPE_CHECKING:
    from wxemu.core.world import World


def shown(world: World) -> Response:
    """Where it stands, and how it goes."""
    with world.transaction():
        state, now = world.clock.state(), world.clock.now()
    return jsonify({"now": now, "isFrozen": state.is_frozen, "offset": state.offset, "scale": state.scale})


def frozen(world: World) -> Response:
    """Stop it, now or at a time."""
    given = body.of_request()
    world.clock.freeze(body.number(given, "at") if "at" in given else None)
    return shown(world)


def advanced(world: World) -> Response:
    """Move it forward."""
    world.clock.advance(body.number(body.of_request(), "seconds"))
    return shown(world)


def scaled(world: World) -> Response:
    """Let it run faster than real time, or slower."""
    world.clock.scale(body.number(body.of_request(), "factor"))
    return shown(world)


def released(world: World) -> Response:
    """Back to real time."""
    world.clock.release()
    return shown(world)
