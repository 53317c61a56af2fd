"""What a mini program's ``success`` or ``fail`` gets, and how our own phone requests are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from wxemu.core.http.body import BodyError, boolean, encodable_text, json_object, member, strings, text
from wxemu.phone.calls import FunctionCall
from wxemu.phone.phones import OVERRIDES, Override

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World
    from wxemu.phone.confirmations import Confirmation, ConfirmationError
    from wxemu.phone.phones import Phone

START: Final = "startSoterAuthentication"
NEWER_FORM_SINCE: Final = (2, 30, 1)
"""The oldest base library that was seen to tell failures of callFunction in the newer form [field]."""


class Request(TypedDict):
    """What a mini program asks of wx.startSoterAuthentication."""

    request_auth_modes: tuple[str, ...]
    challenge: str | None
    auth_content: str


def phone(world: World, held: Phone) -> dict[str, object]:
    """A phone as our own interface shows it; no private key is in it. ``lockedFor`` in seconds of the world's clock."""
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
        "failures": held.failures,
        "lockedFor": held.locked_for(world.clock.now()),
        "override": list(held.override.kinds),
        "untilCleared": held.override.is_lasting,
    }


def request(body: Mapping[str, Any]) -> Request:
    """``{"requestAuthModes", "challenge", "authContent"?}``.

    :raises BodyError: a member of another type.
    """
    return {
        "request_auth_modes": strings(body, "requestAuthModes"),
        "challenge": text(body, "challenge"),
        "auth_content": text(body, "authContent") or "",
    }


def function_call(body: Mapping[str, Any]) -> FunctionCall:
    """``{"name", "data"?, "env"?, "cloudIDs"?: members of data, "baseLibrary"?: "2.10.0"}``.

    :raises BodyError: a member of another type, or a base library that is no version.
    """
    return FunctionCall(
        name=encodable_text(body, "name", is_required=True) or "",
        data=json_object(body.get("data")),
        env=text(body, "env"),
        cloud_ids=strings(body, "cloudIDs"),
        is_old=_version(text(body, "baseLibrary")) < NEWER_FORM_SINCE,
    )


def _version(written: str | None) -> tuple[int, ...]:
    """:raises BodyError: no numbers with dots between them."""
    if written is None:
        return NEWER_FORM_SINCE
    try:
        return tuple(int(part) for part in written.split("."))
    except ValueError:
        raise BodyError(f"baseLibrary: expected a version such as 3.0.0, got {written!r}") from None


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
