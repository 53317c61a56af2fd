"""HTTPS of api.weixin.qq.com: a route for each openapi, how a request is read, and how an answer is written.

Every answer is HTTP 200, and JSON whatever its label says [doc], but for pictures and files. Flask
takes as long as a decision, so that it has only the requests that are out of the ordinary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from flask import Blueprint, Response, request
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from wxemu.core import journal, troubles
from wxemu.core.http import nowhere, outages
from wxemu.core.http.application import make_application
from wxemu.core.http.origins import ForeignPageError
from wxemu.core.http.plain import PlainResponse
from wxemu.core.http.plain_way import as_flasks, open_plain_way
from wxemu.core.http.recording import Entry
from wxemu.core.text import compact_json
from wxemu.wechat import json_body, known, openapis, programmed, signed_requests, tokens
from wxemu.wechat.errors import WeChatError
from wxemu.wechat.openapis import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIEnvironment

    from flask import Flask

    from wxemu.core.apps import App
    from wxemu.core.http.access import Access
    from wxemu.core.http.plain import Answered, Asked
    from wxemu.core.http.plain_way import Answer
    from wxemu.core.world import World
    from wxemu.wechat.api import Api
    from wxemu.wechat.errors import CloudCallError
    from wxemu.wechat.openapis import Decision

_SPELT: Final = re.compile(r"[%+]|[^!-~]")
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
CONTENT_TYPE: Final = "application/json; encoding=utf-8"
SNS: Final = "/sns/"
SNS_CONTENT_TYPE: Final = "text/plain"
"""What /sns/ labels its JSON [src, field]."""


def application(world: World, access: Access) -> Flask:
    """WeChat as a party of its own, which also answers whatever belongs to nobody."""
    app = make_application(face(world), world=world, access=access, refuse=partial(refuse_request, world))
    open_plain_way(app, access, partial(_find, world))
    return app


_PLAIN: Final = {
    (method, api.path): api
    for api in TABLE
    if api.place in ("query", "json")
    for method in METHODS
    if not (api.has_form and method == "POST")
}
"""The openapis whose parameters stand in the query or in JSON, by what asks for them."""


def _find(world: World, environ: WSGIEnvironment) -> Answer | None:
    api = _PLAIN.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
    return None if api is None else partial(_answer_plainly, world, api)


def _answer_plainly(world: World, api: Api, asked: Asked) -> Answered:
    try:
        return _answer(world, api, asked, asked.args)
    except Exception as error:  # noqa: BLE001 - whatever it is, it has an answer
        return _refuse_request(world, error, asked)


def face(world: World) -> Blueprint:
    """api.weixin.qq.com over ``world``."""
    routes = Blueprint("wechat", __name__)
    for api in TABLE:
        routes.add_url_rule(
            api.path,
            api.name.replace(".", "_"),
            partial(_answer_by_flask, world, api),
            methods=METHODS,
            provide_automatic_options=False,
        )
    named = partial(_answer_named, world)
    routes.add_url_rule("/<path:path>", "named", named, methods=("GET", "POST"), provide_automatic_options=False)
    return routes


def refuse_request(world: World, error: Exception) -> Response:
    """WeChat's answer to Flask's present request, of whichever party, that reached no openapi: ``error`` says why."""
    if isinstance(error, NotFound) and nowhere.is_browsers():
        return nowhere.page()
    return as_flasks(_refuse_request(world, error, request))


def _refuse_request(world: World, error: Exception, asked: Asked) -> PlainResponse:
    if isinstance(error, ForeignPageError):  # which WeChat knows nothing of
        refusal = WeChatError(40066, errmsg=f"invalid url, {error}")
    elif isinstance(error, NotFound):
        refusal = WeChatError(40066, value=asked.path)
    elif isinstance(error, MethodNotAllowed):
        api = known.find_by_path(asked.path)
        refusal = WeChatError(40066, value=asked.path) if api is None else _wrong_method(api, asked.method)
    elif isinstance(error, HTTPException):
        refusal = WeChatError(47001, value=error.name)
    else:
        troubles.tell(error, "a fault of the emulator, answered as -1")
        refusal = WeChatError(-1)
    try:
        return _refuse(world, refusal, asked)
    except troubles.TROUBLES as trouble:  # nobody could look up a rid, as nothing is kept
        troubles.tell(trouble)
        return _response(asked, {"errcode": refusal.errcode, "errmsg": refusal.errmsg})


def _refuse(world: World, error: WeChatError, asked: Asked) -> PlainResponse:
    has_query = asked.method == "GET"
    entry = Entry(face="wechat", asked=asked, given=_given(asked, asked.args) if has_query else None)
    error = error.as_seen(world.settings.refusals, entry.api)
    entry.fail(error.errcode)
    entry.remark = None if error.value is None else repr(error.value)
    with world.transaction():
        entry.at = world.clock.now()
        entry.rid = journal.new_rid(world, entry.at)
        response = _response(asked, _failure(world, entry, error))
        entry.keep(world, response)
    return response


@dataclass(frozen=True)
class HttpsCredential:
    """The access_token of an HTTPS request, or nothing yet for an openapi that takes appid and secret."""

    api: Api
    method: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    is_cloud_call: bool = False

    @property
    def access_token(self) -> str | None:
        """As it came, by the name that WeChat gives it or by that of a cloud-hosted service's [doc]."""
        return self.query.get("access_token") or self.query.get("cloudbase_access_token")

    def authorise(self, world: World, entry: Entry) -> tuple[Api, App | None]:
        """The openapi of the route, and the app that the access_token speaks for.

        :raises WeChatError: 43001, 43002 the method; 41001, 40014, 40001, 42001 the token.
        """
        try:
            if self.api.method != known.UNKNOWN_METHOD and self.method not in self.api.methods:
                raise _wrong_method(self.api, self.method)
            if self.api.takes_access_token:
                app = tokens.authorise(world, self.access_token)
                self._check_login_state(world, app)
                return self.api, app
        except WeChatError:
            entry.token_digest = tokens.digest(self.access_token) if self.access_token else None
            self._name_owner(world, entry)
            raise
        self._name_owner(world, entry)
        return self.api, None

    def _check_login_state(self, world: World, app: App) -> None:
        if self.api.login_state is not None:
            signed = signed_requests.SignedRequest(self.api.path, self.query, self.body)
            signed_requests.check(world, signed, app=app, errcode=self.api.login_state)

    def _name_owner(self, world: World, entry: Entry) -> None:
        """The journal names the app of an ended token too, so that the app can look the call up."""
        entry.appid = entry.appid or tokens.owner(world, self.access_token)


def _answer_named(world: World, path: str) -> Response:
    api = known.find_by_path(f"/{path}")
    if api is None:
        raise NotFound
    return _answer_by_flask(world, api)


def _answer_by_flask(world: World, api: Api) -> Response:
    """Answer Flask's present request."""
    request.get_data(cache=True, parse_form_data=False)  # before the form, which leaves nothing of it
    parameters: Mapping[str, str] = request.args
    if api.has_form and request.method == "POST":
        parameters = CombinedMultiDict((request.args, request.form))
    return as_flasks(_answer(world, api, request, parameters))


def _answer(world: World, api: Api, asked: Asked, query: Mapping[str, str]) -> PlainResponse | Response:
    """Decide a call of an openapi.

    :param query: the parameters that stand there, or in a form that may stand in its place.
    """
    given = _given(asked, query) if _has_query(api) else None
    entry = Entry(face="wechat", asked=asked, name=api.name, api=api.name, given=given, appid=query.get("appid"))
    body = asked.get_data()
    return openapis.call(
        world,
        HttpsCredential(api, asked.method, query, body),
        lambda: query if _has_query(api) else _read_body(api, body, entry),
        entry,
        partial(_encode, world, entry),
        signed_body=body if api.has_signed_body else None,
    )


def _read_body(api: Api, body: bytes, entry: Entry) -> Mapping[str, Any]:
    """The parameters of an openapi that has them in the body.

    :raises WeChatError: 44002 no body; 47001 a body of another form; 41005 a form without a file.
    """
    if api.place == "json":
        return json_body.read(body)
    return _read_any(api, body, entry)


def _read_any(api: Api, body: bytes, entry: Entry) -> Mapping[str, Any]:
    # Imported for the first upload: forms take 5 ms, which a start need not pay.
    from wxemu.core.http import forms  # noqa: PLC0415

    if request.mimetype != forms.MULTIPART:
        if api.place == "form":
            raise WeChatError(41005)
        if api.place == "any" and body.strip():
            is_urlencoded = request.mimetype == "application/x-www-form-urlencoded"
            return _of_query(parse_qs(body.decode(errors="replace"))) if is_urlencoded else json_body.read(body)
        return request.args
    try:
        parts = forms.parts(request.mimetype_params.get("boundary", ""), body)
        fields = {name: part if part.is_file else part.text for name, part in parts.items()}
    except forms.FormError as error:
        raise WeChatError(47001, value=f"{error}") from None
    if not any(isinstance(value, forms.Part) for value in fields.values()):
        raise WeChatError(41005)
    entry.given = {**request.args, **fields}
    entry.request_body = ""  # which holds the file; ``given`` shows what there was
    return entry.given


def _of_query(query: Mapping[str, list[str]]) -> Mapping[str, Any]:
    return {name: values[0] if len(values) == 1 else values for name, values in query.items()}


def _given(asked: Asked, query: Mapping[str, str]) -> Mapping[str, str] | str:
    """The parameters for the journal, which has those already that the query spells as they are."""
    if query is asked.args and not _SPELT.search(asked.full_path):
        return journal.IN_QUERY
    return {name: query[name] for name in query}


def _has_query(api: Api) -> bool:
    """Whether its parameters stand in the query, or at least those that sign the body."""
    return api.place == "query" or api.has_signed_body


def _wrong_method(api: Api, method: str) -> WeChatError:
    return WeChatError(43001 if api.method == "GET" else 43002, value=method)


def _encode(world: World, entry: Entry, decision: Decision) -> PlainResponse | Response:
    if decision.fault is not None and decision.fault.is_outage:
        return outages.response(decision.fault)
    if decision.error is not None:
        return _response(entry.asked, _failure(world, entry, decision.error))
    content = programmed.content_of(decision.members)
    if content is None:
        return _response(entry.asked, decision.members)
    entry.response_body = compact_json(decision.members)  # the bytes in base64, for readers
    return PlainResponse(content.data, content.content_type)


def _failure(world: World, entry: Entry, error: WeChatError | CloudCallError) -> Mapping[str, Any]:
    """The members of a refusal; its errmsg ends as ``errmsg_suffix`` says. On /sns/ a comma precedes it [field]."""
    suffix = world.settings.errmsg_suffix
    hint = entry.rid.replace("-", "")[8:]
    if _is_sns(entry.asked):
        forms = {"rid": f", rid: {entry.rid}", "hint": f", hints: [ req_id: {hint} ]"}
        forms["both"] = f"{forms['hint']} rid: {entry.rid}"
    else:
        forms = {"rid": f" rid: {entry.rid}", "hint": f" hint: [{hint}]"}
        forms["both"] = f"{forms['hint']}{forms['rid']}"
    return {"errcode": error.errcode, "errmsg": error.errmsg + forms[suffix], **_members(error)}


def _members(error: WeChatError | CloudCallError) -> Mapping[str, object]:
    return error.members if isinstance(error, WeChatError) else {}


def _response(asked: Asked, members: Mapping[str, Any]) -> PlainResponse:
    """Compact JSON, characters as they are."""
    return PlainResponse(compact_json(members).encode(), SNS_CONTENT_TYPE if _is_sns(asked) else CONTENT_TYPE)


def _is_sns(asked: Asked) -> bool:
    """Whether the path belongs to the family that labels and suffixes its answers in its own way."""
    return asked.path.startswith(SNS)
