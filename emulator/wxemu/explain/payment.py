"""Why virtual payment is refused: what signs it besides the login state."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.messages import Message
from wxemu.explain import digests, login_state, signed_bodies
from wxemu.explain.case import ended, quote
from wxemu.wechat import sessions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.explain.case import Case
    from wxemu.explain.digests import Mistakes, Way

_WAYS: Final = ("pay_sig_missing", "pay_sig_message", "pay_sig_key", "digest_in_upper_case", "digest_in_base64")
_HOST: Final = "https://api.weixin.qq.com"


def look(case: Case) -> None:
    """90010 and 268490003, which have one code for several reasons."""
    if (case.exchange.api or "").startswith("midas."):
        look_at_session(case)
    elif "pay_sig" in str(case.exchange.answer.get("errmsg")):
        look_at_pay_sig(case)
    else:
        login_state.look(case)


def look_at_session(case: Case) -> None:
    """90016 and 268490009: there is no session."""
    exchange = case.exchange
    openid = str(exchange.parameters.get("openid", ""))
    latest = sessions.latest(case.world, exchange.appid or "", openid)
    case.look("session_never_began", _none_of(openid) if latest is None else None)
    case.look("session_expired", None if latest is None else ended(latest.expires_at))


def look_at_app_signature(case: Case) -> None:
    """90011: pay_sig, or sig of midas."""
    if (case.exchange.api or "").startswith("midas."):
        look_at_midas(case)
    else:
        look_at_pay_sig(case)


def look_at_midas(case: Case) -> None:
    """90009 and 90011 of midas; the access_token that mp_sig signs is not kept, so that nothing can be tried."""
    name = "mp_sig" if case.exchange.errcode == "90009" else "sig"
    value = quote(case.exchange.parameters.get(name, ""))
    case.look("midas_signature", Message("{name} is {value}", "{name} 是 {value}", name=name, value=value))


def look_at_pay_sig(case: Case) -> None:
    """Find out how pay_sig was made, and with which key."""
    written = digests.written(case.exchange, "pay_sig")
    if case.look("pay_sig_missing", None if written.text else Message("it is not in the URL", "它不在 URL 中")):
        return
    found = written.simplest(_ways(case))
    for name, result in (found or {}).items():
        case.look(name, result)
    case.rule_out(*_WAYS, *signed_bodies.WAYS)
    if found is None:
        none = Message(
            "with the AppKey of the seed no usual way leads to it",
            "用种子文件中的 AppKey，各种常见方式都得不到它",
        )
        case.look("pay_sig_unknown", none)


def _ways(case: Case) -> Iterator[Way]:
    path = case.exchange.url.partition("?")[0]
    prefixes = {
        f"{path}&": {},
        path: {"pay_sig_message": Message("without the & it comes out", "不带 & 可得到它")},
        "": {"pay_sig_message": Message("with the body alone as the message it comes out", "仅以请求体为消息可得到它")},
        f"{path.lstrip('/')}&": {
            "pay_sig_message": Message("with the path without its first / it comes out", "路径不带开头的 / 可得到它")
        },
        f"{_HOST}{path}&": {
            "pay_sig_message": Message(
                "with the whole address instead of the path it comes out", "以完整地址代替路径可得到它"
            )
        },
    }
    for key, with_key in _keys(case):
        for prefix, with_prefix in prefixes.items():
            for body, signed in signed_bodies.messages(case.exchange.request_body):
                digest = hmac.digest(key.encode(), prefix.encode() + body, "sha256")
                yield digest, {**with_key, **with_prefix, **signed}


def _keys(case: Case) -> Iterator[tuple[str, Mistakes]]:
    appid = case.exchange.appid or ""
    for app in apps.all_apps(case.world):
        if app.appid == appid:
            yield app.app_key, {}
            yield app.secret, {"pay_sig_key": _with_key(Message("the AppSecret", "应用的 AppSecret"))}
        elif app.app_key:
            yield (
                app.app_key,
                {"pay_sig_key": _with_key(Message("the AppKey of {appid}", "{appid} 的 AppKey", appid=app.appid))},
            )
    session = sessions.latest(case.world, appid, str(case.exchange.parameters.get("openid", "")))
    if session is not None:
        yield session.session_key, {"pay_sig_key": _with_key(Message("the user's session_key", "用户的 session_key"))}


def _with_key(key: Message) -> Message:
    return Message("with {key} as the key it comes out", "以 {key} 为密钥可得到它", key=key)


def _none_of(openid: str) -> Message:
    return Message("user {openid} has none", "用户 {openid} 没有登录态", openid=quote(openid))
