"""Whether an emulator is ready, and what of it does not work just now, for ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wxemu.core import troubles

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

KEYS: Final = "keys"
PROXY: Final = "proxy"
STATE: Final = "state"


class Health:
    """The parts that have failed, each with the reason. Thread-safe, as a part fails and recovers in one step."""

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}

    @property
    def failed(self) -> Mapping[str, str]:
        """The reasons, by part."""
        return dict(self._failed)

    def fail(self, part: str, reason: str) -> None:
        """A part does not work, for the last reason given."""
        self._failed[part] = reason

    def recover(self, part: str) -> None:
        """A part works."""
        if part in self._failed:
            self._failed.pop(part, None)


def lack(world: World) -> str | None:
    """Why the emulator is not ready: which part does not work, or that the seed is not loaded; ``None`` if it is."""
    failed = {**_failure_of_state(world), **world.health.failed}
    if failed:
        return "; ".join(f"{part} failed: {reason}" for part, reason in failed.items())
    return None if world.has_begun else "the world is being seeded; ask again in a moment"


def _failure_of_state(world: World) -> dict[str, str]:
    try:
        world.store.probe()
    except troubles.TROUBLES as error:
        return {STATE: troubles.explain(error) or str(error)}
    return {}
