"""The console's texts in each language of ``wxemu.core.messages``."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.messages import Language


class Texts:
    """The texts of one language.

    :param language: the name of a file in ``texts/``.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = load_texts(language)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key``, with ``values`` in its braces.

        :raises KeyError: an unknown key, which is a mistake in a template.
        """
        return self._texts[key].format(**values) if values else self._texts[key]

    def __contains__(self, key: str) -> bool:
        return key in self._texts


@functools.cache
def load_texts(language: str) -> Mapping[str, str]:
    """Load all texts of a language by their keys."""
    json_text = resources.files(__package__).joinpath(f"texts/{language}.json").read_text(encoding="utf-8")
    texts: dict[str, str] = json.loads(json_text)
    return texts
