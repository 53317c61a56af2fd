"""One function of a project, as the CLI would create it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from wxemu.core.messages import Message, as_it_is
from wxemu.scf.project.bindings import EVENT, HTTP, read_kind, read_layers, read_path, read_triggers
from wxemu.scf.project.config_file import NONE, NOTHING_THERE, ProjectError, Table
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
    problem: Message | None = None
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
        expected = Message(
            "a letter, then up to 59 letters, digits, _ or -", "字母开头，后跟最多 59 个字母、数字、_ 或 -"
        )
        remedy = Message("name it: name: login", "请写出名称，如 name: login")
        raise entry.error("name", expected, remedy, found=repr(name) if name else NOTHING_THERE)
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
        expected = Message("that of a folder that is there, {folder}", "已有文件夹 {folder} 的名称", folder=folder)
        remedy = Message("make it, or correct this", "请创建它，或改正这里")
        raise entry.error("dir" if own_folder else "name", expected, remedy, found=NONE)
    return folder


def _require_package(folder: Path) -> Path:
    if not folder.is_dir():
        raise ProjectError(
            folder.parent.parent,
            expected=Message("the package functions/{name}", "应有包 functions/{name}", name=folder.name),
            found=NONE,
            remedy=Message("make it: wxemu package", "请运行 wxemu package 生成"),
        )
    return folder


def _read_runtime(entry: Table) -> str:
    if "runtime" not in entry.values:
        return DEFAULT_RUNTIME
    runtime = entry.get("runtime")
    if not isinstance(runtime, str) or not is_runtime(runtime):
        found = repr(runtime) if isinstance(runtime, str) and runtime else None
        expected = Message("one that SCF has", "受 SCF 支持的运行环境")
        raise entry.error("runtime", expected, Message("write it as Python3.11", "请写成 Python3.11"), found=found)
    return runtime


def _read_environment(variables: Table) -> Mapping[str, str]:
    for name, value in variables.values.items():
        if not VARIABLE_NAME.fullmatch(name):
            expected = Message(
                "named with 2 to 64 letters, digits and _, a letter first, not SCF_, QCLOUD_ or TENCENTCLOUD_",
                "以字母开头、由 2 到 64 个字母、数字和 _ 组成的名称，且不以 SCF_、QCLOUD_ 或 TENCENTCLOUD_ 开头",
            )
            found = Message("another name", "别的名称")
            raise variables.error(name, expected, Message("rename it", "请改名"), found=found)
        if not _is_variable_text(value):
            # SCF takes strings only, and text that is JSON of an object, array or null does not stay a string.
            with_nul = Message("a text with NUL", "含有 NUL 的文本")
            remedy = Message(
                "quote it, and keep it from being a JSON object, array or null",
                "请加上引号，并且不要写成 JSON 对象、数组或 null",
            )
            raise variables.error(
                name,
                Message("text without NUL", "不含 NUL 的文本"),
                remedy,
                found=with_nul if isinstance(value, str) and "\0" in value else None,
            )
    size = variables_bytes(variables.values)
    if size > MOST_VARIABLE_BYTES:
        raise ProjectError(
            variables.file.path,
            line=variables.file.line(variables.at),
            expected=Message(
                "up to {most} bytes of names and values in {place}",
                "{place} 的名称和值最多共 {most} 字节",
                most=MOST_VARIABLE_BYTES,
                place=variables.of_owner(".".join(map(str, variables.at))),
            ),
            found=as_it_is(str(size)),
            remedy=Message("keep what is longer in a file of the function", "请把更长的内容放在云函数自己的文件中"),
        )
    return MappingProxyType(dict(variables.values))


def _is_variable_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and value.encode(errors="ignore").decode() == value
