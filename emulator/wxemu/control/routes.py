"""Routes of the control plane, ``/emulator/v1``: those of the table of operations."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint

from wxemu.control import apps, clock, exchanges, faults, functions, health, invocations, logs, quotas, replay, state
from wxemu.control.errors import STATUSES
from wxemu.control.platform import Platform
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import Pages, let_pages_read
from wxemu.core.http.our_failures import refuse
from wxemu.core.http.serving import add_route, answers_in

if TYPE_CHECKING:
    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.intercept import Interception
    from wxemu.scf.deployment import Deployment

ANSWERS = answers_in(health, apps, state, clock, faults, quotas, exchanges, replay, functions, invocations, logs)
"""The functions that answer the operations of the table."""


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
    for answer in ANSWERS:
        for operation in answer.operations:
            add_route(routes, operation, partial(answer.run, platform))
    return routes
