"""Why a caller is refused: its access_token, its secret, its permissions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.core import apps, journal
from wxemu.core.journal import Choice
from wxemu.core.messages import Message
from wxemu.explain.case import at, client_of, format_time, it_is, quote
from wxemu.scf import invocation_records
from wxemu.wechat import known, tokens

if TYPE_CHECKING:
    from wxemu.explain.case import Case
    from wxemu.wechat.tokens import IssuedToken


def look_for_token(case: Case) -> None:
    """41001: where is it?"""
    is_in_body = '"access_token' in case.exchange.request_body or case.exchange.request_body.startswith("access_token=")
    in_body = Message("it has a member access_token", "其中有 access_token 字段") if is_in_body else None
    if not case.look("token_in_body", in_body):
        case.look("token_missing", Message("it has no access_token", "其中没有 access_token"))


def look_at_form(case: Case) -> None:
    """40014."""
    remark = case.exchange.remark
    expected = Message("two or three digits, _ and over 100 characters expected", "应为两三位数字、_ 和一百多个字符")
    case.look("token_malformed", it_is(remark) if remark else expected)


def look_at_life(case: Case) -> None:
    """40001 and 42001: what became of the token?"""
    issued = tokens.find_by_digest(case.world, case.exchange.appid, case.exchange.token_digest)
    now = case.exchange.at
    if issued is not None:
        case.tell(
            Message(
                "The token was issued by {api} at {at}.",
                "该凭证由 {api} 于 {at} 签发。",
                api=issued.api,
                at=format_time(issued.issued_at),
            )
        )
    is_replaced = issued is not None and issued.replaced_at is not None and issued.replaced_at <= now
    case.look("token_replaced", _replacement(case, issued) if issued is not None and is_replaced else None)
    is_expired = issued is not None and not is_replaced and issued.expires_at <= now
    case.look("token_expired", at(issued.expires_at) if issued is not None and is_expired else None)
    of_nobody = Message("no app of this world was given it", "没有给这里的任何应用签发过")
    case.look("token_unknown", of_nobody if issued is None else None)


def _replacement(case: Case, issued: IssuedToken) -> Message:
    """When, and by which call."""
    later = [
        token
        for token in tokens.list_tokens(case.world, case.exchange.appid or "", limit=-1)
        if token.kind == issued.kind and token.issued_at > issued.issued_at
    ]
    if not later:
        since = format_time(issued.replaced_at or 0)
        return Message("it works no more since {since}", "自 {since} 起失效", since=since)
    first = min(later, key=lambda token: token.issued_at)
    api = issued.api
    choice = Choice(appid=case.exchange.appid, api=api, since=issued.issued_at)
    calls = [call for call in journal.list_latest(case.world, choice=choice, limit=1000) if call.at <= first.issued_at]
    succeeded = next((call for call in calls if call.errcode is None and call.at > issued.issued_at), None)
    again = format_time(first.issued_at)
    if succeeded is None:
        return Message("{api} was called again at {again}", "{api} 于 {again} 再次被调用", api=api, again=again)
    return Message(
        "{api} was called again at {again} by {client} from {address} (rid {rid})",
        "{api} 于 {again} 再次被来自 {address} 的{client}调用（rid {rid}）",
        api=api,
        again=again,
        client=client_of(succeeded),
        address=succeeded.client_ip,
        rid=succeeded.rid,
    )


def look_at_permission(case: Case) -> None:
    """48001, 48004: what is held against the app?"""
    app = apps.find(case.world, case.exchange.appid or "")
    held = [] if app is None else [*app.restrictions.unauthorized, *app.restrictions.forbidden]
    api = case.exchange.api
    by_name = Message("its restrictions name {api}", "应用的限制中有 {api}", api=api)
    case.look(
        "api_unauthorized", by_name if api in held else Message("WeChat refuses {api}", "微信拒绝 {api}", api=api)
    )


def look_at_declaration(case: Case) -> None:
    """-604101: what is to be declared, and where?"""
    line = json.dumps({"permissions": {"openapi": [case.exchange.api]}})
    done = _invocation(case)
    where = "config.json" if done is None else f"functions/{done.function}/config.json"
    needed = Message(
        "{api} is not in it; {where} (or the project's) needs {line}",
        "其中没有 {api}；{where}（或项目的 config.json）需要 {line}",
        api=case.exchange.api,
        where=where,
        line=line,
    )
    case.look("permission_undeclared", needed)


def look_at_cloud_call(case: Case) -> None:
    """-604100: is there such an API, or one of a similar name?"""
    name = case.exchange.api or ""
    if known.find(name) is not None:
        only = Message("{name} is to be had over HTTPS only", "{name} 只提供 HTTPS 调用", name=name)
        case.look("api_without_cloud_call", only)
    else:
        offered = [api.name for api in known.all_apis() if api.has_cloud_call]
        none = Message(
            "{name} is none; {similar}",
            "{name} 不是云调用；{similar}",
            name=quote(name),
            similar=known.suggest(name, offered),
        )
        case.look("api_without_cloud_call", none)


def look_at_invocation(case: Case) -> None:
    """-604104 and INVALID_REQUEST_SOURCE."""
    case.look(
        "invocation_ended",
        Message("it is empty, has ended, or is that of another app", "凭证为空、所属调用已结束，或属于另一个应用"),
    )


def _invocation(case: Case) -> invocation_records.Record | None:
    choice = invocation_records.Choice(request_id=case.exchange.request_id)
    return next(iter(invocation_records.list_latest(case.world, choice, limit=1)), None) if choice.request_id else None


def look_at_secret(case: Case) -> None:
    """40013, 40125, 40243."""
    appid = case.exchange.parameters.get("appid", case.exchange.appid)
    app = apps.find(case.world, appid) if isinstance(appid, str) else None
    if app is None:
        result = Message("no app has the appid {appid}", "没有应用的 appid 是 {appid}", appid=quote(appid))
    elif app.restrictions.is_secret_frozen:
        result = Message("the secret is frozen", "secret 已被冻结")
    else:
        result = Message("{appid} has another secret", "{appid} 的 secret 不是它", appid=app.appid)
    case.look("secret_wrong", result)


def look_at_address(case: Case) -> None:
    """40164 and 895xx."""
    address = case.exchange.client_ip
    case.look("address_refused", Message("it comes from {address}", "请求来自 {address}", address=address))


def look_at_quota(case: Case) -> None:
    """45009, 45011."""
    case.look("quota_spent", Message("that of {api}", "{api} 的额度", api=case.exchange.api))
