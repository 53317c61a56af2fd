"""Which modules a function imports that nothing brings to the platform: its Pythons have the standard library alone."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wxemu.scf.project import FunctionSpec

_REQUIREMENT: Final = re.compile(r"""^[\s"']*([A-Za-z0-9][\w.-]*)""", re.MULTILINE | re.ASCII)
_DECLARING: Final = ("requirements.txt", "pyproject.toml")


def find_unbrought(spec: FunctionSpec) -> dict[str, Path]:
    """Return the modules that a function's start needs and nothing brings, each with the file that imports it.

    Followed is what runs in any case: imports in a block, as `try`, are left out. Who declares a requirement is taken
    to pack it.
    """
    folders = (spec.directory, *reversed(spec.layers))
    declared = {_plain(name) for folder in folders for name in _requirements(folder)}
    unbrought: dict[str, Path] = {}
    seen: set[Path] = set()
    waiting = [spec.directory / f"{spec.handler.rpartition('.')[0]}.py"]
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        for module in _imports(file):
            top = module.partition(".")[0]
            found = list(_files(folders, module))
            waiting.extend(found)
            if not found and top not in sys.stdlib_module_names and _plain(top) not in declared:
                unbrought.setdefault(top, file)
    return unbrought


def _imports(file: Path) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def _files(folders: tuple[Path, ...], module: str) -> Iterator[Path]:
    """Yield the files that are run for a module, those of the packages around it first."""
    parts = module.split(".")
    for folder in folders:
        place = folder / parts[0]
        if place.is_dir():
            for depth in range(1, len(parts) + 1):
                package = folder.joinpath(*parts[:depth])
                yield from (one for one in (package / "__init__.py", package.with_suffix(".py")) if one.is_file())
            yield place  # a package without a file of its own is one, too
            return
        if place.with_suffix(".py").is_file():
            yield place.with_suffix(".py")
            return
        if any(folder.glob(f"{parts[0]}.*.so")) or any(folder.glob(f"{parts[0]}.so")):
            yield place
            return


def _requirements(folder: Path) -> Iterator[str]:
    for name in _DECLARING:
        file = folder / name
        if file.is_file():
            yield from _REQUIREMENT.findall(file.read_text("utf-8", "replace").replace("[", "\n"))


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
