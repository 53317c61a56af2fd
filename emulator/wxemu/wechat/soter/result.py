"""The resultJSON: what the TEE states about one confirmation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from wxemu.wechat.soter import device_json
from wxemu.wechat.soter.errors import UnsupportedModeError
from wxemu.wechat.soter.profiles import AuthMode

if TYPE_CHECKING:
    from wxemu.wechat.soter.profiles import Profile

# The bits of the client SDK's biometric types (ConstantsSoter); that bo_t holds them is [inferred].
_BIOMETRIC_TYPE: Final = {AuthMode.FINGERPRINT: 1, AuthMode.FACIAL: 2}


def result_json(profile: Profile, *, raw: str, fid: str, counter: int, cpu_id: str, uid: str, mode: str) -> str:
    """The text that an AuthKey signs, with the members of the profile in its order.

    :param raw: the challenge of the mini program.
    :param fid: number of the finger or face on this device; iOS leaves it out.
    :param counter: the TEE's counter, already raised for this confirmation.
    :param mode: how the user was recognised, such as ``fingerPrint``.
    :raises UnsupportedModeError: the phone cannot recognise its user that way.
    """
    if mode not in profile.modes:
        raise UnsupportedModeError(profile.name, mode, profile.modes)
    members: dict[str, object] = {
        "raw": raw,
        "fid": fid,
        "counter": counter,
        "cpu_id": cpu_id,
        "uid": uid,
        "bo_t": _BIOMETRIC_TYPE[AuthMode(mode)],
        "rsa_pss_saltlen": profile.salt_length,
        **asdict(profile.hardware),
    }
    return device_json.write({key: members[key] for key in profile.result_keys})
