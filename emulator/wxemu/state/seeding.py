"""Entries in the seed's form, made true in a world: apps, their users, and these users' phones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.core.apps import App
from wxemu.phone import phones
from wxemu.state import seed_form, tenancy
from wxemu.state.seed_form import SeedError, TakenError
from wxemu.wechat import sessions, users
from wxemu.wechat.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wxemu.core.world import World

_APP_FIELDS: Final = ("appid", "secret", "env", "secret_id", "secret_key", "users")
_DRAWN: Final = (("appid", "wx", 16), ("secret", "", 32), ("env", "env-", 8))
"""How each begins, and how many hexadecimal digits follow."""


def add_app(world: World, entry: Mapping[str, Any]) -> App:
    """A new app, its users and their phones; ``appid``, ``secret`` and ``env`` are drawn where the entry has none.

    :raises SeedError: another form, or an id that is taken.
    """
    complete = {name: f"{head}{world.randomness.hex(digits)}" for name, head, digits in _DRAWN if name not in entry}
    complete.update(entry)
    _refuse(seed_form.of_entry(complete, seed_form.of_app(), name="the app"))
    _refuse(seed_form.of_values([complete]))
    return sow(world, complete)


def add_user(world: World, appid: str, entry: Mapping[str, Any]) -> User:
    """A new user of an app, and the user's phones; ``openid`` is drawn where the entry has none.

    :raises UnknownAppError: there is no such app.
    :raises SeedError: another form, or an id that is taken.
    """
    complete = dict(entry) if "openid" in entry else {"openid": users.new_openid(world), **entry}
    _refuse(seed_form.of_entry(complete, seed_form.of_user(), name="the user"))
    _refuse(seed_form.of_values([{"appid": appid, "users": [complete]}]))
    with world.transaction():
        apps.require(world, appid)
        if users.find(world, appid, complete["openid"]) is not None:
            raise TakenError(f"the openid {complete['openid']!r} is taken in {appid}")
        _require_free_phones(world, [complete])
        user = _sow_user(world, appid, complete)
    _sow_phones(world, appid, [complete])
    return user


def restrict(world: World, appid: str, changes: Mapping[str, Any]) -> App:
    """Change some of what an app may be refused for.

    :raises UnknownAppError: there is no such app.
    :raises SeedError: another form.
    """
    _refuse(seed_form.of_entry(changes, seed_form.of_restrictions(), name="the restrictions"))
    with world.transaction():
        app = apps.require(world, appid)
        present = dataclasses.asdict(app.restrictions)
        changed = dataclasses.replace(app, restrictions=apps.restrictions({**present, **changes}))
        apps.add(world, changed)
    return changed


def sow(world: World, entry: Mapping[str, Any], *, replaces: bool = False) -> App:
    """Make the entry of one app true: the app and its users at once, then their phones, whose keys take time.

    :param replaces: forget the app first, and all that hangs under it.
    :raises TakenError: somebody has its appid, its secret_id or the id of a phone.
    """
    app = _app(entry)
    with world.transaction():
        present = apps.find(world, app.appid)
        if present is not None and replaces:
            tenancy.forget(world, present)
        elif present is not None:
            raise TakenError(f"the appid {app.appid!r} is taken")
        if apps.find_by_secret_id(world, app.secret_id) is not None:
            raise TakenError(f"the secret_id {app.secret_id!r} is taken by another app")
        _require_free_phones(world, entry.get("users", ()))
        apps.add(world, app)
        for user in entry.get("users", ()):
            _sow_user(world, app.appid, user)
    _sow_phones(world, app.appid, entry.get("users", ()))
    return app


def empty(world: World, app: App) -> None:
    """Forget all that hangs under one app, and what it may be refused for; it keeps its credentials."""
    with world.transaction():
        tenancy.forget(world, app)
        apps.add(world, dataclasses.replace(app, restrictions=apps.Restrictions()))


def _refuse(complaints: Iterator[tuple[seed_form.Path, str]]) -> None:
    told = "; ".join(complaint for _, complaint in complaints)
    if told:
        raise SeedError(told)


def _app(entry: Mapping[str, Any]) -> App:
    restrictions = {name: value for name, value in entry.items() if name not in _APP_FIELDS}
    return App(
        entry["appid"],
        entry["secret"],
        entry["env"],
        apps.restrictions(restrictions),
        entry.get("secret_id", ""),
        entry.get("secret_key", ""),
    )


def _sow_user(world: World, appid: str, entry: Mapping[str, Any]) -> User:
    user = User(appid, entry["openid"], entry.get("unionid"), entry.get("is_high_risk", False))
    users.add(world, user)
    if "session_key" in entry:
        sessions.start(world, user, session_key=entry["session_key"])
    return user


def _require_free_phones(world: World, entries: Sequence[Mapping[str, Any]]) -> None:
    held = {phone.phone_id for phone in phones.all_phones(world)}
    for entry in entries:
        for phone in entry.get("phones", ()):
            if phone["id"] in held:
                raise TakenError(f"the phone id {phone['id']!r} is taken")


def _sow_phones(world: World, appid: str, entries: Sequence[Mapping[str, Any]]) -> None:
    for entry in entries:
        for phone in entry.get("phones", ()):
            phones.create(
                world,
                appid=appid,
                openid=entry["openid"],
                phone_id=phone["id"],
                profile_name=phone["profile"],
                public_auth_key=phone.get("auth_key"),
                counter=phone.get("counter", 0),
            )
