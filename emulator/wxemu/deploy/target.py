"""What a dependency runs on: SCF's Python of a runtime, on Linux x86_64 with glibc 2.17, which is manylinux2014.

The platform's machines are CentOS 7 [doc 583/40323: CentOS 7.2], whose glibc is the limit of compiled wheels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from packaging.tags import compatible_tags, cpython_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.tags import Tag

PYTHONS: Final = {"Python3.9": "3.9.18", "Python3.10": "3.10.13", "Python3.11": "3.11.7"}
"""What pip is told of each runtime. In full, since to pip 3.9 is 3.9.0, which some packages leave out; which patch
release the platform runs is not documented [inferred: a late one]."""

PLATFORMS: Final = (
    *(f"manylinux{year}_x86_64" for year in (2014, 2010, 1)),
    *(f"manylinux_2_{minor}_x86_64" for minor in range(17, 4, -1)),  # the same by their newer names, and those between
)


def list_tags(runtime: str) -> frozenset[Tag]:
    """The tags of the wheels that run there, pure ones included."""
    major, minor, _ = map(int, PYTHONS[runtime].split("."))
    version, interpreter = (major, minor), f"cp{major}{minor}"
    return frozenset(
        [*cpython_tags(version, [interpreter], PLATFORMS), *compatible_tags(version, interpreter, PLATFORMS)]
    )


def make_marker_environment(runtime: str) -> Mapping[str, str]:
    """What the markers of requirements, such as `python_version < "3.10"`, are told of it."""
    return {
        "implementation_name": "cpython",
        "implementation_version": PYTHONS[runtime],
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": PYTHONS[runtime],
        "python_version": PYTHONS[runtime].rpartition(".")[0],
        "sys_platform": "linux",
    }
