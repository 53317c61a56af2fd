"""How requests of the control plane are read, and how it shows an invocation's log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import request

from wxemu.core import apps
from wxemu.core.http import body
from wxemu.core.http.body import BodyError
from wxemu.wechat import users

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.scf.feed import Line
    from wxemu.scf.invocation_records import Record
    from wxemu.scf.runtime import InstanceState

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
    with world.transaction():
        named = appid or next((app.appid for app in apps.all_apps(world)), None)
        if named is None:
            raise BodyError("there is no app; `wxemu app new` makes one, `wxemu state reset` brings the seed's back")
        try:
            return apps.require(world, named)
        except apps.UnknownAppError as error:
            raise BodyError(str(error)) from None


def require_user(world: World, app: App, openid: str | None) -> None:
    """Make sure that somebody has the openid, if one is named.

    :raises BodyError: nobody in ``app`` has it.
    """
    with world.transaction():
        if openid is not None and users.find(world, app.appid, openid) is None:
            raise BodyError(f"nobody in {app.appid} has the openid {openid!r}; `wxemu user list` shows who is there")


def flag(name: str) -> bool:
    """Whether the query asks for something, ``true`` or ``false``; not by default.

    :raises BodyError: another word.
    """
    return body.member(request.args.get(name, "false"), ("false", "true")) == "true"


def line(said: Line) -> dict[str, Any]:
    """One line of a log, while the invocation lasts."""
    return {"requestId": said.request_id, "env": said.env, "function": said.function, "line": said.text}


def instance(running: InstanceState) -> dict[str, Any]:
    """One running instance of a function."""
    return {
        "function": running.function,
        "appid": running.appid,
        "env": running.env,
        "process": running.process,
        "state": "busy" if running.is_busy else "idle",
        "sinceSeconds": running.since_seconds,
        "invocations": running.invocations,
        "memoryBytes": running.memory_bytes,
        "coldStartMs": running.init_ms,
    }


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
