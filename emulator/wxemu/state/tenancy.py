"""The rows of the state that belong to one app: delete or restore them without touching another app's."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.messages import Message
from wxemu.core.store import KEPT_BY_RESET
from wxemu.state.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wxemu.core.apps import App
    from wxemu.core.world import World

SHARED: Final = KEPT_BY_RESET | {"web_key"}
"""Tables that belong to no app. All others have a column ``appid`` or ``env``, except those of ``_JOINED``."""
_JOINED: Final = {"upload_parts": "upload_id IN (SELECT upload_id FROM uploads WHERE appid = ?)"}
"""Tables whose rows belong to an app by a row of another table."""


def delete(world: World, app: App) -> None:
    """Delete an app and all that belongs to it; and what belongs to its environment, if no other app shares that."""
    with world.transaction():
        for table, condition, value in _shares(world, app):
            world.store.run(f'DELETE FROM "{table}" WHERE {condition}', value)  # noqa: S608 - the schema's names


def restore(world: World, appid: str, former: World) -> None:
    """Replace an app, and all that belongs to it, by the same app of another world.

    :raises StateError: the other world has no such app, or another app has taken one of its unique values.
    """
    app = apps.find(former, appid)
    if app is None:
        raise StateError(
            Message("no app there has the appid {appid}", "其中没有 appid 为 {appid} 的应用", appid=repr(appid))
        )
    try:
        with world.transaction():
            for replaced in filter(None, (apps.find(world, appid), app)):
                delete(world, replaced)
            for table, condition, value in _shares(former, app):
                rows = former.store.rows(f'SELECT * FROM "{table}" WHERE {condition}', value)  # noqa: S608 - as above
                world.store.add(table, map(tuple, rows))
            apps.refuse_kept_published_secrets(world)
    except sqlite3.IntegrityError as error:
        raise StateError(
            Message(
                "another app now has what {appid} had ({error}); take that away, or reset all",
                "{appid} 的唯一值现已属于另一个应用（{error}）；请先移除，或重置全部",
                appid=appid,
                error=str(error),
            )
        ) from None


def _shares(world: World, app: App) -> Iterator[tuple[str, str, str]]:
    """The app's share of each table: a condition and its value. Joined tables come before the tables that they need."""
    is_env_shared = any(other.env == app.env for other in apps.all_apps(world) if other.appid != app.appid)
    tables = world.store.tables()
    for table in sorted(tables.keys() - SHARED, key=lambda table: (table not in _JOINED, table)):
        if table in _JOINED:
            yield table, _JOINED[table], app.appid
        elif any(column.name == "appid" for column in tables[table]):
            yield table, "appid = ?", app.appid
        elif not is_env_shared:
            yield table, "env = ?", app.env
