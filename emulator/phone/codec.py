"""What a mini program's ``success`` or ``fail`` gets, and how our own phone requests are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from emulator.body import boolean, member
from emulator.world.phones import OVERRIDES, Override

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emulator.world.confirmations import Confirmation, ConfirmationError
    from emulator.world.phones import Phone

START: Final = "startSoterAuthentication"


def phone(held: Phone) -> dict[str, object]:
    """A phone as our own interface shows it; no private key is in it."""
    return {
        "phoneId": held.phone_id,
        "appid": held.appid,
        "openid": held.openid,
        "profile": held.profile.name,
        "supportMode": list(held.profile.modes),
        "enrolled": dict(held.enrolled),
        "cpuId": held.cpu_id,
        "uid": held.uid,
        "counter": held.counter,
        "override": list(held.override.kinds),
    }


def confirmation(done: Confirmation) -> dict[str, object]:
    """What ``success`` of wx.startSoterAuthentication gets [doc]."""
    return {
        "errCode": 0,
        "authMode": done.auth_mode,
        "resultJSON": done.result_json,
        "resultJSONSignature": done.result_json_signature,
        "errMsg": f"{START}:ok",
    }


def failed_confirmation(error: ConfirmationError) -> dict[str, object]:
    """What ``fail`` of wx.startSoterAuthentication gets [doc, field]."""
    return {
        "errCode": error.errcode,
        "authMode": error.auth_mode,
        "resultJSON": "",
        "resultJSONSignature": "",
        "errMsg": f"{START}:fail {error.text}".rstrip(),
    }


def override(body: Mapping[str, Any]) -> Override:
    """``{"tamperedRaw": true, ..., "untilCleared": true}``; ``{}`` clears.

    :raises BodyError: a name that does not exist, or a value that is no boolean.
    """
    kinds = tuple(kind for kind in OVERRIDES if boolean(body, kind))
    is_lasting = boolean(body, "untilCleared")
    for name in body:
        member(name, (*OVERRIDES, "untilCleared"))
    return Override(kinds, is_lasting)
