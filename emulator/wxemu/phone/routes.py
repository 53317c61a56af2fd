"""Routes of the simulated phone: its pages, and ``/phone/v1/phones`` with what a mini program can do on one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request

from wxemu.core.http.application import make_application
from wxemu.core.http.choices import keep_choices
from wxemu.core.http.language import keep_language
from wxemu.core.http.origins import Pages, let_pages_read
from wxemu.core.http.our_failures import CORE_STATUSES, refuse
from wxemu.core.http.plain import PlainResponse
from wxemu.core.http.plain_way import as_flasks, open_plain_way
from wxemu.core.http.recording import entry, keep_exchanges
from wxemu.core.http.serving import add_route, answers_in
from wxemu.core.steps import take_turns
from wxemu.phone import calls, codec, in_hand, operations, phones, user_data, web_requests
from wxemu.phone.errors import InvalidPhoneError, MiniProgramError, UnknownPhoneError
from wxemu.phone.in_hand import InHand
from wxemu.phone.mini_program import SAMPLE, MiniProgram
from wxemu.phone.pages import add_pages
from wxemu.phone.plain_way import PlainOperations
from wxemu.phone.recording import FACE, record_answer
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.http.operations import Operation
    from wxemu.core.http.recording import Entry
    from wxemu.core.steps import Steps
    from wxemu.core.world import World
    from wxemu.phone.operations import (
        CallFunction,
        KnownMiniProgram,
        NamedPhone,
        NewPhone,
        Phone,
        Phones,
        PhonesChoice,
        WebRequest,
    )
    from wxemu.phone.plain_way import Run
    from wxemu.scf.deployment import Deployment

ON_A_PHONE = answers_in(in_hand, user_data)
"""The functions that answer what is done on a phone, besides calling functions."""


STATUSES: Final = {
    **CORE_STATUSES,
    InvalidPhoneError: 400,
    MiniProgramError: 400,
    WeChatError: 400,
    UnknownPhoneError: 404,
}


def application(world: World, deployment: Deployment, access: Access, mini_program: Path | None = None) -> Flask:
    """The phones as a party of its own."""
    app = make_application(
        face(world, deployment, MiniProgram(mini_program or SAMPLE)),
        world=world,
        access=access,
        refuse=partial(refuse, STATUSES),
        pages=Pages.ALLOWED_AND_LINKS,
        asks_token=True,
    )
    if access.control_token is None:  # which Flask looks for
        plain = PlainOperations(world, app, _on_a_phone(world, deployment), STATUSES, lane=deployment.lane)
        open_plain_way(app, access, plain.find)
    return app


def _on_a_phone(world: World, deployment: Deployment) -> dict[Operation[..., Any, Any], Run]:
    """What answers each operation that is done on a phone."""
    operate = {
        operation: partial(_operate, world, operation.name, answer.run)
        for answer in ON_A_PHONE
        for operation in answer.operations
    }
    return {**operate, operations.CALL_FUNCTION: partial(_call_function, world, deployment)}


def face(world: World, deployment: Deployment, mini_program: MiniProgram) -> Blueprint:
    """The phones of ``world``, which run ``mini_program``; their function calls run on ``deployment``."""
    routes = Blueprint("phone", __name__)
    keep_exchanges(routes, world, face=FACE, is_unnamed_kept=False)
    let_pages_read(routes, world)
    keep_language(routes)
    keep_choices(routes)
    add_pages(routes, world)
    add_route(routes, operations.MINI_PROGRAM, partial(_show_mini_program, mini_program))
    add_route(routes, operations.LIST, partial(_list, world))
    add_route(routes, operations.CREATE, partial(_create, world))
    add_route(routes, operations.SHOW, partial(_show, world))
    add_route(routes, operations.REMOVE, partial(_remove, world))
    for operation, run in _on_a_phone(world, deployment).items():
        add_route(routes, operation, partial(_answer_by_flask, deployment, run))
    add_route(routes, operations.REQUEST, partial(_answer_by_flask, deployment, partial(_request, world, deployment)))
    return routes


def _answer_by_flask(deployment: Deployment, run: Run, given: Any) -> Response:
    answered = run(entry(), given)
    return as_flasks(answered if isinstance(answered, PlainResponse) else take_turns(answered, deployment.lane))


def _list(world: World, given: PhonesChoice) -> Phones:
    with world.transaction():
        return {"phones": [codec.phone(world, phone) for phone in phones.all_phones(world, given.get("appid"))]}


def _show(world: World, given: NamedPhone) -> Phone:
    with world.transaction():
        return codec.phone(world, phones.find(world, given["phoneId"]))


def _remove(world: World, given: NamedPhone) -> Phone:
    with world.transaction():
        phone = phones.find(world, given["phoneId"])
        phones.remove(world, phone)
        return codec.phone(world, phone)


def _create(world: World, given: NewPhone) -> Phone:
    appid, profile = given["appid"], given["profile"]
    phone = phones.create(world, appid=appid, profile_name=profile, openid=given.get("openid"))
    with world.transaction():
        return codec.phone(world, phone)


def _operate(
    world: World, name: str, run: Callable[[InHand, Any], Any], exchange: Entry, given: NamedPhone
) -> PlainResponse:
    with world.transaction():
        phone = phones.find(world, given["phoneId"])
        return record_answer(world, exchange, f"wx.{name}", phone.appid, run(InHand(world, phone), given))


def _call_function(world: World, deployment: Deployment, exchange: Entry, given: CallFunction) -> Steps[PlainResponse]:
    def keep(appid: str, answer: Mapping[str, Any]) -> PlainResponse:
        with world.transaction():
            return record_answer(world, exchange, "wx.cloud.callFunction", appid, answer)

    return calls.call_function(world, deployment, given["phoneId"], codec.function_call(given), keep)


def _request(world: World, deployment: Deployment, exchange: Entry, given: WebRequest) -> PlainResponse:
    """Not one transaction either: the emulator itself may be asked."""
    with world.transaction():
        phone = phones.find(world, given["phoneId"])
        domains = world.settings.request_domains
    answer = web_requests.send(
        deployment.base_url,
        (deployment.base_url, deployment.public_url, request.host_url.rstrip("/")),
        domains,
        url=given["url"],
        method=given.get("method") or "GET",
        header={name: str(value) for name, value in (given.get("header") or {}).items()},
        body=given.get("body"),
    )
    with world.transaction():
        return record_answer(world, exchange, "wx.request", phone.appid, answer)


def _show_mini_program(mini_program: MiniProgram, given: KnownMiniProgram) -> operations.MiniProgram:
    stamp, folder = mini_program.stamp(), str(mini_program.folder)
    if given.get("stamp") == stamp:
        return {"stamp": stamp, "folder": folder}
    files = mini_program.read()
    return {"stamp": stamp, "folder": folder, "files": files.texts, "pictures": files.pictures}
