"""The form of a mistake that is looked for; the tables of them stand above it, and ``case`` knows them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wxemu.core.messages import Language, Message


@dataclass(frozen=True)
class Mistake:
    """One usual mistake.

    :param name: the same in every language, and in every version.
    :param happened: a sentence.
    :param tried: how it is found out, as one reads it on a list of what was tried.
    :param advice: what to do.
    """

    name: str
    happened: Message
    tried: Message
    advice: Message

    def document(self, language: Language) -> dict[str, str]:
        """The mistake as ``wxemu explain --json`` shows it."""
        words = {"happened": self.happened, "tried": self.tried, "advice": self.advice}
        return {"name": self.name, **{name: message.in_language(language) for name, message in words.items()}}
