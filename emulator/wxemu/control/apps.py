"""``/emulator/v1/apps``: the tenants in the seed's form, their users, sessions and tokens."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from flask import Response, jsonify

from wxemu.control import codec
from wxemu.core import apps
from wxemu.core.http import body
from wxemu.core.http.body import BodyError
from wxemu.core.http.our_failures import failure
from wxemu.phone import phones
from wxemu.state import seed_entries
from wxemu.wechat import sessions, tokens, users

if TYPE_CHECKING:
    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.state import State
    from wxemu.wechat.users import User

DEFAULT_TOKENS: Final = 50


def listed(world: World) -> Response:
    """All of them."""
    with world.transaction():
        return jsonify({"apps": [{"appid": app.appid, "env": app.env} for app in apps.all_apps(world)]})


def shown(world: World, appid: str) -> Response:
    """One, without its secrets."""
    with world.transaction():
        return jsonify(_shown(apps.require(world, appid)))


def added(world: World) -> Response:
    """A new one; no other answer shows its secrets."""
    app = seed_entries.add_app(world, _entry())
    return jsonify({**_shown(app), "secret": app.secret, "secret_key": app.secret_key})


def restricted(world: World, appid: str) -> Response:
    """What it may be refused for, changed."""
    return jsonify(_shown(seed_entries.restrict(world, appid, _entry())))


def removed(state: State, appid: str) -> Response:
    """One less, with all that belonged to it."""
    state.forget_app(appid)
    return jsonify({"removed": appid})


def users_listed(world: World, appid: str) -> Response:
    """The users of an app."""
    with world.transaction():
        apps.require(world, appid)
        held: dict[str, list[str]] = {}
        for phone in phones.all_phones(world, appid):
            held.setdefault(phone.openid, []).append(phone.phone_id)
        found = [{**_user(user), "phones": held.get(user.openid, [])} for user in users.all_users(world, appid)]
    return jsonify({"users": found})


def user_added(world: World, appid: str) -> Response:
    """A new user."""
    return jsonify(_user(seed_entries.add_user(world, appid, _entry())))


def sessions_listed(world: World, appid: str) -> Response:
    """The latest session of each user, without its key."""
    with world.transaction():
        apps.require(world, appid)
        now = world.clock.now()
        found = [
            {
                "openid": session.openid,
                "issued_at": session.issued_at,
                "expires_at": session.expires_at,
                "is_expired": now >= session.expires_at,
            }
            for session in sessions.all_sessions(world, appid)
        ]
    return jsonify({"sessions": found})


def session_expired(world: World, appid: str, openid: str) -> Response:
    """A session ended now."""
    with world.transaction():
        apps.require(world, appid)
        ended = sessions.end(world, appid, openid)
    if ended is None:
        return failure(404, f"{openid!r} has no session in {appid} now; the user would have to log in first")
    return jsonify({"openid": openid, "issued_at": ended.issued_at, "expires_at": ended.expires_at, "is_expired": True})


def tokens_listed(world: World, appid: str) -> Response:
    """The access tokens it got last, newest first, without the tokens."""
    limit = codec.limit(DEFAULT_TOKENS)
    with world.transaction():
        apps.require(world, appid)
        return jsonify({"tokens": [asdict(token) for token in tokens.list_tokens(world, appid, limit=limit)]})


def _entry() -> dict[str, Any]:
    """An entry in the seed's form, whose rules the world knows."""
    given = body.of_request()
    try:
        json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise BodyError("body: expected text, got half a surrogate pair in it") from None
    return given


def _shown(app: App) -> dict[str, Any]:
    return {"appid": app.appid, "env": app.env, "secret_id": app.secret_id, **asdict(app.restrictions)}


def _user(user: User) -> dict[str, Any]:
    return {name: value for name, value in asdict(user).items() if name != "appid"}
