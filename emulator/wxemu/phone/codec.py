"""What a mini program's ``success`` or ``fail`` gets, and what our own requests ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from wxemu.core.http.inputs import expected_instead
from wxemu.core.messages import Message
from wxemu.phone.calls import FunctionCall

if TYPE_CHECKING:
    from wxemu.core.world import World
    from wxemu.phone import operations
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


def phone(world: World, held: Phone) -> operations.Phone:
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


def request(given: operations.Prompt) -> Request:
    """What is asked of the user."""
    return {
        "request_auth_modes": tuple(given.get("requestAuthModes") or ()),
        "challenge": given.get("challenge"),
        "auth_content": given.get("authContent") or "",
    }


def function_call(given: operations.CallFunction) -> FunctionCall:
    """Which function is called, with what.

    :raises InputError: a base library that is no version.
    """
    return FunctionCall(
        name=given["name"],
        data=given.get("data") or {},
        env=given.get("env"),
        cloud_ids=tuple(given.get("cloudIDs") or ()),
        is_old=_version(given.get("baseLibrary")) < NEWER_FORM_SINCE,
    )


def _version(written: str | None) -> tuple[int, ...]:
    """:raises InputError: no numbers with dots between them."""
    if written is None:
        return NEWER_FORM_SINCE
    try:
        return tuple(int(part) for part in written.split("."))
    except ValueError:
        expected = Message("a version such as 3.0.0", "3.0.0 之类的版本号")
        raise expected_instead("baseLibrary", expected, repr(written)) from None


def confirmation(done: Confirmation) -> operations.Confirmation:
    """What ``success`` of wx.startSoterAuthentication gets [doc]."""
    return {
        "errCode": 0,
        "authMode": done.auth_mode,
        "resultJSON": done.result_json,
        "resultJSONSignature": done.result_json_signature,
        "errMsg": f"{START}:ok",
    }


def failed_confirmation(error: ConfirmationError) -> operations.Confirmation:
    """What ``fail`` of wx.startSoterAuthentication gets [doc, field]."""
    return {
        "errCode": error.errcode,
        "authMode": error.auth_mode,
        "resultJSON": "",
        "resultJSONSignature": "",
        "errMsg": f"{START}:fail {error.text}".rstrip(),
    }
