"""wx.startSoterAuthentication on a phone: WeChat's checks in their order, and the signature of the TEE."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wxemu.phone import phones, signed_texts
from wxemu.phone.signed_texts import SignedText
from wxemu.wechat import sessions, soter
from wxemu.wechat.soter import AuthMode

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.phone.phones import Phone

CHALLENGE_LIMIT: Final = 512
"""UTF-16 units that are too many: 511 is the real maximum, although the message says 512 [src]."""
AUTH_CONTENT_LIMIT: Final = 42
"""UTF-16 units of authContent [doc]; Android shows its own text instead of a longer one [src]."""
MISMATCHES_TO_LOCK: Final = 5
"""Wrong fingers in a row that lock the sensor [inferred from Android's own limit]."""
LOCK_SECONDS: Final = 30
"""How long the sensor stays locked [inferred from Android's own limit]."""


class ConfirmationError(Exception):
    """The confirmation failed: wx.startSoterAuthentication calls ``fail`` with it.

    :param errcode: 90001 to 90011, or -1.
    :param text: what follows ``startSoterAuthentication:fail`` in errMsg; may be empty.
    :param auth_mode: the mode that was tried, if any.
    """

    def __init__(self, errcode: int, text: str, *, auth_mode: str = "") -> None:
        self.errcode = errcode
        self.text = text
        self.auth_mode = auth_mode
        super().__init__(f"{errcode} {text}")


@dataclass(frozen=True)
class Confirmation:
    """A signed confirmation: wx.startSoterAuthentication calls ``success`` with it."""

    auth_mode: str
    result_json: str
    result_json_signature: str


_ENDED_OUTCOMES: Final[dict[str, tuple[int, str]]] = {
    "cancel": (90008, "cancel"),
    "unauthorized": (90002, "user not authorized"),
    "internal": (90007, "auth key update error"),
    "killed": (-1, "not returned"),
}
OUTCOMES: Final = ("match", "mismatch", "lockout", *_ENDED_OUTCOMES)
"""What can happen at the sensor; the text of 90002 is [inferred], the others were observed."""


def prompt(
    world: World, phone: Phone, *, request_auth_modes: tuple[str, ...], challenge: str | None, auth_content: str = ""
) -> str:
    """The mode in which the phone would ask its user now.

    :raises ConfirmationError: it does not ask: a check fails, or the sensor is locked.
    """
    mode = _check(phone, request_auth_modes, challenge, auth_content)
    sessions.touch(world, phone.appid, phone.openid)
    if phone.locked_for(world.clock.now()):
        raise _frozen(mode)
    return mode


def confirm(
    world: World,
    phone: Phone,
    *,
    request_auth_modes: tuple[str, ...],
    challenge: str | None,
    auth_content: str = "",
    outcome: str = "match",
) -> Confirmation:
    """Ask the user for a finger or face, and sign the challenge if it matches.

    :param outcome: one of ``OUTCOMES``.
    :raises ConfirmationError: any other outcome than a match, or the phone has no key to sign with.
    """
    mode = prompt(world, phone, request_auth_modes=request_auth_modes, challenge=challenge, auth_content=auth_content)
    if outcome in _ENDED_OUTCOMES:
        raise ConfirmationError(*_ENDED_OUTCOMES[outcome], auth_mode=mode)
    if outcome == "lockout" or (outcome == "mismatch" and phone.failures + 1 >= MISMATCHES_TO_LOCK):
        phones.keep(world, replace(phone, failures=0, locked_until=world.clock.now() + LOCK_SECONDS))
        # iOS reports the first lockout as a plain mismatch [field].
        raise _not_recognised(mode) if phone.profile.name == "ios" else _frozen(mode)
    if outcome == "mismatch":
        phones.keep(world, replace(phone, failures=phone.failures + 1))
        raise _not_recognised(mode)
    return _sign(world, phone, mode, challenge or "")


def _not_recognised(mode: str) -> ConfirmationError:
    return ConfirmationError(90009, "", auth_mode=mode)


def _frozen(mode: str) -> ConfirmationError:
    return ConfirmationError(90010, "authenticate freeze. please try again later", auth_mode=mode)


def _check(phone: Phone, modes: tuple[str, ...], challenge: str | None, auth_content: str) -> str:
    """Make WeChat's checks in its own order (7.x on Android [src]); return the mode that will be used."""
    if not modes:
        raise ConfirmationError(90003, "authen mode is null")
    if not phone.profile.modes:
        raise ConfirmationError(90001, "not support soter")
    if any(mode not in list(AuthMode) for mode in modes):
        raise ConfirmationError(90003, "no corresponding mode")
    if not challenge:
        raise ConfirmationError(90004, "challenge is null")
    if _utf16_length(challenge) >= CHALLENGE_LIMIT:
        raise ConfirmationError(90004, "challenge is too long. 512 chars at most")
    if phone.profile.name == "ios" and _utf16_length(auth_content) > AUTH_CONTENT_LIMIT:
        raise ConfirmationError(90005, "auth content is too long. 42 chars at most")
    mode = next((mode for mode in modes if mode in phone.profile.modes), None)
    if mode is None:
        raise ConfirmationError(90003, "no corresponding mode")
    if not phone.enrolled.get(mode):
        what = "fingerprint" if mode == AuthMode.FINGERPRINT else "face"
        raise ConfirmationError(90011, f"no {what} enrolled", auth_mode=mode)
    return mode


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _sign(world: World, phone: Phone, mode: str, challenge: str) -> Confirmation:
    if phone.auth_key is None or phone.ask is None:
        # Its seed has only the public key: the private key signs elsewhere.
        raise ConfirmationError(90007, "auth key update error", auth_mode=mode)
    kinds = phone.override.kinds
    counter = phone.counter if "staleCounter" in kinds else phone.counter + 1
    text = signed_text = _result_json(phone, mode, challenge, counter)
    salt_length = phone.profile.salt_length
    signature = soter.sign(
        soter.load_private_key(phone.ask if "foreignKey" in kinds else phone.auth_key),
        text,
        salt_length + 12 if "wrongSalt" in kinds else salt_length,
    )
    if "tamperedRaw" in kinds:
        text = _result_json(phone, mode, f"{challenge}!", counter)
    if "bogusSignature" in kinds:
        signature = b64encode(world.randomness.draw(256)).decode()
    evidence = SignedText(
        appid=phone.appid,
        openid=phone.openid,
        phone_id=phone.phone_id,
        at=world.clock.now(),
        text=signed_text,
        given_text=text,
        signature=signature,
        override=",".join(kinds),
    )
    signed_texts.keep(world, evidence)
    left = phone.override if phone.override.is_lasting else phones.Override()
    phones.keep(world, replace(phone, counter=counter, failures=0, override=left))
    return Confirmation(mode, text, signature)


def _result_json(phone: Phone, mode: str, challenge: str, counter: int) -> str:
    return soter.result_json(
        phone.profile, raw=challenge, fid="1", counter=counter, cpu_id=phone.cpu_id, uid=phone.uid, mode=mode
    )
