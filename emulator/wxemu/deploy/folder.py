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

from wxemu.core.messages import Message
from wxemu.deploy import lock, package
from wxemu.deploy.closure import find_closure
from wxemu.deploy.declaration import FUNCTION_ROOT, Declaration
from wxemu.deploy.errors import LockError, PackagingError
from wxemu.deploy.target import PYTHONS
from wxemu.deploy.wheels import Wheels, resolve_lock
from wxemu.scf.project import NO_OPTIONS, load_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from wxemu.deploy.lock import Lock
    from wxemu.deploy.package import Package
    from wxemu.scf.project import CliOptions, FunctionSpec, Project

DECLARATION: Final = "cloudbaserc.json"
_MARK: Final = ".packages"
_BUILDS: Final = frozenset({".whl", ".gz", ".tgz"})  # of scripts/build, which leaves them in the same folder
_MARK_TEXT: Final = "Made by `wxemu package`, which replaces cloudbaserc.json and functions/ each time.\n"


@dataclass(frozen=True)
class DeploymentFolder:
    """What was made, and of what."""

    folder: Path
    project: Project
    declaration: Declaration
    packages: Sequence[Package]


def lock_dependencies(directory: Path, tell: Callable[[Message], None]) -> list[Lock]:
    """Write the locks anew, one for each runtime that can be packaged, with the newest that fits.

    :raises PackagingError: pip cannot resolve them.
    :raises ProjectError: the project cannot be read.
    """
    project = _load_sound(directory, NO_OPTIONS)
    requirements = _read_requirements(project)
    locks = []
    for runtime in PYTHONS if requirements else ():
        tell(
            Message(
                "resolving {requirements} for {runtime}",
                "正在为 {runtime} 解析 {requirements}",
                requirements=list(requirements),
                runtime=runtime,
            )
        )
        locks.append(resolve_lock(lock.choose_path(project.root, runtime), runtime, requirements))
        locks[-1].write()
    return locks


def make_packages(
    directory: Path,
    folder: Path,
    tell: Callable[[Message], None],
    options: CliOptions = NO_OPTIONS,
    names: Sequence[str] = (),
) -> DeploymentFolder:
    """Package functions of the project in `directory`; `folder` shows either the old packages or all the new ones.

    :param names: of those that are packaged, while the other packages stay as they are; all without any.
    :raises PackagingError: one cannot be packaged.
    :raises ProjectError: the project cannot be read.
    """
    project, declaration = _load_sound(directory, options), Declaration.read(directory)
    _claim_folder(folder, project)
    _write_missing_locks(project, tell)
    specs = {name: spec for name, spec in project.functions.items() if not names or name in names}
    dependencies = _select_wheels(project, specs, Wheels(folder / "wheels", tell))
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as passing:
        made = []
        for spec in specs.values():
            tell(
                Message(
                    "packaging {name} for {runtime}",
                    "正在为 {runtime} 打包 {name}",
                    name=spec.name,
                    runtime=spec.runtime,
                )
            )
            made.append(
                package.build_package(
                    spec,
                    Path(passing, FUNCTION_ROOT),
                    config=directory / "config.json",
                    dependencies=dependencies[spec.name],
                )
            )
        tree = json.dumps(declaration.rewrite_for_packages(), ensure_ascii=False, indent=2)
        Path(passing, DECLARATION).write_text(tree + "\n", encoding="utf-8")
        _keep_packages(project.functions.keys() - specs, folder / FUNCTION_ROOT, Path(passing, FUNCTION_ROOT))
        _replace_packages(Path(passing), folder)
    functions = folder / FUNCTION_ROOT
    moved = [replace(one, folder=functions / one.name, zip_file=functions / one.zip_file.name) for one in made]
    return DeploymentFolder(folder, project, declaration, moved)


def _load_sound(directory: Path, options: CliOptions) -> Project:
    """Read a project all of whose functions can be deployed."""
    project = load_project(directory, os.environ, options)
    project.require_sound()
    return project


def _read_requirements(project: Project) -> tuple[str, ...]:
    return lock.merge_requirements([spec.directory for spec in project.functions.values()])


def _write_missing_locks(project: Project, tell: Callable[[Message], None]) -> None:
    """Before the first packages there is none. One that is there is only replaced when that is asked for."""
    requirements = _read_requirements(project)
    needy = [spec for spec in project.functions.values() if lock.read_requirements(spec.directory)]
    for runtime in sorted({spec.runtime for spec in needy}):
        path = lock.choose_path(project.root, runtime)
        if not path.exists():
            tell(
                Message(
                    "there is no {path} yet: writing it; commit it with the project",
                    "还没有 {path}：正在生成；请把它和项目一起提交",
                    path=path,
                )
            )
            resolve_lock(path, runtime, requirements).write()


def _select_wheels(project: Project, specs: Mapping[str, FunctionSpec], wheels: Wheels) -> Mapping[str, Sequence[Path]]:
    """The wheels of each of these functions: what it needs itself, out of its runtime's lock."""
    requirements = _read_requirements(project)
    needs = {name: lock.read_requirements(spec.directory) for name, spec in specs.items()}
    selected: dict[str, Sequence[Path]] = dict.fromkeys(needs, ())
    for runtime in sorted({spec.runtime for name, spec in specs.items() if needs[name]}):
        locked = lock.Lock.read(lock.choose_path(project.root, runtime), runtime, requirements)
        fetched = wheels.fetch(locked)
        for name, spec in specs.items():
            if spec.runtime == runtime:
                selected[name] = _close(needs[name], locked, fetched)
    return selected


def _close(requirements: Sequence[str], locked: Lock, wheels: Sequence[Path]) -> Sequence[Path]:
    found = find_closure(requirements, wheels, locked.runtime)
    if found.lacking:
        lacking = ", ".join(found.lacking)
        raise LockError(
            Message(
                "{path}: expected wheels for {lacking}, found none; {remedy}",
                "{path}：缺少 {lacking} 的 wheel；{remedy}",
                path=locked.path,
                lacking=lacking,
                remedy=lock.LOCK_ANEW,
            )
        )
    return found.wheels


def _claim_folder(folder: Path, project: Project) -> None:
    """Make the folder if it is not there; one with something else in it is not touched."""
    if folder.resolve() == project.directory:
        raise PackagingError(
            Message(
                "{folder}: expected another folder than the project's own; name one with --output",
                "{folder} 是项目自己的文件夹，不能放包；请用 --output 指定另一个文件夹",
                folder=folder,
            )
        )
    others = [path for path in folder.glob("*") if path.suffix not in _BUILDS]
    if others and not (folder / _MARK).is_file():
        raise PackagingError(
            Message(
                "{folder}: expected an empty folder or one of earlier packages, found other files in it;"
                " name another one with --output",
                "{folder} 应为空文件夹或以前打包的文件夹，其中却有别的文件；请用 --output 指定另一个文件夹",
                folder=folder,
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MARK).write_text(_MARK_TEXT, encoding="utf-8")


def _keep_packages(names: Iterable[str], old: Path, new: Path) -> None:
    """Put the packages that are not made anew beside those that are."""
    new.mkdir(exist_ok=True)
    for name in names:
        if (old / name).is_dir():
            shutil.copytree(old / name, new / name)
        if (old / f"{name}.zip").is_file():
            shutil.copy2(old / f"{name}.zip", new)


def _replace_packages(new: Path, folder: Path) -> None:
    if (folder / FUNCTION_ROOT).is_dir():
        (folder / FUNCTION_ROOT).rename(new / "earlier")
    (new / FUNCTION_ROOT).mkdir(exist_ok=True)
    (new / FUNCTION_ROOT).rename(folder / FUNCTION_ROOT)
    shutil.move(new / DECLARATION, folder / DECLARATION)
