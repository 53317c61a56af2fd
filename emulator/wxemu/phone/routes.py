"""Routes of the simulated phone: its pages, and ``/phone/v1/phones`` with what a mini program can do on one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, jsonify, request

from wxemu.cloudbase import open_data
from wxemu.core.http import body
from wxemu.core.http.application import make_application
from wxemu.core.http.language import keep_language
from wxemu.core.http.origins import keep_to_allowed_pages
from wxemu.core.http.our_failures import CORE_STATUSES, refuse
from wxemu.core.http.recording import keep_exchanges
from wxemu.phone import calls, codec, confirmations, phones
from wxemu.phone.confirmations import OUTCOMES, ConfirmationError
from wxemu.phone.pages import add_pages
from wxemu.phone.phones import InvalidPhoneError, UnknownPhoneError
from wxemu.phone.recording import record_answer
from wxemu.wechat import sessions
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.phone.phones import Phone
    from wxemu.scf.deployment import Deployment

    Operation = Callable[[World, Phone, Mapping[str, Any]], Mapping[str, Any]]

PHONES: Final = "/phone/v1/phones"
STATUSES: Final = {**CORE_STATUSES, InvalidPhoneError: 400, WeChatError: 400, UnknownPhoneError: 404}


def application(world: World, deployment: Deployment, access: Access) -> Flask:
    """The phones as a party of its own."""
    return make_application(face(world, deployment), access=access, refuse=partial(refuse, STATUSES), asks_token=True)


def face(world: World, deployment: Deployment) -> Blueprint:
    """The phones of ``world``; their function calls run on ``deployment``."""
    routes = Blueprint("phone", __name__)
    keep_exchanges(routes, world, face="phone", is_unnamed_kept=False)
    keep_to_allowed_pages(routes, world)
    keep_language(routes)
    add_pages(routes, world)
    routes.add_url_rule(PHONES, "list", partial(_list, world), methods=["GET"])
    routes.add_url_rule(PHONES, "create", partial(_create, world), methods=["POST"])
    routes.add_url_rule(f"{PHONES}/<phone_id>", "show", partial(_show, world), methods=["GET"])
    routes.add_url_rule(f"{PHONES}/<phone_id>", "remove", partial(_remove, world), methods=["DELETE"])
    for name, operation in OPERATIONS.items():
        view = partial(_operate, world, name, operation)
        routes.add_url_rule(f"{PHONES}/<phone_id>/{name}", name, view, methods=["POST"])
    call = partial(_call_function, world, deployment)
    routes.add_url_rule(f"{PHONES}/<phone_id>/callFunction", "callFunction", call, methods=["POST"])
    return routes


def _list(world: World) -> Response:
    with world.transaction():
        found = phones.all_phones(world, request.args.get("appid"))
        return jsonify({"phones": [codec.phone(world, held) for held in found]})


def _show(world: World, phone_id: str) -> Response:
    with world.transaction():
        return jsonify(codec.phone(world, phones.find(world, phone_id)))


def _remove(world: World, phone_id: str) -> Response:
    with world.transaction():
        removed = phones.find(world, phone_id)
        phones.remove(world, removed)
        return jsonify(codec.phone(world, removed))


def _create(world: World) -> Response:
    given = body.of_request()
    created = phones.create(
        world,
        appid=body.encodable_text(given, "appid", is_required=True) or "",
        profile_name=body.encodable_text(given, "profile", is_required=True) or "",
        openid=body.encodable_text(given, "openid"),
    )
    with world.transaction():
        return jsonify(codec.phone(world, created))


def _operate(world: World, name: str, operation: Operation, phone_id: str) -> Response:
    given = body.of_request()
    with world.transaction():
        phone = phones.find(world, phone_id)
        return record_answer(world, f"wx.{name}", phone.appid, operation(world, phone, given))


def _call_function(world: World, deployment: Deployment, phone_id: str) -> Response:
    """Not one decision: the function waits, and calls back meanwhile."""
    call = codec.function_call(body.of_request())
    with world.transaction():
        phone = phones.find(world, phone_id)
    answer = calls.call_function(world, deployment, phone, call)
    with world.transaction():
        return record_answer(world, "wx.cloud.callFunction", phone.appid, answer)


def _login(world: World, phone: Phone, _given: Mapping[str, Any]) -> Mapping[str, Any]:
    code = sessions.new_code(world, appid=phone.appid, openid=phone.openid)
    sessions.touch(world, phone.appid, phone.openid)
    phones.keep(world, replace(phone, latest_code=code))
    return {"code": code, "errMsg": "login:ok"}


def _check_session(world: World, phone: Phone, _given: Mapping[str, Any]) -> Mapping[str, Any]:
    is_in_force = sessions.is_code_in_force(world, appid=phone.appid, openid=phone.openid, code=phone.latest_code)
    if not is_in_force:
        return {"errMsg": "checkSession:fail session time out, need relogin"}
    sessions.touch(world, phone.appid, phone.openid)
    return {"errMsg": "checkSession:ok"}


def _check_is_support(_world: World, phone: Phone, _given: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"supportMode": list(phone.profile.modes), "errMsg": "checkIsSupportSoterAuthentication:ok"}


def _check_is_enrolled(_world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    mode = body.text(given, "checkAuthMode", is_required=True)
    if mode not in phone.profile.modes:
        return {"isEnrolled": False, "errMsg": "checkIsSoterEnrolledInDevice:fail not support"}
    return {"isEnrolled": bool(phone.enrolled.get(mode)), "errMsg": "checkIsSoterEnrolledInDevice:ok"}


def _prompt(world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Before there is an outcome: what a page that lets somebody touch the sensor has to show, or the end already."""
    try:
        mode = confirmations.prompt(world, phone, **codec.request(given))
    except ConfirmationError as error:
        return codec.failed_confirmation(error)
    return {"authMode": mode, "authContent": body.text(given, "authContent") or ""}


def _start(world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        outcome = body.member(body.text(given, "outcome") or "match", OUTCOMES)
        done = confirmations.confirm(world, phone, **codec.request(given), outcome=outcome)
    except ConfirmationError as error:
        return codec.failed_confirmation(error)
    return codec.confirmation(done)


def _enrol(world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    mode = body.text(given, "mode") or next(iter(phone.profile.modes), "fingerPrint")
    count = body.whole_number(given, "count", default=1)
    return codec.phone(world, phones.enrol(world, phone, mode=mode, count=count))


def _override(world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    return codec.phone(world, phones.override(world, phone, codec.override(given)))


def _cloud_id(world: World, phone: Phone, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What stands beside encryptedData in the answers of wx.getWeRunData and its like, for any ``data``."""
    data = body.json_object(given.get("data"))
    return {"cloudID": open_data.issue(world, appid=phone.appid, openid=phone.openid, data=data)}


OPERATIONS: Final[dict[str, Operation]] = {
    "login": _login,
    "checkSession": _check_session,
    "checkIsSupportSoterAuthentication": _check_is_support,
    "checkIsSoterEnrolledInDevice": _check_is_enrolled,
    "promptSoterAuthentication": _prompt,
    "startSoterAuthentication": _start,
    "enrol": _enrol,
    "override": _override,
    "cloudID": _cloud_id,
}
"""What can be done with a phone, besides calling functions."""
BY_HAND: Final = ("promptSoterAuthentication", "enrol", "override", "cloudID")
"""Those that are no API of a mini program: they arrange what its APIs will answer."""
