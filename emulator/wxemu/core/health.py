"""What of an emulator does not work just now, for ``/readyz``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

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
