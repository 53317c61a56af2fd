"""The folder of all packages, from which the functions are deployed and the emulator can serve them.

- `cloudbaserc.json`: the project's declaration, its templates unfilled, so that no secret of .env is in the folder
- `functions/NAME/`: a package
- `functions/NAME.zip`: the same as a zip file
- `wheels/`: what pip brought, kept for the next time
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import lock
import package
from declaration import FUNCTION_ROOT, Declaration
from errors import PackagingError
from wheels import Wheels, resolve

from wxemu.scf.project import load_project

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lock import Lock
    from package import Package

    from wxemu.scf.project import Project

DECLARATION: Final = "cloudbaserc.json"
_MARK: Final = ".packages"
_MARK_TEXT: Final = "Made by scripts/package, which replaces cloudbaserc.json and functions/ each time.\n"


@dataclass(frozen=True)
class Distribution:
    """What was made, and of what."""

    folder: Path
    project: Project
    declaration: Declaration
    packages: Sequence[Package]


def lock_dependencies(directory: Path, tell: Callable[[str], None]) -> list[Lock]:
    """Write the locks anew, one for each runtime that can be packaged, with the newest that fits.

    :raises PackagingError: pip cannot resolve them.
    :raises ProjectError: the project cannot be read.
    """
    functions, requirements = _requirements(load_project(directory, os.environ), Declaration.of(directory))
    locks = []
    for runtime in lock.PYTHONS if requirements else ():
        tell(f"resolving {', '.join(requirements)} for {runtime}")
        locks.append(resolve(lock.path_of(functions, runtime), runtime, requirements))
        locks[-1].write()
    return locks


def make(directory: Path, folder: Path, tell: Callable[[str], None]) -> Distribution:
    """Package all functions of the project in `directory`; `folder` shows either the old packages or all the new ones.

    :raises PackagingError: one cannot be packaged.
    :raises ProjectError: the project cannot be read.
    """
    project, declaration = load_project(directory, os.environ), Declaration.of(directory)
    _take(folder, project)
    dependencies = _dependencies(project, declaration, Wheels(folder / "wheels", tell))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as passing:
        made = []
        for spec in project.functions.values():
            tell(f"packaging {spec.name} for {spec.runtime}")
            made.append(
                package.build(
                    spec,
                    Path(passing, FUNCTION_ROOT),
                    config=directory / "config.json",
                    ignore=declaration.ignore(spec.name),
                    dependencies=dependencies[spec.name],
                )
            )
        tree = json.dumps(declaration.for_packages(), ensure_ascii=False, indent=2)
        Path(passing, DECLARATION).write_text(tree + "\n", encoding="utf-8")
        _replace(Path(passing), folder)
    functions = folder / FUNCTION_ROOT
    moved = [replace(one, folder=functions / one.name, zip_file=functions / one.zip_file.name) for one in made]
    return Distribution(folder, project, declaration, moved)


def _requirements(project: Project, declaration: Declaration) -> tuple[Path, tuple[str, ...]]:
    folders = [spec.directory for spec in project.functions.values()]
    return project.directory / declaration.function_root, lock.requirements_of(folders)


def _dependencies(project: Project, declaration: Declaration, wheels: Wheels) -> Mapping[str, Sequence[Path]]:
    """The wheels of each function: those of its runtime's lock if it needs any."""
    functions, requirements = _requirements(project, declaration)
    needing = [spec for spec in project.functions.values() if lock.requirements_in(spec.directory)]
    of_runtime = {
        runtime: wheels.of(lock.Lock.read(lock.path_of(functions, runtime), runtime, requirements))
        for runtime in sorted({spec.runtime for spec in needing})
    }
    return {spec.name: of_runtime[spec.runtime] if spec in needing else () for spec in project.functions.values()}


def _take(folder: Path, project: Project) -> None:
    """Make the folder if it is not there; one with something else in it is not touched."""
    if folder.resolve() == project.directory:
        raise PackagingError(f"{folder}: expected another folder than the project's own; name one with --output")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / _MARK).is_file():
        raise PackagingError(f"{folder}: expected an empty folder or one of earlier packages, found other files in it")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(_MARK_TEXT, encoding="utf-8")


def _replace(new: Path, folder: Path) -> None:
    if (folder / FUNCTION_ROOT).is_dir():
        (folder / FUNCTION_ROOT).rename(new / "earlier")
    (new / FUNCTION_ROOT).mkdir(exist_ok=True)
    (new / FUNCTION_ROOT).rename(folder / FUNCTION_ROOT)
    shutil.move(new / DECLARATION, folder / DECLARATION)
