"""The collections of an environment's document database."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.cloudbase.database.errors import CollectionExistError, CollectionNotExistError, InvalidValueError

if TYPE_CHECKING:
    from wxemu.core.world import World

ACLS: Final = ("PRIVATE", "READONLY", "ADMINWRITE", "ADMINONLY")
"""Who may read and write, apart from administrators, which all are that reach the database here; the first is that of
a collection of which nothing is said [inferred]."""
_NAME: Final = re.compile(r"(?!system\.)[^$\0\ud800-\udfff]{1,120}")
"""What MongoDB takes; how long a name may be on the platform is not known."""


@dataclass(frozen=True)
class Collection:
    """A collection.

    :param acl: one of ``ACLS``.
    :param size: how many documents it has.
    """

    name: str
    acl: str
    size: int


def create(world: World, *, env: str, name: str, acl: str = ACLS[0]) -> None:
    """Make a collection, within a transaction of the store.

    :raises CollectionExistError: it is there.
    :raises InvalidValueError: nothing can have this name.
    """
    if _NAME.fullmatch(name) is None:
        raise InvalidValueError(f"collectionName: {name!r} is no name of a collection")
    if not world.store.run("INSERT OR IGNORE INTO collections VALUES (?, ?, ?)", env, name, acl):
        raise CollectionExistError


def require(world: World, *, env: str, name: str) -> str:
    """A collection's ACL.

    :raises CollectionNotExistError: the environment has no such collection.
    """
    row = world.store.row("SELECT acl FROM collections WHERE env = ? AND name = ?", env, name)
    if row is None:
        raise CollectionNotExistError(name)
    acl: str = row["acl"]
    return acl


def change_acl(world: World, *, env: str, name: str, acl: str) -> None:
    """Give a collection another ACL, within a transaction of the store.

    :raises CollectionNotExistError: the environment has no such collection.
    """
    if not world.store.run("UPDATE collections SET acl = ? WHERE env = ? AND name = ?", acl, env, name):
        raise CollectionNotExistError(name)


def all_collections(world: World, *, env: str) -> list[Collection]:
    """The environment's collections, by their names."""
    rows = world.store.rows(
        "SELECT name, acl, count(key) AS size FROM collections AS c LEFT JOIN documents AS d"
        " ON d.env = c.env AND d.collection = c.name WHERE c.env = ? GROUP BY name ORDER BY name",
        env,
    )
    return [Collection(**row) for row in rows]
