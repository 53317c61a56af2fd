"""What is deployed: `cloudbaserc` and `config.json` of a project folder, by the rules of Tencent's CLI (2.12.10)."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, MessageError
from wxemu.scf.project.bindings import LAYERS_FOLDER, remark_bindings
from wxemu.scf.project.config_file import ProjectError, Table, describe_value
from wxemu.scf.project.declaration import CONFIG_NAMES, SCRIPTS, declared_file
from wxemu.scf.project.entries import lay_configs, merge_entry
from wxemu.scf.project.function_spec import (
    DEFAULT_RUNTIME,
    FunctionSpec,
    Surroundings,
    read_function,
    read_name,
    scan_functions,
)
from wxemu.scf.project.keys import remark_keys
from wxemu.scf.project.permissions import is_broken_permissions, read_openapi_permissions
from wxemu.scf.project.templates import NO_OPTIONS, CliOptions, Templates, template_names, template_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ENV_ID: Final = Message("the id of a CloudBase environment", "云开发环境的 ID")
_SOURCES: Final = (*CONFIG_NAMES, *SCRIPTS, "config.json")


@dataclass(frozen=True)
class Project:
    """A project folder, its CloudBase environment, and its functions by name.

    `root` is the folder of the functions' folders. `shared` and `openapi_permissions` are what a function has that
    brings none of its own. `files` are all that were read or looked for: the project is another one when one of them
    changes. `unset` are the templates that rendered to nothing since nobody sets them, such as env.GREETING, each with
    the key it stands under. `problems` are the defects of functions, by name, or by place, as functions.0, where there
    is no name. `remarks` are other oddities.
    """

    directory: Path
    env_id: str
    functions: Mapping[str, FunctionSpec]
    root: Path
    shared: Path | None
    openapi_permissions: frozenset[str]
    files: tuple[Path, ...]
    unset: tuple[tuple[str, str], ...]
    problems: Mapping[str, tuple[ProjectError, ...]]
    remarks: tuple[Message, ...] = ()

    def require_sound(self) -> None:
        """Raise the first ProjectError of any function."""
        for errors in self.problems.values():
            raise errors[0]


def load_project(
    directory: Path, environ: Mapping[str, str], options: CliOptions = NO_OPTIONS, *, packaged: Path | None = None
) -> Project:
    """Read what `directory` deploys. A function's own defect makes that function broken, and nothing else.

    `environ` is the process environment of `template_variables`. With `packaged`, a folder that `wxemu package` made,
    each function's code is its package there, which shares nothing with others.
    Raises ProjectError for a defect that concerns all functions.
    """
    directory = directory.resolve()
    file = declared_file(directory)
    laid = lay_configs(file)
    raw_env_id = laid.get("envId")
    variables = template_variables(directory, environ, options)
    templates = Templates(directory, variables, options.env_id or str(raw_env_id or ""))
    top = Table(file, (), file.mapping((), templates.render(file, laid)))
    env_id = _read_env_id(top, raw_env_id, templates, options)
    root = Path(os.path.normpath(f"{directory}/{top.text('functionRoot', 'functions')}"))  # "/x" too is within
    shared = root / "_shared" if (root / "_shared").is_dir() and packaged is None else None
    remarks = list(_remark_permissions(directory / "config.json"))
    permissions = _read_own_permissions(directory / "config.json", remarks)
    surroundings = Surroundings(directory, root, shared, permissions)
    specs, problems, unnamed, unbound = _read_functions(top, surroundings, packaged)
    if unnamed:
        remarks.append(
            Message(
                "{file}: without a runtime the CLI would create {names} as {runtime};"
                " add runtime: Python3.11 to what is Python",
                "{file}：{names} 没有 runtime，CLI 会按 {runtime} 创建；如果是 Python，请加上 runtime: Python3.11",
                file=file.path,
                names=list(unnamed),
                runtime=DEFAULT_RUNTIME,
            )
        )
    remarks.extend(unbound)
    remarks.extend(
        Message("{file}: {remark}", "{file}：{remark}", file=file.path, remark=remark)
        for remark in remark_keys(top.values, specs)
    )
    if not specs and not problems:
        specs = {spec.name: spec for spec in scan_functions(surroundings)}
        if specs:
            remarks.append(
                Message(
                    "{file}: no functions are declared, so the CLI would deploy each folder of {root} as {runtime}:"
                    " {names}",
                    "{file}：没有声明云函数，CLI 会把 {root} 的每个文件夹按 {runtime} 部署：{names}",
                    file=file.path,
                    root=root,
                    runtime=DEFAULT_RUNTIME,
                    names=list(specs),
                )
            )
    folders = [spec.directory for spec in specs.values()]
    lacking = [folder for folder in folders if not folder.is_dir()]
    for folder in folders:
        remarks.extend(_remark_permissions(folder / "config.json"))
    return Project(
        directory,
        env_id,
        MappingProxyType(specs),
        root,
        shared,
        permissions,
        files=(
            *(directory / name for name in (*_SOURCES, *options.dotenv)),
            root,
            directory / LAYERS_FOLDER,
            *lacking,
            *(folder / "config.json" for folder in folders),
        ),
        unset=tuple(
            (name, key) for name, key in templates.find_unset(file.tree) if not (options.env_id and key == "envId")
        ),
        problems=MappingProxyType(problems),
        remarks=tuple(remarks),
    )


def _read_env_id(top: Table, raw: Any, templates: Templates, options: CliOptions) -> str:
    env_id = options.env_id if raw and options.env_id else top.get("envId")  # without any the CLI reads no further
    if isinstance(env_id, str) and env_id:
        return env_id
    if isinstance(raw, str) and (names := template_names(raw)):
        unset = [name for name, _ in templates.find_unset(raw)] or names
        found = Message(
            "{templates}, which renders to {kind}",
            "{templates}，渲染结果是{kind}",
            templates=", ".join(f"{{{{{name}}}}}" for name in names),
            kind=describe_value(env_id),
        )
        remedy = Message(
            "set {names}, in .env or in the environment, or name the id with --env-id",
            "请在 .env 或环境变量中设置 {names}，或用 --env-id 指定环境 ID",
            names=list(unset),
        )
        raise top.error("envId", _ENV_ID, remedy, found=found)
    raise top.error("envId", _ENV_ID, Message("name one: envId: env-demo", "请写出一个，如 envId: env-demo"))


def _read_functions(
    top: Table, surroundings: Surroundings, packaged: Path | None
) -> tuple[dict[str, FunctionSpec], dict[str, tuple[ProjectError, ...]], list[str], list[Message]]:
    """Return the functions by name, the broken ones too; what is wrong with which; which ones name no runtime; what is
    odd about their triggers and layers.
    """
    specs: dict[str, FunctionSpec] = {}
    problems: dict[str, tuple[ProjectError, ...]] = {}
    unnamed: list[str] = []
    unbound: list[Message] = []
    for index, raw in enumerate(top.get("functions") or ()):
        label = f"functions.{index}"
        try:
            entry = _read_entry(top, index, raw)
            label = name = read_name(entry)
            if name in specs:
                expected = Message("a name no other function has", "其他云函数没有用过的名称")
                remedy = Message("rename or remove one of the two", "请改名或删除其中一个")
                raise entry.error("name", expected, remedy, found=name)
        except ProjectError as error:
            problems[label] = (*problems.get(label, ()), error)
            continue
        package = None if packaged is None else packaged.resolve() / "functions" / name
        owned = replace(entry, owner=name)
        specs[name], found = read_function(name, owned, surroundings, package=package)
        unbound.extend(remark_bindings(owned, surroundings.directory))
        if found:
            problems[name] = tuple(found)
        if "runtime" not in entry.values:
            unnamed.append(name)
    for name, errors in problems.items():
        if name in specs:
            specs[name] = replace(specs[name], problem=together(errors))
    return specs, problems, unnamed, unbound


def _read_entry(top: Table, index: int, raw: Any) -> Table:
    defaults = top.table("functionDefaultConfig").values
    return merge_entry(top.file, index, top.file.mapping(("functions", index), raw), defaults)


def together(errors: Sequence[MessageError]) -> Message:
    """Return all that is wrong with one thing as one message."""
    first, *others = errors
    message = first.message
    for error in others:
        message = Message("{first}; also {error}", "{first}；另外，{error}", first=message, error=error)
    return message


def _read_own_permissions(path: Path, remarks: list[Message]) -> frozenset[str]:
    try:
        return read_openapi_permissions(path) or frozenset()
    except ProjectError as error:
        remarks.append(error.message)
        return frozenset()


def _remark_permissions(path: Path) -> Iterator[Message]:
    if is_broken_permissions(path):
        yield Message(
            "{path}: expected JSON, found a mistake, so the openapis that it names are not permitted; correct it",
            "{path}：应为 JSON，但其中有错误，所以它列出的 openapi 没有权限；请改正",
            path=path,
        )
