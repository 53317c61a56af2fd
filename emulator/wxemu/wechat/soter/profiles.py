"""The table of the kinds of phone."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from wxemu.wechat.soter.signature import DEFAULT_SALT_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

RandomBytes = Callable[[int], bytes]
"""Draws a number of random bytes."""


class AuthMode(enum.StrEnum):
    """A way to recognise the user, by its name in wx.startSoterAuthentication. No phone supports speech [doc]."""

    FINGERPRINT = "fingerPrint"
    FACIAL = "facial"
    SPEECH = "speech"


@dataclass(frozen=True, slots=True)
class Hardware:
    """What the TEE, the fingerprint sensor and the face sensor call themselves: name, version."""

    tee_n: str = ""
    tee_v: str = ""
    fp_n: str = ""
    fp_v: str = ""
    fc_n: str = ""
    fc_v: str = ""


def _hexadecimal(random_bytes: RandomBytes) -> str:
    return random_bytes(16).hex()


def _app_number(random_bytes: RandomBytes) -> str:
    return str(10_000 + int.from_bytes(random_bytes(4), "big") % 10_000)


def _apple_uuid(random_bytes: RandomBytes) -> str:
    return str(uuid.UUID(bytes=random_bytes(16), version=4)).upper()


def _huawei_cpu_id(random_bytes: RandomBytes) -> str:
    return f"HUAWEI_HWTAS_{uuid.UUID(bytes=random_bytes(16), version=4)}-{random_bytes(4).hex()}"


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of phone.

    :param modes: the ways in which it can recognise its user; without any it has no SOTER.
    :param salt_length: bytes of salt in its signatures.
    :param result_keys: the members of its resultJSON, in order.
    :param draw_cpu_id: draws a device id in its form.
    :param draw_uid: draws an app id in its form: Android's number of the installed app, or 32 hex digits on iOS.
    """

    name: str
    modes: tuple[AuthMode, ...]
    result_keys: tuple[str, ...]
    draw_cpu_id: Callable[[RandomBytes], str] = _hexadecimal
    draw_uid: Callable[[RandomBytes], str] = _app_number
    hardware: Hardware = Hardware()
    salt_length: int = DEFAULT_SALT_LENGTH

    @property
    def states_salt_length(self) -> bool:
        """Whether its JSON texts state the salt length."""
        return "rsa_pss_saltlen" in self.result_keys


_ANDROID_KEYS: Final = ("raw", "fid", "counter", "tee_n", "tee_v", "fp_n", "fp_v", "cpu_id", "uid")

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            # Texts and id forms as in the server guide's sample [doc].
            Profile(
                name="android",
                modes=(AuthMode.FINGERPRINT,),
                result_keys=_ANDROID_KEYS,
                hardware=Hardware(tee_n="QSEE", tee_v="4.0", fp_n="ET", fp_v="320"),
            ),
            # Members and id forms of a real confirmation by face [field].
            Profile(
                name="ios",
                modes=(AuthMode.FACIAL,),
                result_keys=("raw", "counter", "uid", "cpu_id"),
                draw_cpu_id=_apple_uuid,
                draw_uid=_hexadecimal,
            ),
            # cpu_id and salt as in Tencent/soter issues #67 and #76 [field]; hardware names [inferred].
            Profile(
                name="huawei",
                modes=(AuthMode.FINGERPRINT, AuthMode.FACIAL),
                result_keys=(*_ANDROID_KEYS, "bo_t", "fc_n", "fc_v", "rsa_pss_saltlen"),
                draw_cpu_id=_huawei_cpu_id,
                hardware=Hardware(tee_n="iTrustee", tee_v="3.0", fp_n="HW_FP", fp_v="1.0", fc_n="HW_FACE", fc_v="1.0"),
                salt_length=32,
            ),
            Profile(name="none", modes=(), result_keys=()),
        )
    }
)
