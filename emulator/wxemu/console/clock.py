"""The page of the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wxemu.console import form
from wxemu.console.page import show

if TYPE_CHECKING:
    from flask import Response

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


STEPS: Final = (
    (60, "clock.minute"),
    (300, "clock.code_life"),
    (7200, "clock.token_life"),
    (86400, "clock.day"),
    (259200, "clock.session_life"),
)
"""Seconds to go forward, and the keys of their texts."""


def page(world: World, _deployment: Deployment) -> Response:
    """The clock, and forms to move it."""
    return show(world, "clock.html", "clock", steps=STEPS)


def freeze(world: World, _deployment: Deployment) -> str:
    """Freeze the clock now."""
    world.clock.freeze()
    return "/clock"


def advance(world: World, _deployment: Deployment) -> str:
    """Move the clock forward by the form's ``seconds``.

    :raises InputError: no number; ClockError: not forward.
    """
    world.clock.advance(form.number("seconds"))
    return "/clock"


def scale(world: World, _deployment: Deployment) -> str:
    """Run the clock the form's ``factor`` times as fast as real time.

    :raises InputError: no number; ClockError: no such pace.
    """
    world.clock.scale(form.number("factor"))
    return "/clock"


def release(world: World, _deployment: Deployment) -> str:
    """Follow real time again."""
    world.clock.release()
    return "/clock"
