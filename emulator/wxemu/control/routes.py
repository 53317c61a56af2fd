"""Routes of the control plane, ``/emulator/v1``: those of the table of operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from flask import Blueprint

from wxemu.control.errors import STATUSES
from wxemu.control.operations import apps, clock, exchanges, faults, functions, health, state
from wxemu.control.platform import Platform
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import Pages, let_pages_read
from wxemu.core.http.our_failures import refuse
from wxemu.core.http.serving import Late, add_route

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment

_HERE: Final = "wxemu.control"
SUBJECTS: Final[tuple[Late[Platform], ...]] = (
    Late(health, f"{_HERE}.health"),
    Late(apps, f"{_HERE}.apps"),
    Late(state, f"{_HERE}.state"),
    Late(clock, f"{_HERE}.clock"),
    Late(faults, f"{_HERE}.faults", f"{_HERE}.quotas"),
    Late(exchanges, f"{_HERE}.exchanges", f"{_HERE}.replay"),
    Late(functions, f"{_HERE}.functions", f"{_HERE}.invocations", f"{_HERE}.logs"),
)
"""The table by subjects. Who asks for functions only, as a command does, waits for no explanations."""


def application(world: World, deployment: Deployment, access: Access, interception: Interception | None) -> Flask:
    """The control plane as a party of its own."""
    return make_application(
        face(world, deployment, interception),
        world=world,
        access=access,
        refuse=partial(refuse, STATUSES),
        pages=Pages.ALLOWED_AND_LINKS,
        asks_token=True,
    )


def face(world: World, deployment: Deployment, interception: Interception | None = None) -> Blueprint:
    """The control plane over ``world`` and ``deployment``."""
    routes = Blueprint("control", __name__)
    let_pages_read(routes, world)
    platform = Platform(world, deployment, interception)
    for subject in SUBJECTS:
        for operation in subject.operations:
            add_route(routes, operation, partial(subject.run, operation, platform))
    return routes
