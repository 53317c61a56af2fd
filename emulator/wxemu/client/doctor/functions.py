"""The project: whether its functions can run as they are declared."""

from __future__ import annotations

import ast
import os
import re
import warnings
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wxemu.client.doctor import imports
from wxemu.client.doctor.finding import broken, hint, ok
from wxemu.core.messages import Message, as_it_is, part
from wxemu.scf.catalogue import NOT_NEEDED
from wxemu.scf.project import NO_OPTIONS, NOTHING, ProjectError, describe_lack, find_declaration, load_project
from wxemu.scf.runtime import BOOTSTRAP_FILE, interpreters, module_names
from wxemu.wechat import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding
    from wxemu.scf.project import CliOptions, FunctionSpec, Project

_OPENAPI_CALL: Final = re.compile(r"\bopenapi\.((?:\w+\.)+\w+)\s*\(")
_SOURCES: Final = frozenset({".py", ".js"})
_FOREIGN_FOLDERS: Final = frozenset({"node_modules", "site-packages", ".venv"})
_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)", re.MULTILINE | re.ASCII)
_PYTHON: Final = "Python"
_PROJECT: Final = Message("project", "项目")


def examine(project: Path, environ: Mapping[str, str], options: CliOptions = NO_OPTIONS) -> Iterator[Finding]:
    """Check what the project declares, and each function."""
    try:
        declared = None if find_declaration(project) is None else load_project(project, environ, options)
    except ProjectError as error:
        yield broken(_PROJECT, error.defect, error.remedy)
        return
    if declared is None:
        lies, advice = describe_lack(project)
        found = Message("{folder} declares no functions", "{folder} 没有声明云函数", folder=project)
        if lies != NOTHING:
            found = Message("{found}; there is {lies}", "{found}；那里有{lies}", found=found, lies=lies)
        yield hint(_PROJECT, found, advice)
        return
    count = len(declared.functions)
    yield ok(
        _PROJECT,
        Message(
            "{count} in environment {env}",
            "环境 {env} 中有{count}",
            count=Message("1 function", "1 个云函数") if count == 1 else _several(count),
            env=declared.env_id,
        ),
    )
    yield from _unset(declared)
    for remark in declared.remarks:
        yield hint(_PROJECT, *part(remark))
    for name, errors in declared.problems.items():
        for problem in errors:
            yield broken(_named(name), problem.defect, problem.remedy)
    for spec in declared.functions.values():
        if spec.problem is not None:
            continue
        problems = list(_function(spec))
        begins = BOOTSTRAP_FILE if spec.is_http else spec.handler
        works = Message("{begins} on {runtime}", "{begins}，运行环境 {runtime}", begins=begins, runtime=spec.runtime)
        yield from problems or [ok(_named(spec.name), works)]


def _named(function: str) -> Message:
    return Message("function {name}", "云函数 {name}", name=function)


def _unset(declared: Project) -> Iterator[Finding]:
    for template, key in declared.unset:
        if key not in NOT_NEEDED:
            unset = Message(
                "nothing is set for {template} in {key}, which becomes empty",
                "{key} 中的 {template} 没有设置，结果为空",
                template=f"{{{{{template}}}}}",
                key=key,
            )
            yield hint(_PROJECT, unset, Message("set it in .env", "请在 .env 中设置"))


def _several(count: int) -> Message:
    return Message("{count} functions", "{count} 个云函数", count=count)


def _function(spec: FunctionSpec) -> Iterator[Finding]:
    name = _named(spec.name)
    if not spec.runtime.startswith(_PYTHON):
        yield hint(
            name,
            Message("its runtime is {runtime}", "运行环境是 {runtime}", runtime=spec.runtime),
            Message(
                "the emulator runs Python; other calls of it fail here", "模拟器只运行 Python；在这里对它的调用都会失败"
            ),
        )
        return
    if interpreters.find(spec.runtime) is None:
        yield hint(
            name,
            Message("there is no {runtime} here", "本机没有 {runtime}", runtime=spec.runtime),
            Message(
                "{present} runs it instead; or install that",
                "由 {present} 代为运行；或者安装前者",
                present=interpreters.PRESENT,
            ),
        )
    if spec.is_http:
        yield from _bootstrap(name, spec)
    else:
        yield from _handler(name, spec)
        yield from _imports(name, spec)
    yield from _module_names(name, spec)
    yield from _permissions(name, spec)
    yield from _requirements(name, spec)


def _handler(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    module, _, function = spec.handler.rpartition(".")
    file = spec.directory / f"{module}.py"
    if not module or not file.is_file():
        yield broken(
            name,
            Message(
                "its handler is {handler}, and there is no {file}",
                "handler 是 {handler}，但没有 {file}",
                handler=spec.handler,
                file=file,
            ),
            Message("make that file, or correct handler", "请创建该文件，或改正 handler"),
        )
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes(), file.name)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        yield broken(
            name,
            as_it_is(f"{file}:{line}: {getattr(error, 'msg', error)}"),
            Message("correct it there", "请在该处改正"),
        )
        return
    if not any(function in _bound(node) for node in ast.walk(tree)):
        yield broken(
            name,
            Message(
                "{file} has no {function}, which its handler names",
                "{file} 中没有 handler 指定的 {function}",
                file=file,
                function=function,
            ),
            Message("define it, or correct handler", "请定义它，或改正 handler"),
        )


def _bootstrap(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    """Check what starts the server of an HTTP function."""
    file = spec.directory / BOOTSTRAP_FILE
    if not file.is_file():
        yield broken(
            name,
            Message("it is an HTTP function, and there is no {file}", "它是 HTTP 函数，但没有 {file}", file=file),
            Message("make it; it starts a server on port 9000", "请创建它；它在端口 9000 启动服务器"),
        )
        return
    text = file.read_bytes()
    if not os.access(file, os.X_OK):
        yield broken(
            name, Message("{file} is not executable", "{file} 不可执行", file=file), as_it_is(f"chmod 755 {file}")
        )
    if b"\r\n" in text:
        yield broken(
            name,
            Message("{file} has lines that end with CR and LF", "{file} 的行以 CR LF 结尾", file=file),
            Message("save it with LF alone", "请只用 LF 保存"),
        )
    elif text.startswith(b"#!") and b"/var/lang/" not in text:
        yield hint(
            name,
            Message(
                "{file} names no Python by its place on the platform, which asks for that",
                "{file} 没有按平台的要求写出 Python 在平台上的路径",
                file=file,
            ),
            Message("name it, as /var/lang/python39/bin/python3.9", "请写出，如 /var/lang/python39/bin/python3.9"),
        )


def _imports(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    for module, file in imports.find_unbrought(spec).items():
        place = file.relative_to(spec.directory) if file.is_relative_to(spec.directory) else file
        yield hint(
            name,
            Message(
                "{place} imports {module}, which nothing brings to the platform",
                "{place} 导入了 {module}，但平台上没有它",
                place=place,
                module=module,
            ),
            Message(
                "pip install -t {folder}, or a layer; `wxemu start --bare` runs functions without",
                "请运行 pip install -t {folder}，或使用层；`wxemu start --bare` 会在没有这些包的情况下运行云函数",
                folder=spec.directory,
            ),
        )


def _bound(node: ast.AST) -> tuple[str, ...]:
    """The names that a node binds."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.Name(id=name, ctx=ast.Store()):
            return (name,)
        case ast.ImportFrom(names=aliases):
            return tuple(alias.asname or alias.name for alias in aliases)
    return ()


def _module_names(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    for module in module_names.reserved_modules(spec.directory):
        yield hint(
            name,
            Message(
                "its {module} has the name of a module that Python itself loads at its start",
                "它的 {module} 与 Python 启动时加载的模块同名",
                module=module,
            ),
            Message("rename it", "请改名"),
        )


def _permissions(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    """Compare the openapis that the code seems to call with those that config.json asks for."""
    called = {
        api for path in _sources(spec.directory) for api in _OPENAPI_CALL.findall(path.read_text("utf-8", "replace"))
    }
    for api in sorted(called):
        found = known.find(api)
        if found is None or not found.has_cloud_call:
            yield hint(
                name,
                Message(
                    "it seems to call openapi.{api}, which is no cloud call here",
                    "它似乎调用了 openapi.{api}，这里没有这个云调用",
                    api=api,
                ),
                Message("see docs/coverage.md", "参见 docs/coverage.md"),
            )
        elif api not in spec.openapi_permissions:
            yield hint(
                name,
                Message(
                    "it seems to call openapi.{api}, for which no config.json asks",
                    "它似乎调用了 openapi.{api}，但没有 config.json 声明这个权限",
                    api=api,
                ),
                Message(
                    'add "{api}" to permissions.openapi of its config.json; without it the cloud call is -604101',
                    '请在它的 config.json 的 permissions.openapi 中加入 "{api}"；否则云调用返回 -604101',
                    api=api,
                ),
            )


def _sources(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = set(folders) - _FOREIGN_FOLDERS
        files = (Path(parent, name) for name in names)
        yield from (file for file in files if file.suffix in _SOURCES and file.is_file())


def _requirements(name: Message, spec: FunctionSpec) -> Iterator[Finding]:
    file = spec.directory / "requirements.txt"
    if spec.runtime != interpreters.PRESENT or not file.is_file():
        return
    missing = [
        package for package in _REQUIREMENT.findall(file.read_text("utf-8", "replace")) if not _is_installed(package)
    ]
    if missing:
        yield hint(
            name,
            Message(
                "{packages} of its requirements.txt: not installed",
                "requirements.txt 中的 {packages} 没有安装",
                packages=missing,
            ),
            Message(
                "pip install -r {file}, into the environment that wxemu runs in",
                "请在 wxemu 所在的环境中运行 pip install -r {file}",
                file=file,
            ),
        )


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
