"""The form of a mistake that is looked for; the two tables of them stand above it, and ``case`` knows them all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """One usual mistake.

    :param name: the same in every language, and in every version.
    :param happened: a sentence.
    :param tried: how it is found out, as one reads it on a list of what was tried.
    :param advice: what to do.
    """

    name: str
    happened: str
    tried: str
    advice: str
