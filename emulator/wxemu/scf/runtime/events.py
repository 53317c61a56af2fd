"""The events that the platform makes: of a mini program's call, and of a timer trigger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.runtime.identity import Identity
    from wxemu.scf.runtime.invocation import JSONValue

TRIGGER_NAME: Final = "timer"
"""Of a trigger that is fired by hand; the platform's have the names that they are declared with."""


def timer_event(at: float) -> dict[str, JSONValue]:
    """Return the event of a timer that fires at Unix time `at` [doc]."""
    time = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"Type": "Timer", "TriggerName": TRIGGER_NAME, "Time": time, "Message": ""}


def wx_event(data: Mapping[str, JSONValue] | None, caller: Identity) -> dict[str, JSONValue]:
    """Return the event of a `wx.cloud.callFunction`: the caller's data with `userInfo` set by the platform.

    Whatever the caller sent as `userInfo` is replaced [field]; a caller without an openid keeps its own [inferred],
    which is why a function must not believe it.
    """
    if caller.openid is None:
        return {**(data or {})}
    return {**(data or {}), "userInfo": {"appId": caller.appid, "openId": caller.openid}}
