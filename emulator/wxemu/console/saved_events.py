"""Events that somebody keeps at hand to invoke a function with; they are no part of its state."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.world import World

LAST: Final = ""
"""The name of the one that was sent last, which is kept by itself."""


@dataclass(frozen=True)
class SavedEvent:
    """An event of one function.

    :param event: as it was written, JSON or not.
    :param sender: who sends it, in the words of whoever keeps it; ``openid`` says which user, empty for none.
    """

    env: str
    function: str
    name: str
    event: str
    sender: str
    openid: str


def keep(world: World, saved: SavedEvent) -> None:
    """Keep one, in the place of the function's one of this name."""
    world.store.run("INSERT OR REPLACE INTO saved_events VALUES (?, ?, ?, ?, ?, ?)", *astuple(saved))


def of_function(world: World, env: str, function: str) -> dict[str, SavedEvent]:
    """A function's events by their names."""
    rows = world.store.rows("SELECT * FROM saved_events WHERE env = ? AND function = ? ORDER BY name", env, function)
    return {row["name"]: SavedEvent(**row) for row in rows}


def delete(world: World, env: str, function: str, name: str) -> bool:
    """Forget one; whether it was there."""
    gone = world.store.run("DELETE FROM saved_events WHERE env = ? AND function = ? AND name = ?", env, function, name)
    return gone > 0
