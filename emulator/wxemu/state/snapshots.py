"""Snapshots: states that are saved under a name, to return to.

SnapshotError
├── SnapshotNameError       not a valid name
└── UnknownSnapshotError    no snapshot has this name
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, MessageError

if TYPE_CHECKING:
    from wxemu.core.world import World

RESERVED: Final = ("seed", "empty")
"""Targets of a reset that are not snapshots."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class SnapshotError(MessageError):
    """A wrong name for a snapshot."""


class SnapshotNameError(SnapshotError):
    """Not a valid name for a snapshot."""


class UnknownSnapshotError(SnapshotError):
    """No snapshot has this name."""


@dataclass(frozen=True)
class Snapshot:
    """A saved state; ``saved_at`` in Unix seconds of the emulator's clock."""

    name: str
    saved_at: float


def save(world: World, name: str, document: str) -> Snapshot:
    """Save a state under a name; replaces the snapshot of this name.

    :raises SnapshotNameError: the name has another form, or is reserved.
    """
    if _NAME.fullmatch(name) is None or name in RESERVED:
        raise SnapshotNameError(
            Message(
                "a snapshot cannot be called {name}; expected up to 64 letters, digits, dots, dashes or underscores,"
                " but neither {reserved}",
                "快照不能命名为 {name}；最多 64 个字母、数字、点、短横线或下划线，且不能是 {reserved}",
                name=repr(name),
                reserved=" nor ".join(RESERVED),
            )
        )
    snapshot = Snapshot(name, world.clock.now())
    world.store.run("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)", name, snapshot.saved_at, document)
    return snapshot


def all_snapshots(world: World) -> list[Snapshot]:
    """Every snapshot, by name."""
    rows = world.store.rows("SELECT name, saved_at FROM snapshots ORDER BY name")
    return [Snapshot(row["name"], row["saved_at"]) for row in rows]


def document(world: World, name: str) -> str:
    """The state that is saved under a name.

    :raises UnknownSnapshotError: no snapshot has this name.
    """
    row = world.store.row("SELECT document FROM snapshots WHERE name = ?", name)
    if row is None:
        raise _unknown(world, name)
    return str(row["document"])


def delete(world: World, name: str) -> None:
    """Delete a snapshot.

    :raises UnknownSnapshotError: no snapshot has this name.
    """
    if world.store.run("DELETE FROM snapshots WHERE name = ?", name) == 0:
        raise _unknown(world, name)


def _unknown(world: World, name: str) -> UnknownSnapshotError:
    names = ", ".join(snapshot.name for snapshot in all_snapshots(world))
    return UnknownSnapshotError(
        Message(
            "no snapshot is called {name}; there are: {names}",
            "没有名为 {name} 的快照；现有：{names}",
            name=repr(name),
            names=names or Message("none", "无"),
        )
    )
