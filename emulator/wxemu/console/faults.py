"""The page of what goes wrong on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.console import declared, form
from wxemu.console.page import chosen_app, chosen_appid, show
from wxemu.core import faults
from wxemu.core.faults import Fault
from wxemu.wechat import openapi_faults
from wxemu.wechat.errors import ERRMSG, OVERLOADS
from wxemu.wechat.openapis import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response

    from wxemu.core.world import World
    from wxemu.scf.deployment import Deployment


def page(world: World, deployment: Deployment) -> Response:
    """The faults that wait, and forms to add one."""
    with world.transaction():
        waiting = faults.waiting(world)
    return show(
        world,
        "faults.html",
        "faults",
        faults=waiting,
        effects=_effects,
        apis=[faults.ANY, *(api.name for api in TABLE)],
        errcodes={**ERRMSG, **OVERLOADS},
        failures=faults.FAILURES,
        functions=sorted(spec.name for spec in declared.of(deployment, chosen_app(world)).functions),
    )


def add(world: World, _deployment: Deployment) -> str:
    """Have the form's fault wait, for the app that the console is about.

    :raises BodyError: a field is not what it should be; FaultError: together they make no fault.
    """
    wanted = Fault(
        api=form.text("api") or None,
        function=form.text("function") or None,
        appid=chosen_appid(world),
        errcode=_whole("errcode"),
        errmsg=form.text("errmsg") or None,
        reply=_reply(),
        status=_whole("status"),
        body=form.text("body") or None,
        failure=form.text("failure") or None,
        latency_ms=form.number("latency_ms") if form.text("latency_ms") else 0.0,
        is_abort=bool(form.text("is_abort")),
        times=_whole("times"),
        probability=form.number("percent") / 100 if form.text("percent") else 1.0,
    )
    with world.transaction():
        openapi_faults.add(world, wanted)
    return "/faults"


def remove(world: World, _deployment: Deployment) -> str:
    """Take the form's fault away, or without a ``number`` all of them.

    :raises BodyError: no number; UnknownFaultError: there is none of this number.
    """
    number = _whole("number")
    with world.transaction():
        if number is None:
            faults.remove_all(world)
        else:
            faults.remove(world, number)
    return "/faults"


def _effects(fault: Fault) -> Iterator[tuple[str, object]]:
    """Of a fault, by the name of its words, with what says more about it."""
    values = {"errcode": fault.errcode, "reply": fault.reply, "status": fault.status, "fail": fault.failure}
    for name in fault.effects:
        yield name, values.get(name)
    if fault.latency_ms:
        yield "latency", f"{fault.latency_ms:g}"


def _whole(name: str) -> int | None:
    return form.whole_number(name, most=faults.MOST_TIMES)


def _reply() -> str | None:
    reply = form.json_value("reply")
    return json.dumps(reply, separators=(",", ":")) if form.text("reply") else None
