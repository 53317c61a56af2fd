"""The openapis that a `config.json` asks for, in WeChat's form of that file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wxemu.core.messages import Message
from wxemu.scf.project.config_file import ConfigFile, ProjectError, Table

if TYPE_CHECKING:
    from pathlib import Path


def read_openapi_permissions(path: Path) -> frozenset[str] | None:
    """Return the openapi names a `config.json` asks for; None when it is not there or says nothing about them.

    Only an object with `permissions.openapi` is WeChat's form: every other file of this name is the function's own.
    Raises ProjectError.
    """
    try:
        file = ConfigFile.read(path)
    except (OSError, ProjectError):
        return None
    permissions = file.tree.get("permissions") if isinstance(file.tree, dict) else None
    if not isinstance(permissions, dict) or permissions.get("openapi") is None:
        return None
    names = permissions["openapi"]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        table = Table(file, ("permissions",), permissions)
        expected = Message("a list of openapi names", "由 openapi 名称组成的列表")
        remedy = Message('write it as ["soter.verifySignature"]', '请写成 ["soter.verifySignature"]')
        raise table.error("openapi", expected, remedy)
    return frozenset(names)


def is_broken_permissions(path: Path) -> bool:
    """Whether a file speaks of openapis and is no JSON, so that what it asks for is lost."""
    try:
        ConfigFile.read(path)
    except ProjectError:
        return b'"openapi"' in path.read_bytes()
    except OSError:
        pass
    return False
