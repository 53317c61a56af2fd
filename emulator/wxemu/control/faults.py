"""Answers on what is to go wrong on purpose; the console's forms come here too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from wxemu.control.operations import faults as operations
from wxemu.core import faults
from wxemu.core.http.serving import answers
from wxemu.wechat import openapi_faults

if TYPE_CHECKING:
    from wxemu.control.operations.faults import Fault, Faults, NamedFault, OfApp, Removed
    from wxemu.control.platform import Platform
    from wxemu.core.faults import FaultRequest
    from wxemu.core.world import World


@answers(operations.LIST)
def list_faults(platform: Platform, given: OfApp) -> Faults:
    """Those that wait, oldest first."""
    with platform.world.transaction():
        waiting = faults.list_faults(platform.world, appid=given.get("appid"))
    return {"faults": [_document(platform.world, fault) for fault in waiting]}


@answers(operations.ADD)
def add_fault(platform: Platform, given: FaultRequest) -> Fault:
    """Have one wait for the calls that fit it."""
    return _document(platform.world, openapi_faults.ask(platform.world, given))


@answers(operations.REMOVE)
def remove_fault(platform: Platform, given: NamedFault) -> Removed:
    """Remove one."""
    with platform.world.transaction():
        faults.remove(platform.world, given["id"])
    return {"removed": 1}


@answers(operations.REMOVE_ALL)
def remove_faults(platform: Platform, given: OfApp) -> Removed:
    """Remove all, or all of one app."""
    with platform.world.transaction():
        return {"removed": faults.remove_all(platform.world, appid=given.get("appid"))}


def value_of(fault: faults.Fault, member: str) -> Any:
    """What a fault has as a member on the wire; of ``reply`` the JSON text."""
    return getattr(fault, openapi_faults.ATTRIBUTES.get(member, member))


def _document(world: World, fault: faults.Fault) -> Fault:
    """Its id, what it was asked for with, how many more calls meet it, and how many have."""
    asked = {name: value_of(fault, name) for name in faults.FaultRequest.__annotations__}
    members = {name: value for name, value in asked.items() if value not in (None, 0)}
    reply = {} if fault.reply is None else {"reply": json.loads(fault.reply)}
    shown = world.secret_values.strike_out({**members, **reply})
    return cast("Fault", {"id": fault.number, **shown, "times": fault.times, "hits": fault.hits})
