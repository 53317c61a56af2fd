"""The page of what goes wrong on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.console import form
from wxemu.console.functions import list_declared
from wxemu.console.page import chosen_app, chosen_appid, show
from wxemu.control import faults as operations
from wxemu.control.operations.faults import NamedFault
from wxemu.control.platform import Platform
from wxemu.core import faults
from wxemu.core.faults import FaultRequest
from wxemu.wechat import known
from wxemu.wechat.errors import ERRMSG, OVERLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

    from wxemu.core.faults import Fault
    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


def page(world: World, deployment: Deployment) -> Response:
    """The faults that wait, and forms to add one."""
    with world.transaction():
        waiting = faults.list_faults(world)
    return show(
        world,
        "faults.html",
        "faults",
        faults=world.secret_values.strike_out(waiting),
        effects=_effects,
        apis=[faults.ANY, *known.names()],
        errcodes={**ERRMSG, **OVERLOADS},
        failures=faults.FAILURES,
        functions=sorted(spec.name for spec in list_declared(deployment, chosen_app(world)).functions),
    )


def add(world: World, deployment: Deployment) -> str:
    """Have the form's fault wait, for the app that the console is about.

    :raises InputError: a field is not what it should be; FaultError: together they make no fault.
    """
    probability = f"{form.number('percent') / 100}" if form.text("percent") else None
    asked = form.read(FaultRequest, appid=chosen_appid(world), probability=probability)
    operations.add_fault.run(Platform(world, deployment), asked)
    return "/faults"


def remove(world: World, deployment: Deployment) -> str:
    """Take the form's fault away, or without an ``id`` all of them.

    :raises InputError: no number; UnknownFaultError: there is none of this number.
    """
    platform = Platform(world, deployment)
    if form.text("id"):
        operations.remove_fault.run(platform, form.read(NamedFault))
    else:
        operations.remove_faults.run(platform, {})
    return "/faults"


def _effects(fault: Fault) -> Iterator[tuple[str, object]]:
    """Of a fault, by the name of its words, with what says more about it."""
    for name in fault.effects:
        value = operations.value_of(fault, name)
        yield name, None if value is True else value
    if fault.latency_ms:
        yield "latency", f"{fault.latency_ms:g}"
