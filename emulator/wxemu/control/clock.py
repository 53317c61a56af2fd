"""Answers on the clock: where it stands, and moving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.control.operations import clock as operations
from wxemu.core.http.serving import answers

if TYPE_CHECKING:
    from wxemu.control.operations.clock import Advance, Clock, Freeze, Scale
    from wxemu.control.platform import Platform
    from wxemu.core.http.operations import Nothing
    from wxemu.core.world import World


@answers(operations.SHOW)
def show(platform: Platform, _given: Nothing) -> Clock:
    """Where it stands, and how it goes."""
    return _clock(platform.world)


@answers(operations.FREEZE)
def freeze(platform: Platform, given: Freeze) -> Clock:
    """Stop it."""
    platform.world.clock.freeze(given.get("at"))
    return _clock(platform.world)


@answers(operations.ADVANCE)
def advance(platform: Platform, given: Advance) -> Clock:
    """Move it forward."""
    platform.world.clock.advance(given["seconds"])
    return _clock(platform.world)


@answers(operations.SCALE)
def scale(platform: Platform, given: Scale) -> Clock:
    """Let it run faster than real time, or slower."""
    platform.world.clock.scale(given["factor"])
    return _clock(platform.world)


@answers(operations.RELEASE)
def release(platform: Platform, _given: Nothing) -> Clock:
    """Return to real time."""
    platform.world.clock.release()
    return _clock(platform.world)


def _clock(world: World) -> Clock:
    with world.transaction():
        state, now = world.clock.state(), world.clock.now()
    return {"now": now, "isFrozen": state.is_frozen, "offset": state.offset, "scale": state.scale}
