"""Why a confirmation is not genuine: the texts that phones signed, and all keys of this world, tried on it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from wxemu.core import journal
from wxemu.core.journal import Choice
from wxemu.core.text import describe_kind
from wxemu.explain import texts
from wxemu.explain.case import format_time, quote
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
        case.look("signature_of_nobody", "none of them fits")


def _type_of(value: object) -> str | None:
    return None if value is None or isinstance(value, str) else f"it is {describe_kind(value)}"


def _normalise(case: Case, signature: str) -> str:
    """The signature in standard base64, if it can be read as one; what had to be mended is noted."""
    for mistake, reading in _readings(signature):
        decoded = _decode(reading)
        if decoded is not None and len(decoded) == SIGNATURE_BYTES:
            if mistake is not None:
                case.look(mistake, f"so read, it is a signature of {SIGNATURE_BYTES} bytes")
            return base64.b64encode(decoded).decode()
    case.tell(f"The signature cannot be read as {SIGNATURE_BYTES} bytes: {quote(signature)}.")
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
    case.tell(f"Phone {known.phone_id} of user {quote(known.openid)} made this signature at {format_time(known.at)}.")
    if known.override:
        case.tell(f"The phone was told to misbehave: {known.override}.")
    if known.appid != sent.appid:
        case.look("key_of_another_app", f"it was made in {known.appid}, not in {sent.appid}")
    elif known.openid != sent.openid:
        case.look("key_of_another_user", f"it is that of {quote(known.openid)}, not of {quote(sent.openid)}")
    _compare_texts(case, signed=known.text, sent=sent.text)


def _compare_texts(case: Case, *, signed: str, sent: str) -> None:
    if signed == sent:
        return
    lost = texts.members(signed).get("rsa_pss_saltlen")
    if lost is not None and "rsa_pss_saltlen" not in texts.members(sent):
        case.look("salt_length", f"rsa_pss_saltlen, which said {lost}, is lost: 20 bytes are expected then")
    changes = texts.differences(signed, sent)
    if changes:
        case.look("json_string_tampered", "; ".join(changes))
    else:
        case.look("json_string_reserialised", texts.rewriting(signed, sent))


def _try_keys(case: Case, sent: _Confirmation) -> None:
    own = auth_keys.of_user(case.world, sent.appid, sent.openid)
    cpu_ids = {phone.cpu_id for phone in phones.of_user(case.world, sent.appid, sent.openid)}
    case.tell(f"User {quote(sent.openid)} has {len(own)} AuthKeys in {sent.appid}.")
    members = texts.members(sent.text)
    for text in texts.originals(sent.text):
        if any(_fits(case, sent, text, key.public_key) for key in own):
            return
    if _is_anothers(case, sent) or _is_of_another_key(case, sent):
        return
    if case.look("no_auth_key", None if own else "there is none"):
        return
    cpu_id = members.get("cpu_id")
    case.look("device_unknown", None if cpu_id in cpu_ids or not cpu_ids else f"cpu_id is {quote(cpu_id)}")


def _fits(case: Case, sent: _Confirmation, text: str, public_key: str) -> bool:
    """Whether the key signed the text, with whatever salt; what is wrong about that is noted."""
    salt_length = soter.actual_salt_length(public_key_pem=public_key, text=text, signature=sent.signature)
    if salt_length is None:
        return False
    _compare_texts(case, signed=text, sent=sent.text)
    stated = soter.stated_salt_length(text)
    if salt_length != stated:
        case.look("salt_length", f"it has {salt_length} bytes of salt, where {stated} are expected")
    return True


def _is_anothers(case: Case, sent: _Confirmation) -> bool:
    for key in auth_keys.of_others(case.world, sent.appid, sent.openid, limit=MOST_KEYS):
        if (
            soter.actual_salt_length(public_key_pem=key.public_key, text=sent.text, signature=sent.signature)
            is not None
        ):
            if key.appid != sent.appid:
                return case.look("key_of_another_app", f"it is that of a phone in {key.appid}")
            return case.look("key_of_another_user", f"it is that of {quote(key.openid)}, not of {quote(sent.openid)}")
    return False


def _is_of_another_key(case: Case, sent: _Confirmation) -> bool:
    for phone in phones.of_user(case.world, sent.appid, sent.openid):
        if phone.ask is not None:
            key = soter.public_key_pem(soter.load_private_key(phone.ask))
            if soter.actual_salt_length(public_key_pem=key, text=sent.text, signature=sent.signature) is not None:
                return case.look("key_unknown", f"it is the ASK of phone {phone.phone_id}")
    return False


def _look_at_repetitions(case: Case, sent: _Confirmation) -> None:
    """What WeChat leaves to the caller: was it shown before, and has the counter grown?"""
    members = texts.members(sent.text)
    for before in _verified_before(case, str(members.get("cpu_id", ""))):
        text = str(before.parameters.get("json_string", ""))
        when = f"{format_time(before.at)} (rid {before.rid})"
        if text == sent.text:
            case.look("confirmation_replayed", f"at {when}")
        elif _counter(texts.members(text)) >= _counter(members):
            counter_then = _counter(texts.members(text))
            case.look("counter_stale", f"it is {_counter(members)}, and was {counter_then} at {when}")
    case.rule_out("confirmation_replayed", "counter_stale")
    case.tell(f"raw is {quote(members.get('raw'))}: compare it with the challenge that you gave out.")


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
