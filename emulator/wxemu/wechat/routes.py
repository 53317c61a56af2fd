"""HTTPS of api.weixin.qq.com: a route for each row of THE TABLE, how a request is read, and how an answer is written.

Every answer is HTTP 200 and JSON, whatever its label says [doc].
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from wxemu.core import journal, troubles
from wxemu.core.http import outages
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import ForeignPageError
from wxemu.core.http.recording import Entry
from wxemu.wechat import openapis, tokens
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.openapis import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.datastructures import MultiDict

    from wxemu.core.apps import App
    from wxemu.core.http.access import Access
    from wxemu.core.world import World
    from wxemu.wechat.errors import CloudCallError
    from wxemu.wechat.openapis import Api, Decision

METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
CONTENT_TYPE: Final = "application/json; encoding=utf-8"
SNS: Final = "/sns/"
SNS_CONTENT_TYPE: Final = "text/plain"
"""What /sns/ labels its JSON [src, field]."""


def application(world: World, access: Access) -> Flask:
    """WeChat as a party of its own, which also answers whatever belongs to nobody."""
    return make_application(face(world), world=world, access=access, refuse=partial(refuse_request, world))


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


def refuse_request(world: World, error: Exception) -> Response:
    """WeChat's answer to a request that reached no openapi and ended in ``error``, whichever party was asked."""
    if isinstance(error, ForeignPageError):  # which WeChat knows nothing of
        refusal = WeChatError(40066, errmsg=f"invalid url, {error}")
    elif isinstance(error, NotFound):
        refusal = WeChatError(40066, value=request.path)
    elif isinstance(error, MethodNotAllowed):
        api = next((api for api in TABLE if api.path == request.path), None)
        refusal = WeChatError(40066, value=request.path) if api is None else _wrong_method(api, request.method)
    elif isinstance(error, HTTPException):
        refusal = WeChatError(47001, value=error.name)
    else:
        troubles.tell(error, "a fault of the emulator, answered as -1")
        refusal = WeChatError(-1)
    try:
        return _refuse(world, refusal)
    except troubles.TROUBLES as trouble:  # nobody could look up a rid, as nothing is kept
        troubles.tell(trouble)
        return _response({"errcode": refusal.errcode, "errmsg": refusal.errmsg})


def _refuse(world: World, error: WeChatError) -> Response:
    entry = _entry("")
    entry.fail(error.errcode)
    entry.remark = None if error.value is None else repr(error.value)
    with world.transaction():
        entry.rid, entry.at = journal.new_rid(world), world.clock.now()
        response = _response(_failure(world, entry, error))
        entry.keep(world, response)
    return response


@dataclass(frozen=True)
class HttpsCredential:
    """The access_token of an HTTPS request, or nothing yet for an openapi that takes appid and secret."""

    api: Api
    method: str
    access_token: str | None = field(repr=False)
    is_cloud_call: bool = False

    def authorise(self, world: World, entry: Entry) -> tuple[Api, App | None]:
        """The openapi of the route, and the app that the access_token speaks for.

        :raises WeChatError: 43001, 43002 the method; 41001, 40014, 40001, 42001 the token.
        """
        try:
            if self.method not in self.api.methods:
                raise _wrong_method(self.api, self.method)
            if self.api.takes_access_token:
                return self.api, tokens.authorise(world, self.access_token)
        except WeChatError:
            entry.token_digest = tokens.digest(self.access_token) if self.access_token else None
            self._name_owner(world, entry)
            raise
        self._name_owner(world, entry)
        return self.api, None

    def _name_owner(self, world: World, entry: Entry) -> None:
        """The journal names the app of an ended token too, so that the app can look the call up."""
        entry.appid = entry.appid or tokens.owner(world, self.access_token)


def _answer(world: World, api: Api) -> Response:
    entry = _entry(api.name)
    body = request.get_data(cache=True, parse_form_data=False)  # before the transaction: clients may be slow
    query: MultiDict[str, str] = request.args
    if api.has_post and request.method == "POST":
        query = CombinedMultiDict((request.args, request.form))
        entry.given = query.to_dict()
    entry.appid = query.get("appid")
    access_token = query.get("access_token") or query.get("cloudbase_access_token")
    return openapis.call(
        world,
        HttpsCredential(api, request.method, access_token),
        lambda: query if api.method == "GET" else _read_body(body),
        entry,
        partial(_encode, world, entry),
    )


def _entry(name: str) -> Entry:
    parameters = request.args.to_dict() if request.method == "GET" else None
    return Entry(face="wechat", name=name, api=name or None, given=parameters)


def _wrong_method(api: Api, method: str) -> WeChatError:
    return WeChatError(43001 if api.method == "GET" else 43002, value=method)


def _read_body(body: bytes) -> Mapping[str, Any]:
    """The parameters of a POST.

    :raises WeChatError: 44002 no body; 47001 one that is no JSON object in UTF-8.
    """
    if not body.strip():
        raise WeChatError(44002)
    try:
        parameters = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise WeChatError(47001) from None
    if not isinstance(parameters, dict):
        raise WeChatError(47001)
    return parameters


def _refuse_constant(constant: str) -> None:
    raise ValueError(f"{constant} is Python's, not JSON's")


def _encode(world: World, entry: Entry, decision: Decision) -> Response:
    if decision.fault is not None and decision.fault.is_outage:
        return outages.response(decision.fault)
    return _response(decision.members if decision.error is None else _failure(world, entry, decision.error))


def _failure(world: World, entry: Entry, error: WeChatError | CloudCallError) -> Mapping[str, Any]:
    """The members of a refusal; its errmsg ends as ``errmsg_suffix`` says. On /sns/ a comma precedes it [field]."""
    suffix = world.settings.errmsg_suffix
    hint = entry.rid.replace("-", "")[8:]
    if _is_sns():
        forms = {"rid": f", rid: {entry.rid}", "hint": f", hints: [ req_id: {hint} ]"}
        forms["both"] = f"{forms['hint']} rid: {entry.rid}"
    else:
        forms = {"rid": f" rid: {entry.rid}", "hint": f" hint: [{hint}]"}
        forms["both"] = f"{forms['hint']}{forms['rid']}"
    return {"errcode": error.errcode, "errmsg": error.errmsg + forms[suffix]}


def _response(members: Mapping[str, Any]) -> Response:
    """Compact JSON, characters as they are."""
    text = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
    return Response(text, content_type=SNS_CONTENT_TYPE if _is_sns() else CONTENT_TYPE)


def _is_sns() -> bool:
    """Whether the path belongs to the family that labels and suffixes its answers in its own way."""
    return request.path.startswith(SNS)
