"""Why a login-state signature is refused: every usual way to make it wrongly, tried with the keys of this world."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote as percent_encoded

from wxemu.core import apps
from wxemu.core.journal import json_object
from wxemu.core.messages import Message
from wxemu.explain import digests, signed_bodies
from wxemu.explain.case import comes_out_of, ended, format_time, it_is, quote
from wxemu.wechat import known, sessions, virtual_payment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from wxemu.explain.case import Case
    from wxemu.explain.digests import Mistakes, Way
    from wxemu.wechat.sessions import Session


LITERALS: Final = (
    "session_key",
    "sessionKey",
    "SESSION_KEY",
    "$session_key",
    "${session_key}",
    "undefined",
    "null",
    "None",
)
MOST_OTHERS: Final = 2_000
"""Sessions of other users, whose keys are tried too."""
_WAYS: Final = (
    "session_key_decoded",
    "session_key_with_quotes",
    "session_key_percent_encoded",
    "hmac_arguments_swapped",
    "session_key_literal",
    "sha1_of_raw_data",
    "hash_without_key",
    "digest_in_base64",
    "digest_hex_in_base64",
    "digest_in_upper_case",
    "digest_as_raw_bytes",
    "session_key_replaced",
    "session_expired",
    "session_key_of_another_user",
)
_AS_RAW_DATA: Final[Mistakes] = {
    "sha1_of_raw_data": Message(
        "with what should be signed as the rawData it comes out", "以应签名的内容为 rawData 可得到该签名"
    )
}
_SWAPPED: Final[Mistakes] = {
    "hmac_arguments_swapped": Message(
        "with the session_key as the message, the signature comes out", "以 session_key 为消息可得到该签名"
    )
}
_OF_MIDAS: Final = Message(
    "with the members of the body, sorted and joined by &, it comes out", "将请求体的参数排序并用 & 连接可得到该签名"
)
_WITH_PATH: Final = Message("then it comes out", "这样可得到该签名")
_SHA1: Final = re.compile("[0-9a-fA-F]{40}")


def look(case: Case) -> None:
    """Find out how the signature was made, and with which key."""
    appid, openid = case.exchange.appid or "", str(case.exchange.parameters.get("openid", ""))
    own = list(_own_sessions(case, appid, openid))
    if case.look("session_never_began", None if own else _none_of(openid, appid)):
        return
    found = _simplest(case, own, _all_ways)
    if found is None and _SHA1.fullmatch(digests.written(case.exchange, "signature").text):
        found = {
            "sha1_of_raw_data": Message(
                "it has 40 hex digits; a SHA-256 has 64", "它有 40 位十六进制；SHA-256 有 64 位"
            )
        }
    if found is None:
        others = sessions.of_others(case.world, appid, openid, limit=MOST_OTHERS)
        found = _simplest(case, ((other, _of_another(other)) for other in others), _right_way)
    for name, result in (found or {}).items():
        case.look(name, result)
    case.rule_out(*_WAYS, *(signed_bodies.WAYS if _has_signed_body(case) else ["body_signed"]))
    if found is None and _has_signed_body(case) and not case.exchange.is_whole:
        case.tell(
            Message(
                "Of so long a body only the beginning is kept, so that nothing that was signed can be tried.",
                "请求体太长，只保留了开头，因此无法尝试签名的各种可能。",
            )
        )
    elif found is None:
        none = Message(
            "with {count} session_keys of the user, no usual way leads to it",
            "用该用户的 {count} 个 session_key，各种常见方式都得不到它",
            count=len(own),
        )
        case.look("session_key_unknown", none)
    elif not found:
        case.tell(Message("The signature is that of the session_key of now.", "签名与当前的 session_key 相符。"))


def look_at_method(case: Case) -> None:
    """Tell what sig_method was."""
    case.look("sig_method", it_is(quote(case.exchange.parameters.get("sig_method", ""))))


def _own_sessions(case: Case, appid: str, openid: str) -> Iterator[tuple[Session, Mistakes]]:
    """The user's sessions, each with what was wrong about it at the time of the call."""
    latest = sessions.latest(case.world, appid, openid)
    if latest is not None:
        case.tell(
            Message(
                "The user's latest session began at {began} and lasts until {until}.",
                "该用户最近的登录态始于 {began}，有效至 {until}。",
                began=format_time(latest.issued_at),
                until=format_time(latest.expires_at),
            )
        )
        is_over = latest.expires_at <= case.exchange.at
        yield latest, {"session_expired": ended(latest.expires_at)} if is_over else {}
    for former in sessions.list_former(case.world, appid, openid):
        times = {"began": format_time(former.issued_at), "ended": format_time(former.ended_at)}
        case.tell(
            Message(
                "A session that began at {began} was replaced at {ended}.",
                "始于 {began} 的登录态在 {ended} 被替换。",
                **times,
            )
        )
        of_then = Message(
            "it is that of {began}, which was replaced at {ended}",
            "它是 {began} 的 session_key，已在 {ended} 被替换",
            **times,
        )
        replaced = {"session_key_replaced": of_then}
        yield former, replaced if former.ended_at <= case.exchange.at else {}


def _of_another(session: Session) -> Mistakes:
    owner = Message(
        "that of user {openid} in {appid}",
        "它属于 {appid} 中的用户 {openid}",
        openid=quote(session.openid),
        appid=session.appid,
    )
    return {"session_key_of_another_user": owner}


def _none_of(openid: str, appid: str) -> Message:
    return Message(
        "user {openid} has none in {appid}", "用户 {openid} 在 {appid} 中没有登录态", openid=quote(openid), appid=appid
    )


def _simplest(
    case: Case, held: Iterable[tuple[Session, Mistakes]], ways: Callable[[Case, str], Iterable[Way]]
) -> Mistakes | None:
    """What is wrong, if the signature was made with one of these keys; the fewest mistakes that lead to it."""
    return digests.written(case.exchange, "signature").simplest(
        (digest, {**made, **about}) for session, about in held for digest, made in ways(case, session.session_key)
    )


def _right_way(case: Case, session_key: str) -> Iterator[Way]:
    message = case.exchange.request_body.encode(errors="replace") if _has_signed_body(case) else b""
    yield _hmac(session_key.encode(), message), {}


def _all_ways(case: Case, session_key: str) -> Iterator[Way]:
    comes_out = Message("with that as the key, the signature comes out", "以它为密钥可得到该签名")
    keys: list[tuple[bytes, Mistakes]] = [
        (session_key.encode(), {}),
        (f'"{session_key}"'.encode(), {"session_key_with_quotes": comes_out}),
        *(
            (percent_encoded(session_key, safe=safe).encode(), {"session_key_percent_encoded": comes_out})
            for safe in ("", "/")  # as JavaScript's encodeURIComponent, as Python's quote
        ),
    ]
    app = apps.find(case.world, case.exchange.appid or "")
    if app is not None and app.app_key and _is_of_payment(case):
        keys.append((app.app_key.encode(), {"signed_with_app_key": comes_out}))
    try:
        decoded = base64.b64decode(session_key, validate=True)
        of_bytes = Message(
            "with its 16 bytes as the key, the signature comes out", "以解码得到的 16 个字节为密钥可得到该签名"
        )
        keys.append((decoded, {"session_key_decoded": of_bytes}))
    except binascii.Error:
        pass
    for message, signed in _messages(case):
        for key, made in keys:
            yield hashlib.sha1(message + key, usedforsecurity=False).digest(), {**made, **signed, **_AS_RAW_DATA}
            yield _hmac(key, message), {**made, **signed}
            yield _hmac(message, key), {**made, **signed, **_SWAPPED}
        for word in LITERALS:
            of_word = Message(
                "with the word {word} as the key, the signature comes out",
                "以文字 {word} 为密钥可得到该签名",
                word=repr(word),
            )
            yield _hmac(word.encode(), message), {"session_key_literal": of_word, **signed}
    for members in _members_of_midas(case):
        digest = bytes.fromhex(virtual_payment.midas_mp_sig(session_key, case.exchange.url.partition("?")[0], members))
        yield digest, {"midas_recipe": _OF_MIDAS}
    for key, made in keys:
        for name in ("sha256", "md5"):
            of_name = Message("it is the {name} of the session_key", "它是 session_key 的 {name}", name=name)
            plain = {"hash_without_key": of_name}
            yield hashlib.new(name, key, usedforsecurity=False).digest(), {**made, **plain}


def _messages(case: Case) -> Iterator[tuple[bytes, Mistakes]]:
    """What may have been signed: what should be, or something that was at hand."""
    exchange = case.exchange
    if _has_signed_body(case):
        yield from signed_bodies.messages(exchange.request_body)
        if _is_of_payment(case):
            path = exchange.url.partition("?")[0]
            yield f"{path}&{exchange.request_body}".encode(errors="replace"), {"signed_with_path": _WITH_PATH}
        return
    openid = str(exchange.parameters.get("openid", ""))
    yield b"", {}
    for message in dict.fromkeys(
        [
            "{}",
            openid,
            f'{{"openid":"{openid}"}}',
            f'{{"openid": "{openid}"}}',
            exchange.request_body,
            f"openid={openid}",
            exchange.appid or "",
            '""',
            "null",
            "[]",
            " ",
            "\n",
        ]
    ):
        if message:
            yield message.encode(errors="replace"), {"body_signed": comes_out_of(message)}


def _members_of_midas(case: Case) -> Iterator[Mapping[str, str]]:
    """What midas would sign of a body, each value as text: alone, and with what stands in the query."""
    body = json_object(case.exchange.request_body) if _has_signed_body(case) else {}
    beside = {"openid": str(case.exchange.parameters.get("openid", "")), "appid": case.exchange.appid or ""}
    for separators in ((",", ":"), (", ", ": ")) if body else ():
        members = {name: virtual_payment.text_of(value, separators) for name, value in body.items()}
        yield members
        yield {**members, "openid": beside["openid"]}
        yield {**members, **beside}


def _has_signed_body(case: Case) -> bool:
    """Whether the message is the body; else it is empty."""
    api = known.find(case.exchange.api or "")
    return api is not None and (api.has_signed_body or api.login_state is not None)


def _is_of_payment(case: Case) -> bool:
    """Whether the openapi takes another signature besides, which is made in another way."""
    api = known.find(case.exchange.api or "")
    return api is not None and api.login_state is not None


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")
