"""What of the state belongs to one app, so that it can be forgotten or brought back without touching another's."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.store import KEPT_BY_RESET
from wxemu.state.tables import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.apps import App
    from wxemu.core.world import World

NOBODYS: Final = KEPT_BY_RESET | {"web_key"}
"""Tables that belong to no app; every other one has a column ``appid`` or ``env``."""
_THROUGH: Final = {"upload_parts": "upload_id IN (SELECT upload_id FROM uploads WHERE appid = ?)"}
"""But for these, whose rows belong to an app through those of another table."""


def forget(world: World, app: App) -> None:
    """Forget an app and all that hangs under it; what its environment holds only if no other app is bound to that."""
    with world.transaction():
        for table, condition, value in _shares(world, app):
            world.store.run(f'DELETE FROM "{table}" WHERE {condition}', value)  # noqa: S608 - the schema's names


def bring_back(world: World, appid: str, former: World) -> None:
    """Put an app as it was in another world, and all that hung under it, in the place of the present one.

    :raises StateError: it was not there; or another app has taken something that was the only one of its kind.
    """
    app = apps.find(former, appid)
    if app is None:
        raise StateError(f"no app there has the appid {appid!r}")
    try:
        with world.transaction():
            for held in filter(None, (apps.find(world, appid), app)):
                forget(world, held)
            for table, condition, value in _shares(former, app):
                rows = former.store.rows(f'SELECT * FROM "{table}" WHERE {condition}', value)  # noqa: S608 - as above
                world.store.add(table, map(tuple, rows))
    except sqlite3.IntegrityError as error:
        raise StateError(f"another app now has what {appid} had ({error}); take that away, or reset all") from None


def _shares(world: World, app: App) -> Iterator[tuple[str, str, str]]:
    """Of each table what is the app's: a condition and its value; rows found through others come before those."""
    is_env_shared = any(other.env == app.env for other in apps.all_apps(world) if other.appid != app.appid)
    tables = world.store.tables()
    for table in sorted(tables.keys() - NOBODYS, key=lambda table: (table not in _THROUGH, table)):
        if table in _THROUGH:
            yield table, _THROUGH[table], app.appid
        elif any(column.name == "appid" for column in tables[table]):
            yield table, "appid = ?", app.appid
        elif not is_env_shared:
            yield table, "env = ?", app.env
