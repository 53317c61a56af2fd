"""One function of a project, as the CLI would create it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wxemu.scf.project.bindings import EVENT, HTTP, read_kind, read_layers, read_path, read_triggers
from wxemu.scf.project.config_file import ProjectError, Table
from wxemu.scf.project.limits import FUNCTION_NAME, MOST_VARIABLE_BYTES, VARIABLE_NAME, is_runtime, variables_bytes
from wxemu.scf.project.permissions import read_openapi_permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wxemu.scf.project.bindings import Trigger

DEFAULT_RUNTIME: Final = "Nodejs18.15"
DEFAULT_HANDLER: Final = "index.main"
SCANNED_TIMEOUT_SECONDS: Final = 15
"""Of a function that is there by its folder only [run]."""
_DEFAULT_TIMEOUT_SECONDS: Final = 10
_DEFAULT_MEGABYTES: Final = 256
_Found = TypeVar("_Found")


@dataclass(frozen=True)
class FunctionSpec:
    """One function as the CLI would create it.

    `directory` is its code folder, `shared` the folder that packaging adds to every function, if the project has one;
    `environment` holds the declared `envVariables`, `openapi_permissions` the names its `config.json` asks for.
    `ignore` are the globs of files that are not deployed. `problem` says why it cannot run, if so. An HTTP
    function (`is_http`) is a server that its `scf_bootstrap` starts. `path` is where HTTP access has it,
    `triggers` what starts it by itself, `bound_layers` the folders of its layers.
    """

    name: str
    directory: Path
    shared: Path | None
    handler: str
    runtime: str
    timeout_seconds: int
    memory_megabytes: int
    environment: Mapping[str, str] = field(repr=False)
    openapi_permissions: frozenset[str]
    ignore: tuple[str, ...] = ()
    problem: str | None = None
    is_http: bool = False
    path: str | None = None
    triggers: tuple[Trigger, ...] = ()
    bound_layers: tuple[Path, ...] = ()

    @property
    def access_path(self) -> str:
        """Where HTTP access has it here: at the path that was told, else at its name [choice]."""
        return self.path or f"/{self.name}"

    @property
    def layers(self) -> tuple[Path, ...]:
        """What stands at /opt; of two files of one name the later folder's counts."""
        return self.bound_layers if self.shared is None else (self.shared, *self.bound_layers)


@dataclass(frozen=True)
class Surroundings:
    """What all functions of a project have in common: its `directory`, and the `root` of their folders."""

    directory: Path
    root: Path
    shared: Path | None
    permissions: frozenset[str]


def scan_functions(surroundings: Surroundings) -> list[FunctionSpec]:
    """Return what the CLI deploys where none are declared: each folder of the root, as a function of Node.js."""
    root = surroundings.root
    folders = [entry for entry in sorted(root.iterdir()) if entry.is_dir()] if root.is_dir() else []
    return [
        FunctionSpec(
            name=folder.name,
            directory=folder,
            shared=surroundings.shared,
            handler=DEFAULT_HANDLER,
            runtime=DEFAULT_RUNTIME,
            timeout_seconds=SCANNED_TIMEOUT_SECONDS,
            memory_megabytes=_DEFAULT_MEGABYTES,
            environment={},
            openapi_permissions=surroundings.permissions,
        )
        for folder in folders
        if FUNCTION_NAME.fullmatch(folder.name)
    ]


def read_name(entry: Table) -> str:
    """Return the name of a function. Raises ProjectError."""
    name = entry.text("name", "")
    if not FUNCTION_NAME.fullmatch(name):
        expected = "a letter, then up to 59 letters, digits, _ or -"
        raise entry.error("name", expected, "name it: name: login", found=repr(name) if name else "nothing")
    return name


def read_function(
    name: str, entry: Table, surroundings: Surroundings, *, package: Path | None
) -> tuple[FunctionSpec, list[ProjectError]]:
    """Return a function, and what is wrong with it; what cannot be read has its default.

    With `package` its code is the package in that folder.
    """
    problems: list[ProjectError] = []

    def attempt(read: Callable[[], _Found], fallback: _Found) -> _Found:
        try:
            return read()
        except ProjectError as error:
            problems.append(error)
            return fallback

    missing = surroundings.root / name
    folder = attempt(lambda: _read_folder(name, entry, surroundings), missing)
    own_permissions = attempt(lambda: read_openapi_permissions(folder / "config.json"), None)
    spec = FunctionSpec(
        name=name,
        directory=folder if package is None else attempt(lambda: _require_package(package), folder),
        shared=surroundings.shared,
        handler=attempt(lambda: entry.text("handler", DEFAULT_HANDLER), DEFAULT_HANDLER),
        runtime=attempt(lambda: _read_runtime(entry), ""),
        timeout_seconds=attempt(
            lambda: entry.number("timeout", _DEFAULT_TIMEOUT_SECONDS, low=1, high=900), _DEFAULT_TIMEOUT_SECONDS
        ),
        memory_megabytes=attempt(
            lambda: entry.number("memorySize", _DEFAULT_MEGABYTES, low=64, high=3072), _DEFAULT_MEGABYTES
        ),
        environment=attempt(lambda: _read_environment(entry.table("envVariables")), MappingProxyType({})),
        openapi_permissions=surroundings.permissions if own_permissions is None else own_permissions,
        ignore=tuple(map(str, globs)) if isinstance(globs := entry.get("ignore"), list) else (),
        is_http=attempt(lambda: read_kind(entry), EVENT) == HTTP,
        path=attempt(lambda: read_path(entry), None),
        triggers=attempt(lambda: read_triggers(entry), ()),
        bound_layers=attempt(lambda: read_layers(entry, surroundings.directory), ()),
    )
    return spec, problems


def _read_folder(name: str, entry: Table, surroundings: Surroundings) -> Path:
    own_folder = entry.text("dir", "")
    folder = surroundings.directory / own_folder if own_folder else surroundings.root / name
    if not folder.is_dir():
        expected, remedy = f"of a folder that is there, {folder}", "make it, or correct this"
        raise entry.error("dir" if own_folder else "name", expected, remedy, found="none")
    return folder


def _require_package(folder: Path) -> Path:
    if not folder.is_dir():
        expected = f"the package functions/{folder.name}"
        raise ProjectError(folder.parent.parent, expected=expected, found="none", remedy="make it: wxemu package")
    return folder


def _read_runtime(entry: Table) -> str:
    if "runtime" not in entry.values:
        return DEFAULT_RUNTIME
    runtime = entry.get("runtime")
    if not isinstance(runtime, str) or not is_runtime(runtime):
        found = repr(runtime) if isinstance(runtime, str) and runtime else None
        raise entry.error("runtime", "one that SCF has", "write it as Python3.11", found=found)
    return runtime


def _read_environment(variables: Table) -> Mapping[str, str]:
    for name, value in variables.values.items():
        if not VARIABLE_NAME.fullmatch(name):
            expected = "named with 2 to 64 letters, digits and _, a letter first, not SCF_, QCLOUD_ or TENCENTCLOUD_"
            raise variables.error(name, expected, "rename it", found="another name")
        if not _is_variable_text(value):
            # SCF takes strings only, and text that is JSON of an object, array or null does not stay a string.
            found = "a text with NUL" if isinstance(value, str) and "\0" in value else None
            remedy = "quote it, and keep it from being a JSON object, array or null"
            raise variables.error(name, "text without NUL", remedy, found=found)
    size = variables_bytes(variables.values)
    if size > MOST_VARIABLE_BYTES:
        place = f"{'.'.join(map(str, variables.at))} of the function {variables.owner}"
        raise ProjectError(
            variables.file.path,
            line=variables.file.line(variables.at),
            expected=f"up to {MOST_VARIABLE_BYTES} bytes of names and values in {place}",
            found=f"{size}",
            remedy="keep what is longer in a file of the function",
        )
    return MappingProxyType(dict(variables.values))


def _is_variable_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and value.encode(errors="ignore").decode() == value
