"""A finding of the doctor: the result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal


@dataclass(frozen=True)
class Finding:
    """The result of one check, and advice.

    :param level: ``hint`` if it may be intended; ``broken`` if the set-up cannot work.
    """

    level: Literal["ok", "hint", "broken"]
    name: str
    found: str
    advice: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether the set-up cannot work."""
        return self.level == "broken"

    def document(self) -> dict[str, str]:
        """The finding for ``--json``."""
        return {"level": self.level, "name": self.name, "found": self.found, "advice": self.advice}


ok: Final = partial(Finding, "ok")
hint: Final = partial(Finding, "hint")
broken: Final = partial(Finding, "broken")
