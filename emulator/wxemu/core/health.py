"""Whether an emulator is ready, and what of it does not work just now, for ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wxemu.core import troubles
from wxemu.core.messages import Message, as_it_is

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World

KEYS: Final = "keys"
PROXY: Final = "proxy"
STATE: Final = "state"


class Health:
    """The parts that have failed, each with the reason. Thread-safe, as a part fails and recovers in one step."""

    def __init__(self) -> None:
        self._failed: dict[str, Message] = {}

    @property
    def failed(self) -> Mapping[str, Message]:
        """The reasons, by part."""
        return dict(self._failed)

    def fail(self, part: str, reason: Message) -> None:
        """A part does not work, for the last reason given."""
        self._failed[part] = reason

    def recover(self, part: str) -> None:
        """A part works."""
        if part in self._failed:
            self._failed.pop(part, None)


def lack(world: World) -> Message | None:
    """Why the emulator is not ready: which part does not work, or that the seed is not loaded; ``None`` if it is."""
    failed = {**_failure_of_state(world), **world.health.failed}
    if failed:
        return Message(
            "{failures}",
            "{failures}",
            failures=tuple(
                Message("{part} failed: {reason}", "{part} 失效：{reason}", part=part, reason=reason)
                for part, reason in failed.items()
            ),
        )
    if world.has_begun:
        return None
    return Message("the world is being seeded; ask again in a moment", "模拟器正在载入种子；请稍后再试")


def _failure_of_state(world: World) -> dict[str, Message]:
    try:
        world.store.probe()
    except troubles.TROUBLES as error:
        return {STATE: troubles.explain(error) or as_it_is(str(error))}
    return {}
