"""The pages of users and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from werkzeug.exceptions import Conflict, NotFound

from wxemu.console import form, rows
from wxemu.console.page import app_of_form, chosen_app, chosen_apps, show
from wxemu.core.http.language import say
from wxemu.core.messages import Message
from wxemu.phone import phones
from wxemu.state import seed_entries
from wxemu.wechat import sessions, users

if TYPE_CHECKING:
    from flask import Response

    from wxemu.core.world import World
    from wxemu.phone.phones import Phone
    from wxemu.scf.deployment import Deployment
    from wxemu.wechat.sessions import Session
    from wxemu.wechat.users import User


@dataclass(frozen=True)
class Entry:
    """One user, with the latest session and the phones."""

    user: User
    session: Session | None
    phones: tuple[Phone, ...]


@dataclass(frozen=True)
class Purchase:
    """The code that was exchanged for a session, and the phone that got it from wx.login."""

    code: str
    phone: Phone


def page(world: World, _deployment: Deployment) -> Response:
    """The users, each with the latest session."""
    with world.transaction():
        entries = [entry for app in chosen_apps(world) for entry in _entries(world, app.appid)]
    return show(world, "users.html", "users", users=rows.select(entries, _text), app=chosen_app(world))


def one(world: World, _deployment: Deployment, appid: str, openid: str) -> Response:
    """One user, with sessions and phones.

    :raises NotFound: the app has no user with this openid.
    """
    with world.transaction():
        user = users.find(world, appid, openid)
        if user is None:
            raise NotFound(say(_nobody(appid, openid)))
        session, own_phones = sessions.latest(world, appid, openid), phones.of_user(world, appid, openid)
        former = sessions.list_former(world, appid, openid)
        purchase = None if session is None else _purchase(world, session, own_phones)
    facts = {"user": user, "session": session, "former": former, "purchase": purchase, "phones": own_phones}
    return show(world, "user.html", "users", **facts)


def add(world: World, _deployment: Deployment) -> str:
    """Add the form's user.

    :raises NotFound: there is no app; SeedError: the openid is invalid or taken.
    """
    app = app_of_form(world)
    entry: dict[str, Any] = {name: form.text(name) for name in ("openid", "unionid") if form.text(name)}
    if form.text("is_high_risk"):
        entry["is_high_risk"] = True
    return address(seed_entries.add_user(world, app.appid, entry))


def end(world: World, _deployment: Deployment) -> str:
    """End the session of the form's user.

    :raises NotFound: no user has this openid; Conflict: there is no session.
    """
    appid, openid = form.text("appid"), form.text("openid")
    with world.transaction():
        user = users.find(world, appid, openid)
        if user is None:
            raise NotFound(say(_nobody(appid, openid)))
        if sessions.end(world, appid, openid) is None:
            none = Message(
                "{openid} has no session now; the user would have to log in first",
                "{openid} 目前没有登录态；需要用户先登录",
                openid=repr(openid),
            )
            raise Conflict(say(none))
    return address(user)


def address(user: User) -> str:
    """The URL of a user's page."""
    return f"/users/{quote(user.appid)}/{quote(user.openid, safe='')}"


def _entries(world: World, appid: str) -> list[Entry]:
    latest = {session.openid: session for session in sessions.all_sessions(world, appid)}
    phones_of: dict[str, list[Phone]] = {}
    for phone in phones.all_phones(world, appid):
        phones_of.setdefault(phone.openid, []).append(phone)
    return [
        Entry(user, latest.get(user.openid), tuple(phones_of.get(user.openid, ())))
        for user in users.all_users(world, appid)
    ]


def _text(entry: Entry) -> str:
    user = entry.user
    return " ".join([user.appid, user.openid, user.unionid or "", *(phone.phone_id for phone in entry.phones)])


def _purchase(world: World, session: Session, own_phones: list[Phone]) -> Purchase | None:
    for phone in own_phones:
        if phone.latest_code is not None and sessions.has_bought(world, session, phone.latest_code):
            return Purchase(phone.latest_code, phone)
    return None


def _nobody(appid: str, openid: str) -> Message:
    return Message(
        "nobody has the openid {openid} in {appid}",
        "{appid} 中没有用户的 openid 是 {openid}",
        openid=repr(openid),
        appid=repr(appid),
    )
