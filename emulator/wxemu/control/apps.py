"""Answers on the tenants in the seed's form, their users, sessions and tokens."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final, cast

from werkzeug.exceptions import NotFound

from wxemu.control.operations import apps as operations
from wxemu.control.operations.limit import MOST
from wxemu.core import apps
from wxemu.core.http.language import say
from wxemu.core.http.serving import answers
from wxemu.core.messages import Message
from wxemu.phone import phones
from wxemu.state import seed_entries
from wxemu.wechat import sessions, tokens, users

if TYPE_CHECKING:
    from wxemu.control.operations.apps import (
        App,
        Apps,
        AppWithSecrets,
        ChangedApp,
        NamedApp,
        NamedUser,
        NewApp,
        NewUser,
        Removed,
        Session,
        Sessions,
        Tokens,
        TokensChoice,
        User,
        Users,
    )
    from wxemu.control.platform import Platform
    from wxemu.core.http.operations import Nothing

DEFAULT_TOKENS: Final = 50


@answers(operations.LIST)
def list_apps(platform: Platform, _given: Nothing) -> Apps:
    """All of them."""
    with platform.world.transaction():
        return {"apps": [{"appid": app.appid, "env": app.env} for app in apps.all_apps(platform.world)]}


@answers(operations.SHOW)
def show_app(platform: Platform, given: NamedApp) -> App:
    """One, without its secrets."""
    with platform.world.transaction():
        return _app(apps.require(platform.world, given["appid"]))


@answers(operations.ADD)
def add_app(platform: Platform, given: NewApp) -> AppWithSecrets:
    """Register a new one; no other answer shows its secrets."""
    app = seed_entries.add_app(platform.world, given["body"])
    return {**_app(app), "secret": app.secret, "secret_key": app.secret_key}


@answers(operations.RESTRICT)
def restrict_app(platform: Platform, given: ChangedApp) -> App:
    """Change what it may be refused for."""
    return _app(seed_entries.restrict(platform.world, given["appid"], given["body"]))


@answers(operations.REMOVE)
def remove_app(platform: Platform, given: NamedApp) -> Removed:
    """Remove one, with all that belongs to it."""
    platform.state.delete_app(given["appid"])
    return {"removed": given["appid"]}


@answers(operations.LIST_USERS)
def list_users(platform: Platform, given: NamedApp) -> Users:
    """The users of an app, with their phones."""
    world, appid = platform.world, given["appid"]
    with world.transaction():
        apps.require(world, appid)
        phones_of: dict[str, list[str]] = {}
        for phone in phones.all_phones(world, appid):
            phones_of.setdefault(phone.openid, []).append(phone.phone_id)
        present = users.all_users(world, appid)
    return {"users": [{**_user(user), "phones": phones_of.get(user.openid, [])} for user in present]}


@answers(operations.ADD_USER)
def add_user(platform: Platform, given: NewUser) -> User:
    """Register a new user."""
    return _user(seed_entries.add_user(platform.world, given["appid"], given["body"]))


@answers(operations.LIST_SESSIONS)
def list_sessions(platform: Platform, given: NamedApp) -> Sessions:
    """The latest session of each user, without its key."""
    world = platform.world
    with world.transaction():
        apps.require(world, given["appid"])
        now = world.clock.now()
        latest = sessions.all_sessions(world, given["appid"])
    return {"sessions": [_session(session, is_expired=now >= session.expires_at) for session in latest]}


@answers(operations.EXPIRE_SESSION)
def expire_session(platform: Platform, given: NamedUser) -> Session:
    """End a session now.

    :raises NotFound: the user has none.
    """
    world, appid, openid = platform.world, given["appid"], given["openid"]
    with world.transaction():
        apps.require(world, appid)
        session = sessions.end(world, appid, openid)
    if session is None:
        none = Message(
            "{openid} has no session in {appid} now; the user would have to log in first",
            "{openid} 目前在 {appid} 中没有登录态；需要用户先登录",
            openid=repr(openid),
            appid=appid,
        )
        raise NotFound(say(none))
    return _session(session, is_expired=True)


@answers(operations.LIST_TOKENS)
def list_tokens(platform: Platform, given: TokensChoice) -> Tokens:
    """The access tokens it got last, newest first, without the tokens."""
    world, appid = platform.world, given["appid"]
    limit = min(given.get("limit", DEFAULT_TOKENS), MOST)
    with world.transaction():
        apps.require(world, appid)
        issued = tokens.list_tokens(world, appid, limit=limit)
    return cast("Tokens", {"tokens": [asdict(token) for token in issued]})


def _app(app: apps.App) -> App:
    document = {"appid": app.appid, "env": app.env, "secret_id": app.secret_id, **asdict(app.restrictions)}
    return cast("App", document)


def _user(user: users.User) -> User:
    return {"openid": user.openid, "unionid": user.unionid, "is_high_risk": user.is_high_risk}


def _session(session: sessions.Session, *, is_expired: bool) -> Session:
    return {
        "openid": session.openid,
        "issued_at": session.issued_at,
        "expires_at": session.expires_at,
        "is_expired": is_expired,
    }
