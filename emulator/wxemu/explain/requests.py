"""What is wrong with a request itself: its body, its parameters, the user or the code that it names."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Final

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.core.messages import Message
from wxemu.explain.case import client_of, ended, format_time, it_is, it_is_json, quote
from wxemu.wechat import known, login_state, phone_numbers, sessions, users
from wxemu.wechat.openapis import BY_NAME

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange
    from wxemu.explain.case import Case
    from wxemu.wechat.sessions import Code
    from wxemu.wechat.users import User

_FORM: Final = re.compile(r"[\w.\[\]%-]+=[^&\n]*(?:&[\w.\[\]%-]+=[^&\n]*)*\n?")
_UNESCAPED: Final = re.compile(r'"json_?[sS]tring"\s*:\s*"\s*\{\s*"')
PHONE_NUMBER: Final = "phonenumber.getPhoneNumber"
_CLOSE: Final = 0.85
"""How much of a path, 1 being all, is that of the API that was meant: /wxa/checksessionkey has 0.92 of checksession."""
_PLACEHOLDER: Final = re.compile(
    r"undefined|null|none|nan|test|user|your.*|\$\{?\w+\}?|\{\{?\w*\}?\}|\[object.*\]|<.*>|o?x+|o?\*+|o?abc\w{0,3}|"
    r"\$?(?:user_?)?open_?id\d*|o?123\d*",
    re.IGNORECASE,
)


def look_at_body(case: Case) -> None:
    """47001: if it is no JSON, what is it?"""
    text = case.exchange.request_body
    is_multipart = text.startswith("--") and "form-data" in text
    case.look("body_form_encoded", it_is(quote(text)) if _FORM.fullmatch(text) or is_multipart else None)
    at = _UNESCAPED.search(text)
    case.look("json_string_unescaped", None if at is None else _at_character(at.start(), at[0]))
    if not case.is_solved:
        case.look("body_not_json", _why_no_json(text))


def _at_character(at: int, found: str) -> Message:
    return Message("at character {at}: {found}", "在第 {at} 个字符处：{found}", at=at, found=quote(found))


def _why_no_json(text: str) -> Message:
    try:
        return it_is_json(json.loads(text))
    except RecursionError:
        return Message("it is nested too deeply", "嵌套太深")
    except ValueError as error:
        return Message("{error}; it begins {text}", "{error}；开头是 {text}", error=error, text=quote(text))


def look_at_empty_body(case: Case) -> None:
    """44002."""
    query = case.exchange.url.partition("?")[2]
    api = BY_NAME.get(case.exchange.api or "")
    belongs_there = login_state.PARAMETERS if api is not None and api.has_signed_body else ()
    is_in_query = query.count("&") > len(belongs_there)
    in_query = Message("it has none; the parameters seem to stand in the URL", "没有请求体；参数似乎放在了 URL 中")
    case.look("body_empty", in_query if is_in_query else Message("it has none", "没有请求体"))


def look_at_method(case: Case) -> None:
    """43001, 43002."""
    api = BY_NAME.get(case.exchange.api or "")
    wanted = "GET" if case.exchange.errcode == "43001" else "POST"
    wanted = wanted if api is None else " or ".join(api.methods)
    used = Message(
        "it was {method}, and {wanted} is expected",
        "用的是 {method}，应为 {wanted}",
        method=case.exchange.method,
        wanted=wanted,
    )
    case.look("method_wrong", used)


def look_at_path(case: Case) -> None:
    """40066."""
    if case.exchange.api is not None:
        only = Message("{api} has only a name here", "{api} 在这里只有名称", api=case.exchange.api)
        case.look("answer_missing", only)
        return
    path = case.exchange.url.partition("?")[0]
    meant = difflib.get_close_matches(path[:80], [api.path for api in known.all_apis()], n=1, cutoff=_CLOSE)
    similar = Message("; there is {path}", "；有一个是 {path}", path=meant[0]) if meant else ""
    asked = Message("it was {path}{similar}", "它是 {path}{similar}", path=quote(path), similar=similar)
    case.look("path_unknown", asked)


def look_at_parameters(case: Case) -> None:
    """40097, 40101, 41002 and their like; json_string as an object, and JSON for a form, are mistakes of their own."""
    if case.look("body_not_form", _json_for_form(case.exchange)):
        return
    value = case.exchange.parameters.get("json_string")
    is_object = value is not None and not isinstance(value, str)
    if not case.look("json_string_object", it_is_json(value) if is_object else None):
        see = Message("see the errmsg", "见 errmsg")
        case.look("parameter_wrong", it_is(case.exchange.remark) if case.exchange.remark else see)


def _json_for_form(exchange: Exchange) -> Message | None:
    """Of a POST to an openapi that reads a query or a form: whether its body is JSON."""
    api = BY_NAME.get(exchange.api or "")
    is_json = exchange.request_body.lstrip()[:1] in ("{", "[")
    if exchange.method != "POST" or api is None or not api.has_form or not is_json:
        return None
    return Message(
        "POST {path} is read like GET: from the query or a form, not from {body}",
        "POST {path} 与 GET 一样从查询串或表单中读取参数，而不是从 {body} 中读取",
        path=api.path,
        body=quote(exchange.request_body),
    )


def look_at_openid(case: Case) -> None:
    """40003: whose is it?"""
    given = case.exchange.parameters
    openid = str(given.get("openid") or given.get("touser") or "")
    elsewhere = users.apps_of(case.world, openid)
    one_of = Message(
        "{openid} is one of {apps}", "{openid} 属于 {apps}", openid=quote(openid), apps=", ".join(elsewhere)
    )
    case.look("openid_of_another_app", one_of if elsewhere else None)
    unionid_of = None if elsewhere else users.find_by_unionid(case.world, openid)
    case.look("openid_is_unionid", None if unionid_of is None else _owner(unionid_of))
    if not case.is_solved:
        case.look("openid_placeholder", it_is(quote(openid)) if _PLACEHOLDER.fullmatch(openid) else None)
    if not case.is_solved:
        case.look("openid_unknown", it_is(quote(openid)))


def _owner(user: User) -> Message:
    return Message("in {appid} it is {openid}'s", "在 {appid} 中它属于 {openid}", appid=user.appid, openid=user.openid)


def look_at_code(case: Case) -> None:
    """40029, 40163: what became of the code of wx.login, or of the button that tells a phone number?"""
    exchange = case.exchange
    code = str(exchange.parameters.get("js_code") or exchange.parameters.get("code") or "")
    login, number = sessions.find_code(case.world, code), phone_numbers.find_code(case.world, code)
    issued, other = (number, login) if exchange.api == PHONE_NUMBER else (login, number)
    of_login = Message("wx.login gave it", "它来自 wx.login")
    of_button = Message("the button getPhoneNumber gave it", "它来自 getPhoneNumber 按钮")
    kind = of_login if exchange.api == PHONE_NUMBER else of_button
    case.look("code_of_another_kind", None if other is None else kind)
    case.look("code_used", _use(case, code, issued) if other is None else None)
    is_foreign = issued is not None and issued.appid != exchange.appid
    case.look("code_of_another_app", _in_app(issued.appid) if issued is not None and is_foreign else None)
    is_late = issued is not None and not is_foreign and issued.expires_at <= exchange.at
    case.look("code_expired", ended(issued.expires_at) if issued is not None and is_late else None)
    if not case.is_solved:
        case.look("code_unknown", it_is(quote(code)))


def _in_app(appid: str) -> Message:
    return Message("in {appid}", "在 {appid} 中", appid=appid)


def _use(case: Case, code: str, issued: Code | None) -> Message | None:
    """When it was traded, and by whom, if it was. One for a phone number is forgotten then, and only calls tell."""
    if not code or (issued is not None and not issued.is_used):
        return None
    choice = Choice(api=case.exchange.api, text=code, before=case.exchange.number)
    earlier = journal.list_latest(case.world, choice=choice, limit=100)
    first = next((call for call in earlier if call.errcode in (None, "0")), None)
    if first is None:
        forgotten = Message("before the calls that are still kept", "早于仍保留的调用记录")
        return None if issued is None else forgotten
    return Message(
        "at {at} by {client} (rid {rid})",
        "于 {at} 被{client}使用（rid {rid}）",
        at=format_time(first.at),
        client=client_of(first),
        rid=first.rid,
    )


def look_at_content(case: Case) -> None:
    """87014."""
    case.look("content_risky", it_is(case.exchange.remark))


def look_at_user(case: Case) -> None:
    """40226."""
    case.look("user_blocked", Message("it is user {openid}", "是用户 {openid}", openid=case.exchange.remark))
