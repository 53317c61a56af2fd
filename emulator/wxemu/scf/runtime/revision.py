"""One state of a deployed function: what an instance was started from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wxemu.scf.stamps import quiet_stamps_of, stamps_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.scf.project import FunctionSpec
    from wxemu.scf.stamps import Stamps


@dataclass(frozen=True)
class Revision:
    """A function with its variables and files, as deployed for one appid; equal exactly when an instance may be reused.

    `files` holds the stamps of all files of the function, and of each of its layers.
    """

    spec: FunctionSpec
    appid: str
    env: str
    variables: Mapping[str, str] = field(repr=False)
    files: tuple[Stamps, ...] = field(repr=False)

    @classmethod
    def now(cls, spec: FunctionSpec, appid: str, env: str, variables: Mapping[str, str]) -> Revision:
        """Return what stands on disk now."""
        return cls(spec, appid, env, variables, tuple(map(stamps_of, _folders(spec))))

    @classmethod
    def at_rest(cls, spec: FunctionSpec, appid: str, env: str, variables: Mapping[str, str]) -> Revision | None:
        """Return the same if that needs no look, else None."""
        files = tuple(map(quiet_stamps_of, _folders(spec)))
        if None in files:
            return None
        return cls(spec, appid, env, variables, tuple(stamps for stamps in files if stamps is not None))

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What all revisions of one deployed function have in common."""
        return (self.appid, self.env, self.spec.name, str(self.spec.directory))


def _folders(spec: FunctionSpec) -> list[str]:
    return [str(folder) for folder in (spec.directory, *spec.layers)]
