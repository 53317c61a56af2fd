"""A finding of the doctor: the result of one check."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from wxemu.core.messages import Message, as_it_is, spoken

NO_ADVICE: Final = as_it_is("")


@dataclass(frozen=True)
class Finding:
    """The result of one check, and advice.

    :param level: ``hint`` if it may be intended; ``broken`` if the set-up cannot work.
    :param name: what was looked at.
    :param advice: what to do, if there is anything.
    """

    level: Literal["ok", "hint", "broken"]
    name: Message
    found: Message
    advice: Message = NO_ADVICE

    @property
    def is_broken(self) -> bool:
        """Whether the set-up cannot work."""
        return self.level == "broken"

    def document(self) -> dict[str, str]:
        """The finding for ``--json``, with its name in English, by which scripts know it."""
        return {
            "level": self.level,
            "name": str(self.name),
            "found": spoken(self.found),
            "advice": spoken(self.advice),
        }


ok: Final = partial(Finding, "ok")
hint: Final = partial(Finding, "hint")
broken: Final = partial(Finding, "broken")
