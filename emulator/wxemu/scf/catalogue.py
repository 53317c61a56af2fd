"""The functions of every environment: what the project declares, and what Tencent Cloud's API made of it since."""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wxemu.core.messages import Message, spoken
from wxemu.core.steps import Wait
from wxemu.scf import api_functions, project
from wxemu.scf.api_functions import CloudFunction, FunctionError
from wxemu.scf.packages import Packages
from wxemu.scf.project import NO_OPTIONS, FunctionSpec, ProjectError, Trigger, read_openapi_permissions, together
from wxemu.scf.stamps import Look, Sight, stamp_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from wxemu.core.steps import Steps
    from wxemu.core.world import World
    from wxemu.scf.configuration import Configuration
    from wxemu.scf.project import CliOptions, Project
    from wxemu.scf.stamps import Stamp

# What a function has that its request says nothing about [doc 583/18586].
DEFAULT_HANDLER: Final = "index.main_handler"
DEFAULT_TIMEOUT_SECONDS: Final = 3
DEFAULT_MEMORY_MEGABYTES: Final = 128
SET_HERE: Final = frozenset({"WX_APPID", "WX_SECRET", "WX_API_BASE"})
"""Variables that the emulator sets for every function, so that a project need not."""
NOT_NEEDED: Final = SET_HERE | {"WX_STORE_KEY"}
"""Variables without which functions run here all the same."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deployed:
    """A function that can be invoked.

    :param spec: what runs.
    :param function: what Tencent Cloud's API shows of it.
    """

    spec: FunctionSpec
    function: CloudFunction


class Catalogue:
    """Lists, finds and changes functions. Thread-safe.

    :param directory: the project, or ``None`` for an environment without one.
    :param packages: the folder for uploaded code.
    :param options: what the project is read with.
    :param packaged: where `wxemu package` put the project's functions, to run those instead of its folders.
    :param running_folders: gives the folders that instances run from now.
    """

    def __init__(
        self,
        world: World,
        *,
        directory: Path | None,
        packages: Path,
        options: CliOptions = NO_OPTIONS,
        packaged: Path | None = None,
        running_folders: Callable[[], Iterable[Path]] = tuple,
    ) -> None:
        self._world = world
        self.directory = directory
        self._packages = Packages(packages)
        self._running_folders = running_folders
        self._options = options
        self._packaged = packaged
        self._read_project = Look(self._look)
        self._project: Project | None = None
        self._sight = Sight(())
        self._logged: frozenset[Message] = frozenset()
        self._forget_packages()

    def specs(self, env: str | None = None) -> Mapping[str, FunctionSpec]:
        """What runs in an environment now, by name; a saved cloudbaserc.yaml counts from the next call on.

        :param env: without one, the environment that the project names.
        :raises ProjectError: the project cannot be read.
        """
        declared = self._read_project()
        return self.specs_of(declared, ("" if declared is None else declared.env_id) if env is None else env)

    def looking(self) -> Steps[Project | None]:
        """The project as it is now; none for an environment without one.

        :raises ProjectError: it cannot be read.
        """
        project_ = self._project  # before its sight, which is new for a new project
        if project_ is not None and self._sight.is_quiet():
            return project_
        found: Project | None = yield Wait(self._read_project)
        return found

    def specs_of(self, declared: Project | None, env: str) -> Mapping[str, FunctionSpec]:
        """What runs in an environment, by name, where the project is ``declared``."""
        specs = {} if declared is None else dict(declared.functions)
        for name, function in api_functions.list_changes(self._world, env).items():
            spec = None if function is None else self._spec(function, declared)
            if spec is None:
                specs.pop(name, None)
            else:
                specs[name] = spec
        return specs

    def environments(self) -> tuple[str | None, list[str]]:
        """The environment that the project names, if it has timers, and those in which the API has made functions.

        :raises ProjectError: the project cannot be read.
        """
        declared = self._read_project()
        has_timers = declared is not None and any(spec.triggers for spec in declared.functions.values())
        return (declared.env_id if declared and has_timers else None), api_functions.list_environments(self._world)

    def all(self, env: str) -> list[Deployed]:
        """The functions of an environment, by name.

        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            specs, kept = self.specs(env), api_functions.list_changes(self._world, env)
        return [Deployed(specs[name], kept.get(name) or _describe_folder(specs[name])) for name in sorted(specs)]

    def find(self, env: str, name: str) -> Deployed:
        """One function.

        :raises FunctionError: ResourceNotFound.FunctionName.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            spec, kept = self.specs(env).get(name), api_functions.list_changes(self._world, env)
        if spec is None:
            raise FunctionError("ResourceNotFound.FunctionName", f"The function {name!r} does not exist in {env!r}.")
        return Deployed(spec, kept.get(name) or _describe_folder(spec))

    def create(self, env: str, name: str, configuration: Configuration, *, code: bytes) -> None:
        """Make a function of a zip file.

        :raises FunctionError: ResourceInUse.FunctionName, the project's own included; MissingParameter.Runtime;
            what Configuration and Packages refuse.
        :raises ProjectError: the project cannot be read.
        """
        if configuration.runtime is None:  # the CLI always names one, and so does SCF's documentation
            raise FunctionError("MissingParameter.Runtime", "The runtime of a function must be named.")
        now = self._world.clock.now()
        made = CloudFunction(
            name=name,
            runtime=configuration.runtime,
            handler=DEFAULT_HANDLER,
            timeout_seconds=DEFAULT_TIMEOUT_SECONDS,
            memory_megabytes=DEFAULT_MEMORY_MEGABYTES,
            environment={},
            added_at=now,
            modified_at=now,
        )
        configured = configuration.apply_to(made)
        if name in self.specs(env):  # before the code is unpacked; checked again within the transaction
            raise _exists_error(name)
        with self._packages.coming(code) as package, self._world.transaction():
            if name in self.specs(env):
                raise _exists_error(name)
            made = dataclasses.replace(configured, package=package, code_size=len(code))
            api_functions.save(self._world, env, made, code=code)

    def update_code(self, env: str, name: str, configuration: Configuration, *, code: bytes) -> None:
        """Replace a function's code by a zip file; from then on, that runs instead of the project's folder.

        :raises FunctionError: ResourceNotFound.FunctionName; what Configuration and Packages refuse.
        :raises ProjectError: the project cannot be read.
        """
        configuration.apply_to(self.find(env, name).function)
        with self._packages.coming(code) as package, self._world.transaction():
            function = configuration.apply_to(self.find(env, name).function)
            self._keep(env, dataclasses.replace(function, package=package, code_size=len(code)), code=code)
        self._forget_packages()

    def update_configuration(self, env: str, name: str, configuration: Configuration) -> None:
        """Change what a function is configured to be.

        :raises FunctionError: ResourceNotFound.FunctionName; what Configuration refuses.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            self._keep(env, configuration.apply_to(self.find(env, name).function))

    def add_triggers(self, env: str, name: str, triggers: Sequence[Trigger]) -> None:
        """Give a function triggers; one of the same name is replaced [inferred].

        :raises FunctionError: ResourceNotFound.FunctionName.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            function = self.find(env, name).function
            by_name = {trigger.name: trigger for trigger in (*function.triggers, *triggers)}
            self._keep(env, dataclasses.replace(function, triggers=tuple(by_name.values())))

    def set_path(self, env: str, name: str, path: str | None) -> None:
        """Have a function at a path of HTTP access, or at none but its name.

        :raises FunctionError: ResourceNotFound.FunctionName; InvalidParameter.APICreated: one is there already [src].
        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            function = self.find(env, name).function
            if path is not None and any(spec.path == path for spec in self.specs(env).values()):
                raise FunctionError("InvalidParameter.APICreated", f"There is a function at {path} already.")
            self._keep(env, dataclasses.replace(function, path=path))

    def delete(self, env: str, name: str) -> None:
        """Take a function away, one of the project's folder too, until the state is reset.

        :raises FunctionError: ResourceNotFound.FunctionName.
        :raises ProjectError: the project cannot be read.
        """
        with self._world.transaction():
            self.find(env, name)
            api_functions.delete(self._world, env, name)
        self._forget_packages()

    def _forget_packages(self) -> None:
        """Remove the unpacked files of packages that no function has any more, and no instance."""
        self._packages.keep(self._is_used)

    def _is_used(self, package: str) -> bool:
        with self._world.transaction():
            is_kept = api_functions.has_package(self._world, package)
        return is_kept or self._packages.folder(package) in self._running_folders()

    def _keep(self, env: str, function: CloudFunction, *, code: bytes | None = None) -> None:
        api_functions.save(
            self._world, env, dataclasses.replace(function, modified_at=self._world.clock.now()), code=code
        )

    def _look(self) -> Project | None:
        if self.directory is None:
            return None
        if self._project is None or not self._sight.is_as_before():
            self._project = self._load(self.directory)
        return self._project

    def _load(self, directory: Path) -> Project:
        """Read the project as it is now; log once what is wrong or odd about it."""
        self._project = None  # a broken one is read at each call, since a folder that is made may repair it
        try:
            found = project.load_project(directory, os.environ, self._options, packaged=self._packaged)
            stamps: tuple[tuple[str, Stamp | None], ...] = ()
            while (now := _stamps(found.files)) != stamps:  # until nothing has changed while it was read
                stamps = now
                found = project.load_project(directory, os.environ, self._options, packaged=self._packaged)
        except ProjectError as error:
            self._log_once([error.message])
            raise
        self._sight = Sight(stamps)
        self._log_once(list_remarks(found))
        return found

    def _log_once(self, remarks: Sequence[Message]) -> None:
        """Log each remark that the last reading did not give."""
        for remark in remarks:
            if remark not in self._logged:
                _log.warning("%s", spoken(remark))
        self._logged = frozenset(remarks)

    def _spec(self, function: CloudFunction, declared: Project | None) -> FunctionSpec | None:
        """What runs; ``None`` if it was the project's folder and the project no longer declares it."""
        own, problem = None if declared is None else declared.functions.get(function.name), None
        if function.package is not None:
            folder = self._unpack(function.package)
            shared = None if declared is None else declared.shared
            permissions = _read_permissions(folder)
            if permissions is None:
                permissions = frozenset() if declared is None else declared.openapi_permissions
        elif own is not None:
            folder, shared, permissions = own.directory, own.shared, own.openapi_permissions
            problem = own.problem
        else:
            return None
        return FunctionSpec(
            name=function.name,
            directory=folder,
            # The CLI zips a function's folder alone. What the project's functions share then stands there as a layer
            # would on the platform; a package that brings its own has no need of it.
            shared=None if shared is None or _has_any_of(folder, shared) else shared,
            handler=function.handler,
            runtime=function.runtime,
            timeout_seconds=function.timeout_seconds,
            memory_megabytes=function.memory_megabytes,
            environment=function.environment,
            openapi_permissions=permissions,
            problem=problem,
            is_http=function.is_http,
            path=function.path,
            triggers=function.triggers,
            bound_layers=() if own is None else own.bound_layers,
        )

    def _unpack(self, package: str) -> Path:
        """Return the folder of a package's files, which are unpacked if missing, as after an import of the state."""
        folder = self._packages.folder(package)
        if not folder.is_dir() and (code := api_functions.find_code(self._world, package)) is not None:
            self._packages.add(code)
        return folder


def _describe_folder(spec: FunctionSpec) -> CloudFunction:
    """Describe a function that the API has not touched."""
    changed_at = spec.directory.stat().st_mtime if spec.directory.is_dir() else 0.0
    return CloudFunction(
        name=spec.name,
        runtime=spec.runtime,
        handler=spec.handler,
        timeout_seconds=spec.timeout_seconds,
        memory_megabytes=spec.memory_megabytes,
        environment=dict(spec.environment),
        code_size=sum(file.stat().st_size for file in spec.directory.rglob("*") if file.is_file()),
        added_at=changed_at,
        modified_at=changed_at,
        triggers=spec.triggers,
        is_http=spec.is_http,
        path=spec.path,
    )


@functools.lru_cache(maxsize=256)
def _read_permissions(package: Path) -> frozenset[str] | None:
    """What a package's own config.json asks for; a file in another form belongs to the function."""
    try:
        return read_openapi_permissions(package / "config.json")
    except (ProjectError, RecursionError):
        return None


def _has_any_of(package: Path, shared: Path) -> bool:
    return any((package / entry.name).exists() for entry in shared.iterdir() if not entry.name.startswith("_"))


def _exists_error(name: str) -> FunctionError:
    return FunctionError("ResourceInUse.FunctionName", f"The function {name!r} exists already.")


def list_remarks(found: Project) -> list[Message]:
    """What is odd about a project, a sentence each; broken functions and missing variables among it."""
    remarks = [together(errors) for errors in found.problems.values()]
    missing = dict.fromkeys(f"{{{{{template}}}}} ({key})" for template, key in found.unset if key not in NOT_NEEDED)
    if missing:
        remarks.append(
            Message(
                "{folder}: nothing is set for {names}, which renders to nothing; set it in .env",
                "{folder}：没有设置 {names}，渲染结果为空；请在 .env 中设置",
                folder=found.directory,
                names=list(missing),
            )
        )
    return [*remarks, *found.remarks]


def _stamps(files: Sequence[Path]) -> tuple[tuple[str, Stamp | None], ...]:
    """What changes with the files."""
    return tuple((str(file), stamp_of(str(file))) for file in files)
