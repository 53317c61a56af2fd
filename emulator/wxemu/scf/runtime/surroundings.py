"""What of this machine the functions of a runtime reach besides their own code."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - for the dataclass
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Surroundings:
    """The same for all functions of a runtime.

    :param folders: the machine's folders that they may write to.
    :param files: the machine's files that they may read, each by its place in a function's view. Without a view, a
        variable that names the place names the file.
    :param variables: of each instance's process, unless the function declares one of that name.
    """

    folders: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


NOTHING: Final = Surroundings()
