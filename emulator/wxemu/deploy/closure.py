"""Which wheels a function needs: those that it names, those that they name, and so on.

Wheels say it themselves (Requires-Dist), under conditions of the Python that runs them. pip cannot be left to it: for
another Python than its own it chooses other wheels, but still asks the conditions of its own Python [run: pip 23.2].
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from wxemu.core.messages import Message
from wxemu.deploy.errors import PackagingError
from wxemu.deploy.target import make_marker_environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Closure:
    """`wheels` are those that are needed; `lacking` are the requirements that none of them meets."""

    wheels: Sequence[Path]
    lacking: Sequence[str]


def find_closure(requirements: Iterable[str], wheels: Sequence[Path], runtime: str) -> Closure:
    """What these requirements need under a runtime's Python, in the order of `wheels`.

    :raises PackagingError: one is not of the form that wheels use.
    """
    environment = make_marker_environment(runtime)
    by_name = {parse_wheel_filename(wheel.name)[0]: wheel for wheel in wheels}
    waiting = [*_select(map(parse_requirement, requirements), (), environment)]
    needed: set[Path] = set()
    seen: set[str] = set()
    lacking: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        wheel = by_name.get(canonicalize_name(requirement.name))
        if wheel is None or not requirement.specifier.contains(parse_wheel_filename(wheel.name)[1], prereleases=True):
            lacking.add(str(requirement))
            continue
        needed.add(wheel)
        waiting += _select(_read_requirements(wheel), requirement.extras, environment)
    return Closure([wheel for wheel in wheels if wheel in needed], sorted(lacking))


def parse_requirement(line: str) -> Requirement:
    """A line of a requirements.txt.

    :raises PackagingError: it is an option of pip's, an address, or no requirement at all.
    """
    refusal = PackagingError(
        Message(
            "expected a requirement like requests>=2.31,<3 in requirements.txt, found {line}",
            "requirements.txt 中应为 requests>=2.31,<3 这样的依赖，实际是 {line}",
            line=line,
        )
    )
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        raise refusal from None
    if requirement.url is not None:
        raise refusal
    return requirement


def _read_requirements(wheel: Path) -> Iterable[Requirement]:
    with zipfile.ZipFile(wheel) as archive:
        file = next(name for name in archive.namelist() if PurePosixPath(name).match("*.dist-info/METADATA"))
        return Metadata.from_email(archive.read(file), validate=False).requires_dist or ()


def _select(
    requirements: Iterable[Requirement], extras: Iterable[str], environment: Mapping[str, str]
) -> Iterator[Requirement]:
    """Those whose conditions hold, without these, which pip would ask of its own Python."""
    for requirement in requirements:
        marker, requirement.marker = requirement.marker, None
        if marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)):
            yield requirement
