"""Why a confirmation is not genuine: the texts that phones signed, and all keys of this world, tried on it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.core.messages import Message
from wxemu.explain import texts
from wxemu.explain.case import format_time, it_is_json, quote
from wxemu.phone import phones, signed_texts
from wxemu.wechat import auth_keys, soter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.explain.case import Case
    from wxemu.phone.signed_texts import SignedText

MOST_KEYS: Final = 500
"""AuthKeys of others that are tried; each takes a twentieth of a millisecond."""
MOST_BEFORE: Final = 500
"""Earlier verifications of a device that are looked at."""
SIGNATURE_BYTES: Final = 256
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_SIGNATURES: Final = (
    "signature_in_hex",
    "signature_in_base64url",
    "signature_plus_became_blank",
    "signature_percent_encoded",
    "signature_wrapped",
    "signature_encoded_twice",
)
_TEXTS: Final = ("json_string_reserialised", "json_string_tampered")
_KEYS: Final = (
    "salt_length",
    "key_of_another_user",
    "key_of_another_app",
    "key_unknown",
    "no_auth_key",
    "device_unknown",
)


@dataclass(frozen=True)
class _Confirmation:
    """What was sent to be verified, its signature in standard base64."""

    appid: str
    openid: str
    text: str
    signature: str


def look(case: Case) -> None:
    """Find out what is wrong with a confirmation, or what its caller has to see about one that is genuine."""
    parameters = case.exchange.parameters
    if case.look("json_string_object", _type_of(parameters.get("json_string"))):
        return
    sent = _Confirmation(
        case.exchange.appid or "",
        str(parameters.get("openid", "")),
        str(parameters.get("json_string", "")),
        _normalise(case, str(parameters.get("json_signature", ""))),
    )
    if not case.exchange.is_failure:
        _look_at_repetitions(case, sent)
        return
    known = signed_texts.find(case.world, sent.signature)
    if known is not None:
        _compare(case, sent, known)
    if known is None or not case.is_solved:
        _try_keys(case, sent)
    case.rule_out(*_SIGNATURES, *_TEXTS, *_KEYS)
    if not case.is_solved:
        case.look("signature_of_nobody", Message("none of them fits", "没有一个相符"))


def _type_of(value: object) -> Message | None:
    return None if value is None or isinstance(value, str) else it_is_json(value)


def _normalise(case: Case, signature: str) -> str:
    """The signature in standard base64, if it can be read as one; what had to be mended is noted."""
    for mistake, reading in _readings(signature):
        decoded = _decode(reading)
        if decoded is not None and len(decoded) == SIGNATURE_BYTES:
            if mistake is not None:
                read = Message(
                    "so read, it is a signature of {count} bytes",
                    "这样读取，它是 {count} 字节的签名",
                    count=SIGNATURE_BYTES,
                )
                case.look(mistake, read)
            return base64.b64encode(decoded).decode()
    case.tell(
        Message(
            "The signature cannot be read as {count} bytes: {signature}.",
            "签名无法读取为 {count} 字节：{signature}。",
            count=SIGNATURE_BYTES,
            signature=quote(signature),
        )
    )
    return signature


def _readings(signature: str) -> Iterator[tuple[str | None, str]]:
    yield None, signature
    yield "signature_plus_became_blank", signature.replace(" ", "+")
    yield "signature_in_base64url", _pad(signature.replace("-", "+").replace("_", "/"))
    compact = re.sub(r"\s|\\n", "", signature)
    yield "signature_wrapped", _pad(compact)
    if _HEX.fullmatch(compact):
        yield "signature_in_hex", _from_hex(compact)
    yield "signature_percent_encoded", unquote(signature)
    inner = (_decode(_pad(compact)) or b"").decode(errors="replace")
    yield "signature_encoded_twice", _from_hex(inner) if _HEX.fullmatch(inner) else inner


def _pad(text: str) -> str:
    bare = text.rstrip("=")
    return bare + "=" * (-len(bare) % 4)


def _from_hex(digits: str) -> str:
    return base64.b64encode(bytes.fromhex(digits)).decode() if len(digits) % 2 == 0 else ""


def _decode(text: str) -> bytes | None:
    """What canonical base64 stands for."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if base64.b64encode(decoded).decode() == text else None


def _compare(case: Case, sent: _Confirmation, known: SignedText) -> None:
    """What differs between the confirmation that a phone made and what has come of it."""
    case.tell(
        Message(
            "Phone {phone} of user {openid} made this signature at {at}.",
            "该签名由用户 {openid} 的手机 {phone} 于 {at} 产生。",
            phone=known.phone_id,
            openid=quote(known.openid),
            at=format_time(known.at),
        )
    )
    if known.override:
        case.tell(
            Message(
                "The phone was told to misbehave: {override}.",
                "这部手机被要求作弊：{override}。",
                override=known.override,
            )
        )
    if known.appid != sent.appid:
        made_in = Message(
            "it was made in {made_in}, not in {sent_to}",
            "它产生于 {made_in}，而不是 {sent_to}",
            made_in=known.appid,
            sent_to=sent.appid,
        )
        case.look("key_of_another_app", made_in)
    elif known.openid != sent.openid:
        case.look("key_of_another_user", _of_user(known.openid, sent))
    _compare_texts(case, signed=known.text, sent=sent.text)


def _compare_texts(case: Case, *, signed: str, sent: str) -> None:
    if signed == sent:
        return
    lost = texts.members(signed).get("rsa_pss_saltlen")
    if lost is not None and "rsa_pss_saltlen" not in texts.members(sent):
        is_lost = Message(
            "rsa_pss_saltlen, which said {lost}, is lost: 20 bytes are expected then",
            "丢失了值为 {lost} 的 rsa_pss_saltlen：这时会按 20 字节验证",
            lost=lost,
        )
        case.look("salt_length", is_lost)
    changes = texts.differences(signed, sent)
    if changes:
        case.look("json_string_tampered", Message("{changes}", "{changes}", changes=tuple(changes)))
    else:
        case.look("json_string_reserialised", texts.rewriting(signed, sent))


def _try_keys(case: Case, sent: _Confirmation) -> None:
    own = auth_keys.of_user(case.world, sent.appid, sent.openid)
    cpu_ids = {phone.cpu_id for phone in phones.of_user(case.world, sent.appid, sent.openid)}
    case.tell(
        Message(
            "User {openid} has {count} AuthKeys in {appid}.",
            "用户 {openid} 在 {appid} 中有 {count} 个 AuthKey。",
            openid=quote(sent.openid),
            count=len(own),
            appid=sent.appid,
        )
    )
    members = texts.members(sent.text)
    for text in texts.originals(sent.text):
        if any(_fits(case, sent, text, key.public_key) for key in own):
            return
    if _is_anothers(case, sent) or _is_of_another_key(case, sent):
        return
    if case.look("no_auth_key", None if own else Message("there is none", "一个也没有")):
        return
    cpu_id = members.get("cpu_id")
    device = Message("cpu_id is {cpu_id}", "cpu_id 是 {cpu_id}", cpu_id=quote(cpu_id))
    case.look("device_unknown", None if cpu_id in cpu_ids or not cpu_ids else device)


def _fits(case: Case, sent: _Confirmation, text: str, public_key: str) -> bool:
    """Whether the key signed the text, with whatever salt; what is wrong about that is noted."""
    salt_length = soter.actual_salt_length(public_key_pem=public_key, text=text, signature=sent.signature)
    if salt_length is None:
        return False
    _compare_texts(case, signed=text, sent=sent.text)
    stated = soter.stated_salt_length(text)
    if salt_length != stated:
        salt = Message(
            "it has {actual} bytes of salt, where {stated} are expected",
            "盐为 {actual} 字节，应为 {stated} 字节",
            actual=salt_length,
            stated=stated,
        )
        case.look("salt_length", salt)
    return True


def _is_anothers(case: Case, sent: _Confirmation) -> bool:
    for key in auth_keys.of_others(case.world, sent.appid, sent.openid, limit=MOST_KEYS):
        if (
            soter.actual_salt_length(public_key_pem=key.public_key, text=sent.text, signature=sent.signature)
            is not None
        ):
            if key.appid != sent.appid:
                of_phone = Message("it is that of a phone in {appid}", "它属于 {appid} 中的一部手机", appid=key.appid)
                return case.look("key_of_another_app", of_phone)
            return case.look("key_of_another_user", _of_user(key.openid, sent))
    return False


def _of_user(openid: str, sent: _Confirmation) -> Message:
    return Message(
        "it is that of {owner}, not of {caller}",
        "它属于 {owner}，而不是 {caller}",
        owner=quote(openid),
        caller=quote(sent.openid),
    )


def _is_of_another_key(case: Case, sent: _Confirmation) -> bool:
    for phone in phones.of_user(case.world, sent.appid, sent.openid):
        if phone.ask is not None:
            key = soter.public_key_pem(soter.load_private_key(phone.ask))
            if soter.actual_salt_length(public_key_pem=key, text=sent.text, signature=sent.signature) is not None:
                ask = Message("it is the ASK of phone {phone}", "它是手机 {phone} 的 ASK", phone=phone.phone_id)
                return case.look("key_unknown", ask)
    return False


def _look_at_repetitions(case: Case, sent: _Confirmation) -> None:
    """What WeChat leaves to the caller: was it shown before, and has the counter grown?"""
    members = texts.members(sent.text)
    for before in _verified_before(case, str(members.get("cpu_id", ""))):
        text = str(before.parameters.get("json_string", ""))
        when = f"{format_time(before.at)} (rid {before.rid})"
        if text == sent.text:
            case.look("confirmation_replayed", Message("at {when}", "时间：{when}", when=when))
        elif _counter(texts.members(text)) >= _counter(members):
            grown = Message(
                "it is {now}, and was {then} at {when}",
                "现在是 {now}，而在 {when} 是 {then}",
                now=_counter(members),
                then=_counter(texts.members(text)),
                when=when,
            )
            case.look("counter_stale", grown)
    case.rule_out("confirmation_replayed", "counter_stale")
    case.tell(
        Message(
            "raw is {raw}: compare it with the challenge that you gave out.",
            "raw 是 {raw}：请与你发放的挑战值比较。",
            raw=quote(members.get("raw")),
        )
    )


def _verified_before(case: Case, cpu_id: str) -> Iterator[journal.Exchange]:
    """Confirmations of this device in this app that WeChat has found genuine before."""
    exchange = case.exchange
    choice = Choice(appid=exchange.appid, api=exchange.api, is_failure=False, text=cpu_id, before=exchange.number)
    for before in journal.list_latest(case.world, choice=choice, limit=MOST_BEFORE):
        text = before.parameters.get("json_string")
        if texts.members(text).get("cpu_id") == cpu_id:
            yield before


def _counter(members: dict[str, Any]) -> float:
    counter = members.get("counter")
    return counter if isinstance(counter, (int, float)) else -1
