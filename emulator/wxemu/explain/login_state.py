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
from wxemu.explain import digests, signed_bodies
from wxemu.explain.case import format_time, quote
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
_SHA1: Final = re.compile("[0-9a-fA-F]{40}")


def look(case: Case) -> None:
    """Find out how the signature was made, and with which key."""
    appid, openid = case.exchange.appid or "", str(case.exchange.parameters.get("openid", ""))
    own = list(_own_sessions(case, appid, openid))
    if case.look("session_never_began", None if own else f"user {quote(openid)} has none in {appid}"):
        return
    found = _simplest(case, own, _all_ways)
    if found is None and _SHA1.fullmatch(digests.written(case.exchange, "signature").text):
        found = {"sha1_of_raw_data": "it has 40 hex digits; a SHA-256 has 64"}
    if found is None:
        others = sessions.of_others(case.world, appid, openid, limit=MOST_OTHERS)
        found = _simplest(case, ((other, _of_another(other)) for other in others), _right_way)
    for name, result in (found or {}).items():
        case.look(name, result)
    case.rule_out(*_WAYS, *(signed_bodies.WAYS if _has_signed_body(case) else ["body_signed"]))
    if found is None and _has_signed_body(case) and not case.exchange.is_whole:
        case.tell("Of so long a body only the beginning is kept, so that nothing that was signed can be tried.")
    elif found is None:
        case.look("session_key_unknown", f"with {len(own)} session_keys of the user, no usual way leads to it")
    elif not found:
        case.tell("The signature is that of the session_key of now.")


def look_at_method(case: Case) -> None:
    """Tell what sig_method was."""
    case.look("sig_method", f"it is {quote(case.exchange.parameters.get('sig_method', ''))}")


def _own_sessions(case: Case, appid: str, openid: str) -> Iterator[tuple[Session, Mistakes]]:
    """The user's sessions, each with what was wrong about it at the time of the call."""
    latest = sessions.latest(case.world, appid, openid)
    if latest is not None:
        until = format_time(latest.expires_at)
        case.tell(f"The user's latest session began at {format_time(latest.issued_at)} and lasts until {until}.")
        yield latest, {"session_expired": f"it ended at {until}"} if latest.expires_at <= case.exchange.at else {}
    for former in sessions.list_former(case.world, appid, openid):
        began, ended = format_time(former.issued_at), format_time(former.ended_at)
        case.tell(f"A session that began at {began} was replaced at {ended}.")
        replaced = {"session_key_replaced": f"it is that of {began}, which was replaced at {ended}"}
        yield former, replaced if former.ended_at <= case.exchange.at else {}


def _of_another(session: Session) -> Mistakes:
    return {"session_key_of_another_user": f"that of user {quote(session.openid)} in {session.appid}"}


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
    comes_out = "with that as the key, the signature comes out"
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
        keys.append((decoded, {"session_key_decoded": "with its 16 bytes as the key, the signature comes out"}))
    except binascii.Error:
        pass
    for message, signed in _messages(case):
        for key, made in keys:
            raw_data = {"sha1_of_raw_data": "with what should be signed as the rawData it comes out"}
            yield hashlib.sha1(message + key, usedforsecurity=False).digest(), {**made, **signed, **raw_data}
            yield _hmac(key, message), {**made, **signed}
            swapped = {"hmac_arguments_swapped": "with the session_key as the message, the signature comes out"}
            yield _hmac(message, key), {**made, **signed, **swapped}
        for word in LITERALS:
            literal = {"session_key_literal": f"with the word {word!r} as the key, the signature comes out"}
            yield _hmac(word.encode(), message), {**literal, **signed}
    for members in _members_of_midas(case):
        digest = bytes.fromhex(virtual_payment.midas_mp_sig(session_key, case.exchange.url.partition("?")[0], members))
        yield digest, {"midas_recipe": "with the members of the body, sorted and joined by &, it comes out"}
    for key, made in keys:
        for name in ("sha256", "md5"):
            plain = {"hash_without_key": f"it is the {name} of the session_key"}
            yield hashlib.new(name, key, usedforsecurity=False).digest(), {**made, **plain}


def _messages(case: Case) -> Iterator[tuple[bytes, Mistakes]]:
    """What may have been signed: what should be, or something that was at hand."""
    exchange = case.exchange
    if _has_signed_body(case):
        yield from signed_bodies.messages(exchange.request_body)
        if _is_of_payment(case):
            path = exchange.url.partition("?")[0]
            yield f"{path}&{exchange.request_body}".encode(errors="replace"), {"signed_with_path": "then it comes out"}
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
            mistake = {"body_signed": f"with {quote(message)} as the message, the signature comes out"}
            yield message.encode(errors="replace"), mistake


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
