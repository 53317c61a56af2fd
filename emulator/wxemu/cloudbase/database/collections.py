"""The collections of an environment's document database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wxemu.cloudbase.database.errors import CollectionExistError, CollectionNotExistError, InvalidValueError

if TYPE_CHECKING:
    from wxemu.core.world import World

_NAME: Final = re.compile(r"(?!system\.)[^$\0\ud800-\udfff]{1,120}")
"""What MongoDB takes; how long a name may be on the platform is not known."""


def create(world: World, *, env: str, name: str) -> None:
    """Make a collection, within a transaction of the store.

    :raises CollectionExistError: it is there.
    :raises InvalidValueError: nothing can have this name.
    """
    if _NAME.fullmatch(name) is None:
        raise InvalidValueError(f"collectionName: {name!r} is no name of a collection")
    if not world.store.run("INSERT OR IGNORE INTO collections VALUES (?, ?)", env, name):
        raise CollectionExistError


def require(world: World, *, env: str, name: str) -> None:
    """:raises CollectionNotExistError: the environment has no such collection."""
    if world.store.row("SELECT 1 FROM collections WHERE env = ? AND name = ?", env, name) is None:
        raise CollectionNotExistError(name)


def sizes(world: World, *, env: str) -> dict[str, int]:
    """How many documents each collection of the environment has, by its name."""
    rows = world.store.rows(
        "SELECT name, count(key) AS size FROM collections AS c LEFT JOIN documents AS d"
        " ON d.env = c.env AND d.collection = c.name WHERE c.env = ? GROUP BY name ORDER BY name",
        env,
    )
    return {row["name"]: row["size"] for row in rows}
