"""What is wrong with a request itself: its body, its parameters, the user or the code that it names."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Final

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.core.text import describe_kind
from wxemu.explain.case import format_time, quote
from wxemu.wechat import known, login_state, phone_numbers, sessions, users
from wxemu.wechat.openapis import BY_NAME

if TYPE_CHECKING:
    from wxemu.core.journal import Exchange
    from wxemu.explain.case import Case
    from wxemu.wechat.sessions import Code

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
    case.look("body_form_encoded", f"it is {quote(text)}" if _FORM.fullmatch(text) or is_multipart else None)
    at = _UNESCAPED.search(text)
    case.look("json_string_unescaped", None if at is None else f"at character {at.start()}: {quote(at[0])}")
    if not case.is_solved:
        case.look("body_not_json", _why_no_json(text))


def _why_no_json(text: str) -> str:
    try:
        return f"it is {describe_kind(json.loads(text))}"
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"{error}; it begins {quote(text)}"


def look_at_empty_body(case: Case) -> None:
    """44002."""
    query = case.exchange.url.partition("?")[2]
    api = BY_NAME.get(case.exchange.api or "")
    belongs_there = login_state.PARAMETERS if api is not None and api.has_signed_body else ()
    is_in_query = query.count("&") > len(belongs_there)
    case.look("body_empty", "it has none; the parameters seem to stand in the URL" if is_in_query else "it has none")


def look_at_method(case: Case) -> None:
    """43001, 43002."""
    api = BY_NAME.get(case.exchange.api or "")
    wanted = "GET" if case.exchange.errcode == "43001" else "POST"
    wanted = wanted if api is None else " or ".join(api.methods)
    case.look("method_wrong", f"it was {case.exchange.method}, and {wanted} is expected")


def look_at_path(case: Case) -> None:
    """40066."""
    if case.exchange.api is not None:
        case.look("answer_missing", f"{case.exchange.api} has only a name here")
        return
    path = case.exchange.url.partition("?")[0]
    meant = difflib.get_close_matches(path[:80], [api.path for api in known.all_apis()], n=1, cutoff=_CLOSE)
    case.look("path_unknown", f"it was {quote(path)}" + "".join(f"; there is {one}" for one in meant))


def look_at_parameters(case: Case) -> None:
    """40097, 40101, 41002 and their like; json_string as an object, and JSON for a form, are mistakes of their own."""
    if case.look("body_not_form", _json_for_form(case.exchange)):
        return
    value = case.exchange.parameters.get("json_string")
    is_object = value is not None and not isinstance(value, str)
    if not case.look("json_string_object", f"it is {describe_kind(value)}" if is_object else None):
        case.look("parameter_wrong", f"it is {case.exchange.remark}" if case.exchange.remark else "see the errmsg")


def _json_for_form(exchange: Exchange) -> str | None:
    """Of a POST to an openapi that reads a query or a form: whether its body is JSON."""
    api = BY_NAME.get(exchange.api or "")
    is_json = exchange.request_body.lstrip()[:1] in ("{", "[")
    if exchange.method != "POST" or api is None or not api.has_form or not is_json:
        return None
    return f"POST {api.path} is read like GET: from the query or a form, not from {quote(exchange.request_body)}"


def look_at_openid(case: Case) -> None:
    """40003: whose is it?"""
    given = case.exchange.parameters
    openid = str(given.get("openid") or given.get("touser") or "")
    elsewhere = users.apps_of(case.world, openid)
    case.look("openid_of_another_app", f"{quote(openid)} is one of {', '.join(elsewhere)}" if elsewhere else None)
    unionid_of = None if elsewhere else users.find_by_unionid(case.world, openid)
    case.look("openid_is_unionid", None if unionid_of is None else f"in {unionid_of.appid} it is {unionid_of.openid}'s")
    if not case.is_solved:
        case.look("openid_placeholder", f"it is {quote(openid)}" if _PLACEHOLDER.fullmatch(openid) else None)
    if not case.is_solved:
        case.look("openid_unknown", f"it is {quote(openid)}")


def look_at_code(case: Case) -> None:
    """40029, 40163: what became of the code of wx.login, or of the button that tells a phone number?"""
    exchange = case.exchange
    code = str(exchange.parameters.get("js_code") or exchange.parameters.get("code") or "")
    login, number = sessions.find_code(case.world, code), phone_numbers.find_code(case.world, code)
    issued, other = (number, login) if exchange.api == PHONE_NUMBER else (login, number)
    kind = "wx.login gave it" if exchange.api == PHONE_NUMBER else "the button getPhoneNumber gave it"
    case.look("code_of_another_kind", None if other is None else kind)
    case.look("code_used", _use(case, code, issued) if other is None else None)
    is_foreign = issued is not None and issued.appid != exchange.appid
    case.look("code_of_another_app", f"in {issued.appid}" if issued is not None and is_foreign else None)
    is_late = issued is not None and not is_foreign and issued.expires_at <= exchange.at
    case.look(
        "code_expired", f"it ended at {format_time(issued.expires_at)}" if issued is not None and is_late else None
    )
    if not case.is_solved:
        case.look("code_unknown", f"it is {quote(code)}")


def _use(case: Case, code: str, issued: Code | None) -> str | None:
    """When it was traded, and by whom, if it was. One for a phone number is forgotten then, and only calls tell."""
    if not code or (issued is not None and not issued.is_used):
        return None
    choice = Choice(api=case.exchange.api, text=code, before=case.exchange.number)
    earlier = journal.list_latest(case.world, choice=choice, limit=100)
    first = next((call for call in earlier if call.errcode in (None, "0")), None)
    if first is None:
        return None if issued is None else "before the calls that are still kept"
    return f"at {format_time(first.at)} by {first.user_agent or 'a client without a name'} (rid {first.rid})"


def look_at_content(case: Case) -> None:
    """87014."""
    case.look("content_risky", f"it is {case.exchange.remark}")


def look_at_user(case: Case) -> None:
    """40226."""
    case.look("user_blocked", f"it is user {case.exchange.remark}")
