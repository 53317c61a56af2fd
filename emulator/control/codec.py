"""How requests of the control plane are read, and how it shows an invocation's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import request

from emulator.body import BodyError
from emulator.world import apps

if TYPE_CHECKING:
    from emulator.world.apps import App
    from emulator.world.invocations import Record
    from emulator.world.world import World

MOST: Final = 1000
"""Exchanges or logs in one answer."""


def limit(default: int) -> int:
    """How many the query asks for.

    :raises BodyError: no number from 0 to ``MOST``.
    """
    wanted = request.args.get("limit", str(default))
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > len(str(MOST)):
        raise BodyError(f"limit: expected a number from 0 to {MOST}, got {wanted!r}")
    return min(int(wanted), MOST)


def app(world: World, appid: str | None) -> App:
    """The app that is meant: the one named, else the first.

    :raises BodyError: there is no such app.
    """
    with world.deciding():
        named = appid or next((app.appid for app in apps.all_apps(world)), "")
        found = apps.find(world, named)
    if found is None:
        raise BodyError(f"no app has the appid {named!r}; add it to the seed")
    return found


def log(record: Record) -> dict[str, Any]:
    """One invocation's log."""
    return {
        "requestId": record.request_id,
        "env": record.env,
        "function": record.function,
        "at": record.at,
        "ok": record.is_ok,
        "durationMs": record.duration_ms,
        "memoryBytes": record.memory_bytes,
        "log": record.log,
    }
