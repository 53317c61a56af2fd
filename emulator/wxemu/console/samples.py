"""Events with which the sample functions succeed at once: a code, a confirmation, made when they are asked for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.steps import run_through
from wxemu.phone import calls, confirmations, phones
from wxemu.phone.calls import FunctionCall
from wxemu.phone.in_hand import new_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.phone.phones import Phone
    from wxemu.scf.deployment import Deployment

PROFILE: Final = "android"
"""Of the phone that is added where no phone of the app can sign."""
PURPOSE: Final = "pay"
ORDER: Final = "order-1"


def make(world: World, deployment: Deployment, app: App, function: str) -> tuple[str, str]:
    """An event as JSON and the openid of its sender, for a function of ``SAMPLES``.

    :raises NoKeyError: a phone has to be added, and no key is there for it.
    """
    phone = _phone(world, app)
    return json.dumps(SAMPLES[function](world, deployment, phone), indent=2), phone.openid


def _phone(world: World, app: App) -> Phone:
    """An honest phone of the app that can sign now, which is added if there is none."""
    with world.transaction():
        ready = [phone for phone in phones.all_phones(world, app.appid) if _is_ready(phone, world.clock.now())]
    return ready[0] if ready else phones.create(world, appid=app.appid, profile_name=PROFILE)


def _is_ready(phone: Phone, now: float) -> bool:
    is_honest = phone.auth_key is not None and not phone.override.kinds
    return is_honest and any(phone.enrolled.values()) and not phone.locked_for(now)


def _code(world: World, _deployment: Deployment, phone: Phone) -> dict[str, Any]:
    with world.transaction():
        return {"code": new_code(world, phone)}


def _confirmation(world: World, _deployment: Deployment, phone: Phone) -> dict[str, Any]:
    modes = tuple(mode for mode, count in phone.enrolled.items() if count)
    with world.transaction():
        done = confirmations.confirm(world, phone, request_auth_modes=modes, challenge=ORDER)
    return {"jsonString": done.result_json, "jsonSignature": done.result_json_signature}


def _stored_session(world: World, deployment: Deployment, phone: Phone) -> dict[str, Any]:
    """Nothing has to be sent, once ``login`` has stored a session."""
    call = FunctionCall("login", data=_code(world, deployment, phone))
    run_through(calls.call_function(world, deployment, phone.phone_id, call, lambda _appid, answer: answer))
    return {}


def _order(_world: World, _deployment: Deployment, _phone: Phone) -> dict[str, Any]:
    return {"purpose": PURPOSE, "payload": {"order": ORDER, "total": 12800}}


SAMPLES: Final[Mapping[str, Callable[[World, Deployment, Phone], dict[str, Any]]]] = {
    "login": _code,
    "verifySignature": _confirmation,
    "checkSession": _stored_session,
    "issueChallenge": _order,
}
"""By the name of the function."""
