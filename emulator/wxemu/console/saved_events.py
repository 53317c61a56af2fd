"""Saved events to invoke functions with; they are not part of the state."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wxemu.core.world import World

LAST: Final = ""
"""The name of the event that was sent last, which is saved automatically."""
SAMPLE: Final = " "
"""The name of the latest sample event. No form gives it, as what a form says has no whitespace around it."""


@dataclass(frozen=True)
class SavedEvent:
    """An event of one function.

    :param event: the text, JSON or not.
    :param sender: one of ``SENDERS``.
    :param openid: of the sender; empty for none.
    """

    env: str
    function: str
    name: str
    event: str
    sender: str
    openid: str


def keep(world: World, saved: SavedEvent) -> None:
    """Save an event; replaces the function's event of this name."""
    world.store.run("INSERT OR REPLACE INTO saved_events VALUES (?, ?, ?, ?, ?, ?)", *astuple(saved))


def of_function(world: World, env: str, function: str) -> dict[str, SavedEvent]:
    """A function's events by name."""
    rows = world.store.rows("SELECT * FROM saved_events WHERE env = ? AND function = ? ORDER BY name", env, function)
    return {row["name"]: SavedEvent(**row) for row in rows}


def delete(world: World, env: str, function: str, name: str) -> bool:
    """Delete an event; false if there is none of this name."""
    rows = world.store.run("DELETE FROM saved_events WHERE env = ? AND function = ? AND name = ?", env, function, name)
    return rows > 0
