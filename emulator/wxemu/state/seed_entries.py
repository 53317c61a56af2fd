"""Add entries of a seed's form to a world that runs: apps and users; change what an app may do."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from wxemu.core import apps
from wxemu.core.messages import Message
from wxemu.state import seed_form, seed_users, tenancy
from wxemu.state.errors import SeedError, TakenError
from wxemu.state.seed_app import load_app
from wxemu.wechat import users

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.core.apps import App
    from wxemu.core.world import World
    from wxemu.wechat.users import User

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
            openid = repr(complete["openid"])
            raise TakenError(
                Message(
                    "the openid {openid} is taken in {appid}",
                    "{appid} 中 openid {openid} 已被占用",
                    openid=openid,
                    appid=appid,
                )
            )
        seed_users.require_free_phones(world, [complete])
        user = seed_users.load_user(world, appid, complete)
    seed_users.load_phones(world, appid, [complete])
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


def empty_app(world: World, app: App) -> None:
    """Delete all that belongs to one app, and its restrictions; it keeps its credentials."""
    with world.transaction():
        tenancy.delete(world, app)
        apps.add(world, dataclasses.replace(app, restrictions=apps.Restrictions()))


def _refuse(errors: Iterator[tuple[seed_form.Path, Message]]) -> None:
    messages = tuple(message for _, message in errors)
    if messages:
        raise SeedError(Message("{errors}", "{errors}", errors=messages))
