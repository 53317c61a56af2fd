"""Load entries of a seed into a world: apps, their users, and the users' phones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.core.apps import App
from wxemu.core.faults import FaultError
from wxemu.core.http.inputs import InputError
from wxemu.phone import phones
from wxemu.state import seed_form, tenancy
from wxemu.state.seed_form import SeedError, TakenError
from wxemu.wechat import openapi_faults, sessions, users
from wxemu.wechat.users import User

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wxemu.core.world import World

_APP_FIELDS: Final = ("appid", "secret", "env", "secret_id", "secret_key", "app_key", "users", "faults")
_DRAWN: Final = (("appid", "wx", 16), ("secret", "", 32), ("env", "env-", 8))
"""The member, its prefix, and the number of hexadecimal digits after it."""


def add_app(world: World, entry: Mapping[str, Any]) -> App:
    """Add an app, its users and their phones; ``appid``, ``secret`` and ``env`` are drawn if the entry has none.

    :raises SeedError: another form, or an id that is taken.
    """
    complete = {name: f"{head}{world.randomness.hex(digits)}" for name, head, digits in _DRAWN if name not in entry}
    complete.update(entry)
    _refuse(seed_form.check_form(complete, seed_form.app_schema(), name="the app"))
    _refuse(seed_form.check_values([complete]))
    return load_app(world, complete)


def add_user(world: World, appid: str, entry: Mapping[str, Any]) -> User:
    """Add a user to an app, and the user's phones; ``openid`` is drawn if the entry has none.

    :raises UnknownAppError: there is no such app.
    :raises SeedError: another form, or an id that is taken.
    """
    complete = dict(entry) if "openid" in entry else {"openid": users.new_openid(world), **entry}
    _refuse(seed_form.check_form(complete, seed_form.user_schema(), name="the user"))
    _refuse(seed_form.check_values([{"appid": appid, "users": [complete]}]))
    with world.transaction():
        apps.require(world, appid)
        if users.find(world, appid, complete["openid"]) is not None:
            raise TakenError(f"the openid {complete['openid']!r} is taken in {appid}")
        _require_free_phones(world, [complete])
        user = _load_user(world, appid, complete)
    _load_phones(world, appid, [complete])
    return user


def restrict(world: World, appid: str, changes: Mapping[str, Any]) -> App:
    """Change some of an app's restrictions.

    :raises UnknownAppError: there is no such app.
    :raises SeedError: another form.
    """
    _refuse(seed_form.check_form(changes, seed_form.restrictions_schema(), name="the restrictions"))
    with world.transaction():
        app = apps.require(world, appid)
        present = dataclasses.asdict(app.restrictions)
        changed = dataclasses.replace(app, restrictions=apps.restrictions({**present, **changes}))
        apps.add(world, changed)
    return changed


def load_app(world: World, entry: Mapping[str, Any], *, replaces: bool = False) -> App:
    """Load the entry of one app: the app and its users at once, then their phones, whose keys take time.

    :param replaces: delete the app first, and all that belongs to it.
    :raises TakenError: its appid, its secret_id or the id of a phone is in use.
    """
    app = _app(entry)
    if world.is_exposed:
        apps.refuse_published_secrets([entry])
    with world.transaction():
        present = apps.find(world, app.appid)
        if present is not None and replaces:
            tenancy.delete(world, present)
        elif present is not None:
            raise TakenError(f"the appid {app.appid!r} is taken")
        if apps.find_by_secret_id(world, app.secret_id) is not None:
            raise TakenError(f"the secret_id {app.secret_id!r} is taken by another app")
        _require_free_phones(world, entry.get("users", ()))
        apps.add(world, app)
        for user in entry.get("users", ()):
            _load_user(world, app.appid, user)
        for fault in entry.get("faults", ()):
            _load_fault(world, app.appid, fault)
    _load_phones(world, app.appid, entry.get("users", ()))
    return app


def empty_app(world: World, app: App) -> None:
    """Delete all that belongs to one app, and its restrictions; it keeps its credentials."""
    with world.transaction():
        tenancy.delete(world, app)
        apps.add(world, dataclasses.replace(app, restrictions=apps.Restrictions()))


def _refuse(errors: Iterator[tuple[seed_form.Path, str]]) -> None:
    text = "; ".join(error for _, error in errors)
    if text:
        raise SeedError(text)


def _app(entry: Mapping[str, Any]) -> App:
    restrictions = {name: value for name, value in entry.items() if name not in _APP_FIELDS}
    return App(
        entry["appid"],
        entry["secret"],
        entry["env"],
        apps.restrictions(restrictions),
        entry.get("secret_id", ""),
        entry.get("secret_key", ""),
        entry.get("app_key", ""),
    )


def _load_user(world: World, appid: str, entry: Mapping[str, Any]) -> User:
    user = User(appid, entry["openid"], entry.get("unionid"), entry.get("is_high_risk", False))
    users.add(world, user)
    if "session_key" in entry:
        sessions.start(world, user, session_key=entry["session_key"])
    return user


def _load_fault(world: World, appid: str, entry: Mapping[str, Any]) -> None:
    try:
        openapi_faults.ask(world, {**seed_form.read_fault(entry), "appid": appid})
    except (FaultError, InputError) as error:
        raise SeedError(f"faults: {error}") from None


def _require_free_phones(world: World, entries: Sequence[Mapping[str, Any]]) -> None:
    taken = {phone.phone_id for phone in phones.all_phones(world)}
    for entry in entries:
        for phone in entry.get("phones", ()):
            if phone["id"] in taken:
                raise TakenError(f"the phone id {phone['id']!r} is taken")


def _load_phones(world: World, appid: str, entries: Sequence[Mapping[str, Any]]) -> None:
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
