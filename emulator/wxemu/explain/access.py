"""Why a caller is refused: its access_token, its secret, its permissions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wxemu.core import apps, journal
from wxemu.core.journal import Choice
from wxemu.explain.case import format_time, quote
from wxemu.scf import invocation_records
from wxemu.wechat import known, tokens

if TYPE_CHECKING:
    from wxemu.explain.case import Case
    from wxemu.wechat.tokens import IssuedToken


def look_for_token(case: Case) -> None:
    """41001: where is it?"""
    is_in_body = '"access_token' in case.exchange.request_body or case.exchange.request_body.startswith("access_token=")
    if not case.look("token_in_body", "it has a member access_token" if is_in_body else None):
        case.look("token_missing", "it has no access_token")


def look_at_form(case: Case) -> None:
    """40014."""
    remark = case.exchange.remark
    case.look(
        "token_malformed", f"it is {remark}" if remark else "two or three digits, _ and over 100 characters expected"
    )


def look_at_life(case: Case) -> None:
    """40001 and 42001: what became of the token?"""
    issued = tokens.find_by_digest(case.world, case.exchange.appid, case.exchange.token_digest)
    at = case.exchange.at
    if issued is not None:
        case.tell(f"The token was issued by {issued.api} at {format_time(issued.issued_at)}.")
    is_replaced = issued is not None and issued.replaced_at is not None and issued.replaced_at <= at
    case.look("token_replaced", _replacement(case, issued) if issued is not None and is_replaced else None)
    is_expired = issued is not None and not is_replaced and issued.expires_at <= at
    case.look("token_expired", f"at {format_time(issued.expires_at)}" if issued is not None and is_expired else None)
    case.look("token_unknown", "no app of this world was given it" if issued is None else None)


def _replacement(case: Case, issued: IssuedToken) -> str:
    """When, and by which call."""
    later = [
        token
        for token in tokens.list_tokens(case.world, case.exchange.appid or "", limit=-1)
        if token.kind == issued.kind and token.issued_at > issued.issued_at
    ]
    if not later:
        return f"it works no more since {format_time(issued.replaced_at or 0)}"
    first = min(later, key=lambda token: token.issued_at)
    api = issued.api
    choice = Choice(appid=case.exchange.appid, api=api, since=issued.issued_at)
    calls = [call for call in journal.list_latest(case.world, choice=choice, limit=1000) if call.at <= first.issued_at]
    succeeded = next((call for call in calls if call.errcode is None and call.at > issued.issued_at), None)
    replacement = f"{api} was called again at {format_time(first.issued_at)}"
    if succeeded is None:
        return replacement
    client = succeeded.user_agent or "a client without a name"
    return f"{replacement} by {client} from {succeeded.client_ip} (rid {succeeded.rid})"


def look_at_permission(case: Case) -> None:
    """48001, 48004: what is held against the app?"""
    app = apps.find(case.world, case.exchange.appid or "")
    held = [] if app is None else [*app.restrictions.unauthorized, *app.restrictions.forbidden]
    what = "its restrictions name" if case.exchange.api in held else "WeChat refuses"
    case.look("api_unauthorized", f"{what} {case.exchange.api}")


def look_at_declaration(case: Case) -> None:
    """-604101: what is to be declared, and where?"""
    line = json.dumps({"permissions": {"openapi": [case.exchange.api]}})
    done = _invocation(case)
    where = "config.json" if done is None else f"functions/{done.function}/config.json"
    case.look("permission_undeclared", f"{case.exchange.api} is not in it; {where} (or the project's) needs {line}")


def look_at_cloud_call(case: Case) -> None:
    """-604100: is there such an API, or one of a similar name?"""
    name = case.exchange.api or ""
    if known.find(name) is not None:
        case.look("api_without_cloud_call", f"{name} is to be had over HTTPS only")
    else:
        offered = [api.name for api in known.all_apis() if api.has_cloud_call]
        case.look("api_without_cloud_call", f"{quote(name)} is none; {known.suggest(name, offered)}")


def look_at_invocation(case: Case) -> None:
    """-604104 and INVALID_REQUEST_SOURCE."""
    case.look("invocation_ended", "it is empty, has ended, or is that of another app")


def _invocation(case: Case) -> invocation_records.Record | None:
    choice = invocation_records.Choice(request_id=case.exchange.request_id)
    return next(iter(invocation_records.list_latest(case.world, choice, limit=1)), None) if choice.request_id else None


def look_at_secret(case: Case) -> None:
    """40013, 40125, 40243."""
    appid = case.exchange.parameters.get("appid", case.exchange.appid)
    app = apps.find(case.world, appid) if isinstance(appid, str) else None
    if app is None:
        result = f"no app has the appid {quote(appid)}"
    else:
        result = "the secret is frozen" if app.restrictions.is_secret_frozen else f"{app.appid} has another secret"
    case.look("secret_wrong", result)


def look_at_address(case: Case) -> None:
    """40164 and 895xx."""
    case.look("address_refused", f"it comes from {case.exchange.client_ip}")


def look_at_quota(case: Case) -> None:
    """45009, 45011."""
    case.look("quota_spent", f"that of {case.exchange.api}")
