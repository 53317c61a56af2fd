"""The console's words, in each language of ``wxemu.core.http.language``."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Texts:
    """The words of one language.

    :param language: the name of a file in ``texts/``.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = words(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """The words under ``key``, with ``values`` where its braces stand.

        :raises KeyError: there are none: a mistake in a template.
        """
        return self._words[key].format(**values) if values else self._words[key]

    def __contains__(self, key: str) -> bool:
        return key in self._words


@functools.cache
def words(language: str) -> Mapping[str, str]:
    """All words of a language by their keys."""
    text = resources.files(__package__).joinpath(f"texts/{language}.json").read_text(encoding="utf-8")
    read: dict[str, str] = json.loads(text)
    return read
