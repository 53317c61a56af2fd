"""The way to an explanation: what to look at, by what was answered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wxemu.core import journal
from wxemu.core.function_calls import CALLS, function_of
from wxemu.core.journal import Choice
from wxemu.core.messages import Message, join
from wxemu.core.outcome import NOT_GENUINE
from wxemu.explain import access, confirmation, login_state, payment, refusals, requests
from wxemu.explain.case import Case, Explanation, it_is, quote
from wxemu.wechat.errors import ERRMSG

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wxemu.core.journal import Exchange
    from wxemu.core.messages import Language
    from wxemu.core.world import World

MOST_CHARACTERS: Final = 300
"""Of an answer, which are quoted."""
MOST_CALLS: Final = 100
"""Of a function, which are looked at."""
PHONE: Final = "phone"
"""A face whose codes mean something else: 90010 of wx.startSoterAuthentication is a locked sensor."""
VERIFY: Final = "soter.verifySignature"
_NO_FUNCTION: Final = ("FUNCTION_NOT_FOUND", "ResourceNotFound.FunctionName")
_NO_FUNCTION_ON_PHONE: Final = ("FUNCTION_NOT_FOUND", "Function not found: [")
_MESSAGES: Final = ("errMsg", "message", "stackTrace", "errorMessage")
"""How the faces, and the platform, name what they say of a failure."""
_FAULT: Final = re.compile(r"fault \d+")
_LOOKS: Final[Mapping[str, Callable[[Case], None]]] = {
    "40001": access.look_at_life,
    "42001": access.look_at_life,
    "40014": access.look_at_form,
    "41001": access.look_for_token,
    "48001": access.look_at_permission,
    "48004": access.look_at_permission,
    "-604100": access.look_at_cloud_call,
    "-604101": access.look_at_declaration,
    "-604104": access.look_at_invocation,
    "INVALID_REQUEST_SOURCE": access.look_at_invocation,
    "40013": access.look_at_secret,
    "40125": access.look_at_secret,
    "40243": access.look_at_secret,
    "40164": access.look_at_address,
    "89503": access.look_at_address,
    "89506": access.look_at_address,
    "89507": access.look_at_address,
    "45009": access.look_at_quota,
    "45011": access.look_at_quota,
    "87007": login_state.look,
    "87008": login_state.look_at_method,
    "87009": login_state.look,
    "90009": payment.look_at_midas,
    "90010": payment.look,
    "90011": payment.look_at_app_signature,
    "90016": payment.look_at_session,
    "268490003": payment.look,
    "268490009": payment.look_at_session,
    "40003": requests.look_at_openid,
    "87081": requests.look_at_openid,
    "90018": requests.look_at_openid,
    "268490001": requests.look_at_openid,
    "40029": requests.look_at_code,
    "40163": requests.look_at_code,
    "40226": requests.look_at_user,
    "44002": requests.look_at_empty_body,
    "47001": requests.look_at_body,
    "43001": requests.look_at_method,
    "43002": requests.look_at_method,
    "40066": requests.look_at_path,
    "87014": requests.look_at_content,
    "40002": requests.look_at_parameters,
    "40006": requests.look_at_parameters,
    "40008": requests.look_at_parameters,
    "40037": requests.look_at_parameters,
    "40097": requests.look_at_parameters,
    "40101": requests.look_at_parameters,
    "40159": requests.look_at_parameters,
    "40169": requests.look_at_parameters,
    "41002": requests.look_at_parameters,
    "41004": requests.look_at_parameters,
    "41005": requests.look_at_parameters,
    "41008": requests.look_at_parameters,
    "41009": requests.look_at_parameters,
    "45002": requests.look_at_parameters,
    "47003": requests.look_at_parameters,
    "85401": requests.look_at_parameters,
    "87010": requests.look_at_parameters,
}


def explain(world: World, exchange: Exchange, language: Language) -> Explanation:
    """Why ``exchange`` was answered as it was.

    It looks at the world as it is now, so ask soon. It takes some milliseconds, a second for the longest of signed
    bodies, outside any transaction.
    """
    case = Case(world, exchange, language)
    if exchange.remark is not None and _FAULT.fullmatch(exchange.remark):
        case.look("server_side", Message("it met {fault}", "遇到的是 {fault}", fault=exchange.remark))
    elif exchange.name in CALLS:
        return _of_function_call(case)
    elif exchange.api == VERIFY and exchange.errcode in (None, "0"):
        confirmation.look(case)
    elif exchange.face != PHONE and (look := _LOOKS.get(exchange.errcode or "")) is not None:
        look(case)
    elif exchange.errcode not in (None, "0"):
        _tell_refusal(case, exchange)
    return case.close()


def _tell_refusal(case: Case, exchange: Exchange) -> None:
    code = exchange.errcode or ""
    text = ERRMSG.get(int(code)) if code.lstrip("-").isascii() and code.lstrip("-").isdigit() else None
    code_and_text = f"{code} {text}" if text else code
    beginning = exchange.response_body[:MOST_CHARACTERS]
    case.tell(
        Message("The answer says {code}: {answer}", "返回的是 {code}：{answer}", code=code_and_text, answer=beginning)
    )
    if exchange.remark is not None:
        value = exchange.remark[:MOST_CHARACTERS]
        case.tell(Message("The value that caused it: {value}.", "引起它的值：{value}。", value=value))


def _of_function_call(case: Case) -> Explanation:
    """What a function was called for may have failed because of what it called in turn."""
    exchange = case.exchange
    if _is_missing(exchange):
        case.look("function_missing", it_is(quote(function_of(exchange))))
        return case.close()
    reason = refusals.reason_of(exchange)
    if reason is not None:
        refusals.look(case, reason)
    call = _failed_call_of(case) if reason in (None, refusals.SIGNATURE_INVALID) else None
    if call is not None:
        explained = explain(case.world, call, case.language)
        failed = Message(
            "The function's call of {api} is what failed (rid {rid}).",
            "失败的是云函数对 {api} 的调用（rid {rid}）。",
            api=call.api or call.name,
            rid=call.rid,
        )
        evidence = (failed.in_language(case.language), *explained.evidence)
        return _join(case, replace(explained, evidence=evidence))
    if reason is None and exchange.is_failure:
        _tell_failure(case, exchange)
    return case.close()


def _is_missing(exchange: Exchange) -> bool:
    """Whether nothing of the name is deployed; a phone's code for that stands for other things too."""
    if exchange.face != PHONE or exchange.errcode is None:
        return exchange.errcode in _NO_FUNCTION
    return any(text in exchange.response_body for text in _NO_FUNCTION_ON_PHONE)


def _tell_failure(case: Case, exchange: Exchange) -> None:
    """The function itself is what failed: by a result that says so, or by none.

    That something is not genuine is a result like any other; why is the function's own affair.
    """
    if exchange.outcome.startswith(NOT_GENUINE):
        return
    answer = exchange.answer
    results = refusals.objects_in(answer) if exchange.errcode is None else ()
    returned = next((found for found in results if str(found.get("errCode")) == exchange.outcome), None)
    if returned is not None:
        said = Message("it says {errmsg}", "它说 {errmsg}", errmsg=quote(returned.get("errMsg", exchange.outcome)))
        case.look("function_refused", said)
        return
    message = next((answer[name] for name in _MESSAGES if name in answer), exchange.errcode or exchange.outcome)
    last_line = str(message).strip().rpartition("\n")[2]  # of a trace it is the exception
    case.look("function_failed", Message("{error}", "{error}", error=last_line[:MOST_CHARACTERS]))


def _join(case: Case, explained: Explanation) -> Explanation:
    """The explanation of the function's own call, after the reason that the function gave."""
    if not case.is_solved:
        return explained
    given = case.close()
    return replace(
        explained,
        verdict=join((given.verdict, explained.verdict), case.language),
        findings=(*given.findings, *explained.findings),
    )


def _failed_call_of(case: Case) -> Exchange | None:
    """The last exchange that a function made and that failed; one over HTTPS is known by the rid that it returned.

    A function that succeeded has put up with a refusal of the database, such as of a collection that it then made.
    """
    exchange, world = case.exchange, case.world
    choice = Choice(request_id=exchange.rid, is_failure=True)
    made = journal.list_latest(world, choice=choice, limit=MOST_CALLS)
    returned = (journal.find(world, rid) for rid in journal.ids_in(exchange.response_body))
    calls = (call for call in (*made, *returned) if call is not None and call.number != exchange.number)
    return next((call for call in calls if exchange.is_failure or not call.name.startswith("database.")), None)
