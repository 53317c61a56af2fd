"""Which faults of an openapi there can be: one that WeChat has by name, and an errcode that it can be answered with."""

from __future__ import annotations

import json
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import faults
from wxemu.core.faults import ANY, Fault, FaultError
from wxemu.core.http.inputs import InputError
from wxemu.core.messages import Message
from wxemu.wechat import known, programmed
from wxemu.wechat.errors import CLOUD_CALL_ERRMSG, ERRMSG

if TYPE_CHECKING:
    from wxemu.core.faults import FaultRequest
    from wxemu.core.world import World
    from wxemu.wechat.api import Api


ATTRIBUTES: Final = {"fail": "failure", "latencyMs": "latency_ms", "abort": "is_abort"}
"""Of a fault, by the names of the members on the wire, where these are other ones."""
_SPARE_LEVELS: Final = 50
"""Of nesting: a reply that can be written in so many arrays can be read, sent and shown from any depth of calls."""


def add(world: World, fault: Fault) -> Fault:
    """Have a fault, of openapis or of functions, wait for the calls that fit it.

    :raises FaultError: it cannot be.
    """
    faults.check(world, fault)
    if fault.api is not None:
        _check_errcode(fault, _api_of(fault.api))
        _check_reply(fault)
    return faults.add(world, fault)


def ask(world: World, given: FaultRequest) -> Fault:
    """Have the fault that is asked for wait for the calls that fit it.

    :raises FaultError: it cannot be; InputError: its reply.
    """
    members: dict[str, Any] = {ATTRIBUTES.get(name, name): value for name, value in given.items()}
    if "reply" in given:
        members["reply"] = _json(given["reply"])
    with world.transaction():
        return add(world, Fault(**members))


def _api_of(name: str) -> Api | None:
    """The openapi, ``None`` for all.

    :raises FaultError: there is none of this name.
    """
    api = known.find(name)
    if api is None and name != ANY:
        raise FaultError(
            Message(
                "api: expected {every} or the name of an openapi, got {name}; {similar}",
                "api：应为 {every} 或接口名称，得到的是 {name}；{similar}",
                every=ANY,
                name=repr(name),
                similar=known.suggest(name, known.names()),
            )
        )
    return api


def _check_reply(fault: Fault) -> None:
    try:
        programmed.content_of(json.loads(fault.reply or "{}"))
    except ValueError as error:
        raise FaultError(Message("reply: {error}", "reply 不正确：{error}", error=error)) from None


def _check_errcode(fault: Fault, api: Api | None) -> None:
    if fault.errcode in CLOUD_CALL_ERRMSG:
        if fault.errmsg is not None:
            raise FaultError(
                Message(
                    "errmsg: {errcode} is the gateway's, which has its own text to it",
                    "errmsg：{errcode} 是网关的错误码，网关有自己的文本",
                    errcode=fault.errcode,
                )
            )
        if api is not None and not api.has_cloud_call:
            raise FaultError(
                Message(
                    "errcode: {errcode} is the gateway's, and {api} is not to be had by cloud call",
                    "errcode：{errcode} 是网关的错误码，而 {api} 不提供云调用",
                    errcode=fault.errcode,
                    api=api.name,
                )
            )
    elif fault.errcode is not None and fault.errcode not in ERRMSG and fault.errmsg is None:
        raise FaultError(
            Message(
                "errmsg: {errcode} is not in the table of errors, so it needs a text",
                "errmsg：错误码表中没有 {errcode}，需要填写文本",
                errcode=fault.errcode,
            )
        )


def _json(reply: Any) -> str:
    """As ASCII, so that a lone surrogate in it can be kept."""
    try:
        json.dumps(reduce(lambda inner, _: [inner], range(_SPARE_LEVELS), reply), allow_nan=False)
    except (RecursionError, ValueError):
        raise InputError(
            Message(
                "reply: expected JSON that is not nested so deeply, with numbers that are finite",
                "reply：JSON 嵌套太深，或其中的数字不是有限值",
            )
        ) from None
    return json.dumps(reply, separators=(",", ":"))
