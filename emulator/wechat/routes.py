"""Routes of api.weixin.qq.com, one for each row of THE TABLE; every answer is HTTP 200 [doc]."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from emulator.wechat import codec
from emulator.world import journal, tokens
from emulator.world.apis import TABLE, check_method
from emulator.world.errors import WeChatError
from emulator.world.journal import Exchange

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.apis import Api
    from emulator.world.world import World

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


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
    with world.deciding():
        rid = journal.new_rid(world)
        members = codec.failure(error, path=request.path, rid=rid, suffix=world.settings.errmsg_suffix)
        text = codec.encode(members)
        _record(world, name="", rid=rid, appid=None, text=text, cost_in_ms=0.0, error=error)
    return _response(text)


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
    started = time.perf_counter()
    body = request.get_data(cache=True, parse_form_data=False)
    failed = None
    with world.deciding():
        rid = journal.new_rid(world)
        query = request.args
        token = query.get("access_token") or query.get("cloudbase_access_token")
        appid = query.get("appid")
        try:
            check_method(api, request.method)
            app = api.authorise(world, token)
            given = codec.parameters(api.method, query, body)
            appid = _claimed_appid(given) if app is None else app.appid
            members = api.answer(world, app, given, request.remote_addr or "")
        except WeChatError as error:
            failed = error
            # Whoever an ended token belonged to may still ask what became of the call.
            appid = appid or tokens.owner(world, token)
            members = codec.failure(error, path=api.path, rid=rid, suffix=world.settings.errmsg_suffix)
        text = codec.encode(members)
        cost = (time.perf_counter() - started) * 1000
        _record(world, name=api.name, rid=rid, appid=appid, text=text, cost_in_ms=cost, error=failed)
    return _response(text)


def _claimed_appid(given: Mapping[str, Any]) -> str | None:
    """Whose call it is by its own word, for the journal."""
    appid = given.get("appid")
    return appid.encode(errors="replace").decode() if isinstance(appid, str) else None


def _body_as_text() -> str:
    try:
        return request.get_data(cache=True, parse_form_data=False).decode(errors="backslashreplace")
    except HTTPException:  # too long, or the client went away: that is why it was refused
        return ""


def _record(
    world: World,
    *,
    name: str,
    rid: str,
    appid: str | None,
    text: str,
    cost_in_ms: float,
    error: WeChatError | None,
) -> None:
    journal.record(
        world,
        Exchange(
            rid=rid,
            at=world.clock.now(),
            face="wechat",
            name=name,
            appid=appid,
            method=request.method,
            url=request.full_path.rstrip("?"),
            request_body=_body_as_text(),
            response_body=text,
            cost_in_ms=cost_in_ms,
            client_ip=request.remote_addr or "",
            remark=None if error is None or error.value is None else repr(error.value),
        ),
    )


def _response(text: str) -> Response:
    return Response(text, content_type=codec.content_type(request.path))
