"""Routes of api.weixin.qq.com, one for each row of THE TABLE; every answer is HTTP 200 [doc]."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from wxemu.core import faults, journal
from wxemu.core.http import outages
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import ForeignHostError
from wxemu.core.http.recording import Entry
from wxemu.wechat import codec, tokens
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.openapis import TABLE, check_method

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.wechat.openapis import Api

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
_log = logging.getLogger(__name__)


def application(world: World, access: Access) -> Flask:
    """WeChat as a party of its own, which also answers whatever belongs to nobody."""
    return make_application(face(world), access=access, refuse=partial(refuse_request, world))


def face(world: World) -> Blueprint:
    """api.weixin.qq.com over ``world``."""
    routes = Blueprint("wechat", __name__)
    for api in TABLE:
        routes.add_url_rule(
            api.path,
            api.name.replace(".", "_"),
            partial(_answer, world, api),
            methods=METHODS,
            provide_automatic_options=False,
        )
    return routes


def refuse(world: World, error: WeChatError) -> Response:
    """The answer to a request that reached no openapi: an unknown path, a method no route takes, a fault of ours."""
    entry = _entry("")
    with world.transaction():
        entry.rid, entry.at = journal.new_rid(world), world.clock.now()
        text = codec.encode(_refused(world, entry, error))
        entry.keep(world, text)
    return _response(text)


def refuse_request(world: World, error: Exception) -> Response:
    """WeChat's answer to a request that reached no openapi and ended in ``error``, whichever party was asked."""
    if isinstance(error, ForeignHostError):
        refusal = WeChatError(40066, errmsg=f"invalid url, {error}")
    elif isinstance(error, NotFound):
        refusal = WeChatError(40066, value=request.path)
    elif isinstance(error, MethodNotAllowed):
        refusal = wrong_method(request.path, request.method)
    elif isinstance(error, HTTPException):
        refusal = WeChatError(47001, value=error.name)
    else:
        _log.exception("a fault of the emulator, answered as -1", exc_info=error)
        refusal = WeChatError(-1)
    return refuse(world, refusal)


def wrong_method(path: str, method: str) -> WeChatError:
    """The refusal of a method that no route takes."""
    for api in TABLE:
        if api.path == path:
            try:
                check_method(api, method)
            except WeChatError as error:
                return error
    return WeChatError(40066, value=path)


def _answer(world: World, api: Api) -> Response:
    entry = _entry(api.name)
    body = request.get_data(cache=True, parse_form_data=False)
    fault = None
    with world.transaction():
        entry.rid, entry.at = journal.new_rid(world), world.clock.now()
        query = request.args
        token = query.get("access_token") or query.get("cloudbase_access_token")
        entry.appid = query.get("appid")
        try:
            check_method(api, request.method)
            app = api.authorise(world, token)
            given = codec.parameters(api.method, query, body)
            entry.appid = _claimed_appid(given) if app is None else app.appid
            fault = faults.met_by_call(world, api=api.name, appid=entry.appid)
            members = api.answer(world, app, given, request.remote_addr or "", fault)
            entry.errcode = members.get("errcode")
        except WeChatError as error:
            # Whoever an ended token belonged to may still ask what became of the call.
            entry.appid = entry.appid or tokens.owner(world, token)
            entry.token_digest = tokens.digest(token) if token else None
            members = _refused(world, entry, error)
        answer = _response(codec.encode(members))
        if fault is not None:
            answer, entry.remark = outages.passed(answer, fault), fault.remark
            entry.started -= fault.latency_ms / 1000  # which passes when nobody waits for this decision any more
        entry.keep(world, answer.get_data(as_text=True), status=answer.status_code)
    outages.wait(fault)
    return answer


def _entry(name: str) -> Entry:
    given = request.args.to_dict() if request.method == "GET" else None
    return Entry(face="wechat", name=name, api=name or None, given=given)


def _refused(world: World, entry: Entry, error: WeChatError) -> dict[str, object]:
    entry.errcode = error.errcode
    entry.remark = None if error.value is None else repr(error.value)
    return codec.failure(error, path=request.path, rid=entry.rid, suffix=world.settings.errmsg_suffix)


def _claimed_appid(given: Mapping[str, Any]) -> str | None:
    """Whose call it is by its own word, for the journal."""
    appid = given.get("appid")
    return appid.encode(errors="replace").decode() if isinstance(appid, str) else None


def _response(text: str) -> Response:
    return Response(text, content_type=codec.content_type(request.path))
