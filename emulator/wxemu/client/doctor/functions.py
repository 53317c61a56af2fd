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
from wxemu.scf.catalogue import NOT_NEEDED
from wxemu.scf.project import NO_OPTIONS, NOTHING, ProjectError, describe_lack, find_declaration, load_project
from wxemu.scf.runtime import BOOTSTRAP_FILE, interpreters, module_names
from wxemu.wechat import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.client.doctor.finding import Finding
    from wxemu.scf.project import CliOptions, FunctionSpec

_OPENAPI_CALL: Final = re.compile(r"\bopenapi\.((?:\w+\.)+\w+)\s*\(")
_SOURCES: Final = frozenset({".py", ".js"})
_FOREIGN_FOLDERS: Final = frozenset({"node_modules", "site-packages", ".venv"})
_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)", re.MULTILINE | re.ASCII)
_PYTHON: Final = "Python"


def examine(project: Path, environ: Mapping[str, str], options: CliOptions = NO_OPTIONS) -> Iterator[Finding]:
    """Check what the project declares, and each function."""
    try:
        declared = None if find_declaration(project) is None else load_project(project, environ, options)
    except ProjectError as error:
        yield broken("project", str(error).removesuffix(f"; {error.remedy}"), error.remedy)
        return
    if declared is None:
        lies, advice = describe_lack(project)
        found = f"{project} declares no functions" + ("" if lies == NOTHING else f"; there is {lies}")
        yield hint("project", found, advice)
        return
    count = len(declared.functions)
    yield ok("project", f"{count} function{'' if count == 1 else 's'} in environment {declared.env_id}")
    for template, key in declared.unset:
        if key not in NOT_NEEDED:
            yield hint(
                "project", f"nothing is set for {{{{{template}}}}} in {key}, which becomes empty", "set it in .env"
            )
    for remark in declared.remarks:
        found, _, advice = remark.rpartition("; ")
        yield hint("project", found or advice, advice if found else "")
    for name, errors in declared.problems.items():
        for problem in errors:
            yield broken(f"function {name}", str(problem).removesuffix(f"; {problem.remedy}"), problem.remedy)
    for spec in declared.functions.values():
        if spec.problem is not None:
            continue
        problems = list(_function(spec))
        yield from problems or [ok(f"function {spec.name}", f"{spec.handler} on {spec.runtime}")]


def _function(spec: FunctionSpec) -> Iterator[Finding]:
    name = f"function {spec.name}"
    if not spec.runtime.startswith(_PYTHON):
        yield hint(name, f"its runtime is {spec.runtime}", "the emulator runs Python; other calls of it fail here")
        return
    if interpreters.find(spec.runtime) is None:
        yield hint(name, f"there is no {spec.runtime} here", f"{interpreters.PRESENT} runs it instead; or install that")
    if spec.is_http:
        yield from _bootstrap(name, spec)
    else:
        yield from _handler(name, spec)
        yield from _imports(name, spec)
    yield from _module_names(name, spec)
    yield from _permissions(name, spec)
    yield from _requirements(name, spec)


def _handler(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    module, _, function = spec.handler.rpartition(".")
    file = spec.directory / f"{module}.py"
    if not module or not file.is_file():
        yield broken(
            name, f"its handler is {spec.handler}, and there is no {file}", "make that file, or correct handler"
        )
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(file.read_bytes(), file.name)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        yield broken(name, f"{file}:{line}: {getattr(error, 'msg', error)}", "correct it there")
        return
    if not any(function in _bound(node) for node in ast.walk(tree)):
        yield broken(name, f"{file} has no {function}, which its handler names", "define it, or correct handler")


def _bootstrap(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    """Check what starts the server of an HTTP function."""
    file = spec.directory / BOOTSTRAP_FILE
    if not file.is_file():
        yield broken(
            name, f"it is an HTTP function, and there is no {file}", "make it; it starts a server on port 9000"
        )
        return
    text = file.read_bytes()
    if not os.access(file, os.X_OK):
        yield broken(name, f"{file} is not executable", f"chmod 755 {file}")
    if b"\r\n" in text:
        yield broken(name, f"{file} has lines that end with CR and LF", "save it with LF alone")
    elif text.startswith(b"#!") and b"/var/lang/" not in text:
        advice = "name it, as /var/lang/python39/bin/python3.9"
        yield hint(name, f"{file} names no Python by its place on the platform, which asks for that", advice)


def _imports(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    for module, file in imports.find_unbrought(spec).items():
        place = file.relative_to(spec.directory) if file.is_relative_to(spec.directory) else file
        advice = f"pip install -t {spec.directory}, or a layer; `wxemu start --bare` runs functions without"
        yield hint(name, f"{place} imports {module}, which nothing brings to the platform", advice)


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


def _module_names(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    for module in module_names.reserved_modules(spec.directory):
        yield hint(name, f"its {module} has the name of a module that Python itself loads at its start", "rename it")


def _permissions(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    """Compare the openapis that the code seems to call with those that config.json asks for."""
    called = {
        api for path in _sources(spec.directory) for api in _OPENAPI_CALL.findall(path.read_text("utf-8", "replace"))
    }
    for api in sorted(called):
        found = known.find(api)
        if found is None or not found.has_cloud_call:
            yield hint(name, f"it seems to call openapi.{api}, which is no cloud call here", "see docs/coverage.md")
        elif api not in spec.openapi_permissions:
            advice = f'add "{api}" to permissions.openapi of its config.json; without it the cloud call is -604101'
            yield hint(name, f"it seems to call openapi.{api}, for which no config.json asks", advice)


def _sources(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = set(folders) - _FOREIGN_FOLDERS
        files = (Path(parent, name) for name in names)
        yield from (file for file in files if file.suffix in _SOURCES and file.is_file())


def _requirements(name: str, spec: FunctionSpec) -> Iterator[Finding]:
    file = spec.directory / "requirements.txt"
    if spec.runtime != interpreters.PRESENT or not file.is_file():
        return
    missing = [
        package for package in _REQUIREMENT.findall(file.read_text("utf-8", "replace")) if not _is_installed(package)
    ]
    if missing:
        advice = f"pip install -r {file}, into the environment that wxemu runs in"
        yield hint(name, f"{', '.join(missing)} of its requirements.txt: not installed", advice)


def _is_installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
