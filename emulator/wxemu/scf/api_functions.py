"""The functions that Tencent Cloud's API made, changed or deleted, by CloudBase environment.

FunctionError
    The API refuses; ``code`` is its own, as ``ResourceNotFound.FunctionName``.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wxemu.scf.project import Trigger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wxemu.core.world import World


class FunctionError(Exception):
    """What Tencent Cloud's API refuses to do with a function.

    :param code: the platform's, which clients tell errors apart by [doc].
    :param message: its text, which may change [inferred].
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


@dataclass(frozen=True, kw_only=True)
class CloudFunction:
    """One function as the API keeps it.

    :param package: the id of its code, or ``None`` while that is still the project's folder.
    :param path: where HTTP access has it, if that was told.
    :param code_size: bytes of the package as it was sent.
    :param added_at: Unix seconds, as ``modified_at``.
    """

    name: str
    runtime: str
    handler: str
    timeout_seconds: int
    memory_megabytes: int
    environment: Mapping[str, str] = field(repr=False)
    description: str = ""
    package: str | None = None
    code_size: int = 0
    triggers: tuple[Trigger, ...] = ()
    is_http: bool = False
    path: str | None = None
    added_at: float
    modified_at: float


def list_changes(world: World, env: str) -> dict[str, CloudFunction | None]:
    """The functions of an environment that the API made or changed, by name; ``None`` stands for a deleted one."""
    rows = world.store.rows("SELECT name, configuration FROM functions WHERE env = ? ORDER BY name", env)
    return {row["name"]: None if row["configuration"] is None else _parse(row["configuration"]) for row in rows}


def list_environments(world: World) -> list[str]:
    """The environments in which the API made or changed functions."""
    rows = world.store.rows("SELECT DISTINCT env FROM functions WHERE configuration IS NOT NULL ORDER BY env")
    return [row["env"] for row in rows]


def save(world: World, env: str, function: CloudFunction, *, code: bytes | None = None) -> None:
    """Save ``function`` as it is now.

    :param code: the zip of its package, when that is new.
    """
    configuration = json.dumps(dataclasses.asdict(function))
    world.store.run("INSERT OR REPLACE INTO functions VALUES (?, ?, ?)", env, function.name, configuration)
    if code is not None:
        world.store.run("INSERT OR IGNORE INTO packages VALUES (?, ?, ?)", env, function.package, code)
    _forget_unused_packages(world, env)


def find_code(world: World, package: str) -> bytes | None:
    """The zip of a package, or ``None`` if no function has it any more."""
    row = world.store.row("SELECT content FROM packages WHERE package = ?", package)
    return None if row is None else bytes(row["content"])


def has_package(world: World, package: str) -> bool:
    """Whether any function has a package."""
    return world.store.row("SELECT 1 FROM packages WHERE package = ?", package) is not None


def delete(world: World, env: str, name: str) -> None:
    """Forget a function, and remember that it is gone: the project's folder does not bring it back [inferred]."""
    world.store.run("INSERT OR REPLACE INTO functions VALUES (?, ?, NULL)", env, name)
    _forget_unused_packages(world, env)


def _forget_unused_packages(world: World, env: str) -> None:
    used = {function.package for function in list_changes(world, env).values() if function is not None}
    for row in world.store.rows("SELECT package FROM packages WHERE env = ?", env):
        if row["package"] not in used:
            world.store.run("DELETE FROM packages WHERE env = ? AND package = ?", env, row["package"])


def _parse(configuration: str) -> CloudFunction:
    fields = json.loads(configuration)
    return CloudFunction(**{**fields, "triggers": tuple(Trigger(**trigger) for trigger in fields["triggers"])})
