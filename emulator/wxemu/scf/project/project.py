"""What is deployed: `cloudbaserc` and `config.json` of a project folder, by the rules of Tencent's CLI (2.12.10)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from wxemu.scf.project.config_file import ConfigFile, ProjectError, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# The CLI's order. Left out: the "cloudbase" key of package.json, and the .js forms, which need Node to be read.
CONFIG_NAMES: Final = ("cloudbaserc", "cloudbaserc.json", "cloudbaserc.yaml", "cloudbaserc.yml")
_SOURCES: Final = (*CONFIG_NAMES, "config.json", ".env", ".env.local")

TEMPLATE: Final = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
FUNCTION_NAME: Final = re.compile(r"[A-Za-z][\w-]{0,59}", re.ASCII)
VARIABLE_NAME: Final = re.compile(r"(?!SCF_|QCLOUD_|TENCENTCLOUD_)[a-zA-Z][a-zA-Z0-9_]{1,63}")  # [doc] 583/32748
MOST_VARIABLE_BYTES: Final = 4096
"""Of a function's variables, names and values together [doc 583/32748]."""
_DOTENV_LINE: Final = re.compile(
    r"""^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*('[^']*'|"(?:\\.|[^"\\])*"|[^#\n]*?)[^\S\n]*(?:\#.*)?$""", re.MULTILINE
)


@dataclass(frozen=True)
class FunctionSpec:
    """One function as the CLI would create it.

    `directory` is its code folder, `shared` the folder that packaging adds to every function, if the project has one;
    `environment` holds the declared `envVariables`, `openapi_permissions` the names its `config.json` asks for.
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


@dataclass(frozen=True)
class Project:
    """A project folder, its CloudBase environment, and its functions by name.

    `shared` and `openapi_permissions` are what a function has that brings none of its own. `files` are all that were
    read or looked for: the project is another one when one of them changes. `unset` are the templates that rendered to
    nothing since nobody sets them, such as env.GREETING, each with the key it stands under.
    """

    directory: Path
    env_id: str
    functions: Mapping[str, FunctionSpec]
    shared: Path | None
    openapi_permissions: frozenset[str]
    files: tuple[Path, ...]
    unset: tuple[tuple[str, str], ...]


def load_project(directory: Path, environ: Mapping[str, str], *, packaged: Path | None = None) -> Project:
    """Read what `directory` deploys.

    `environ` is the process environment of `template_variables`. With `packaged`, a folder that scripts/package made,
    each function's code is its package there, which shares nothing with others.
    Raises ProjectError.
    """
    directory = directory.resolve()
    file = declared_file(directory)
    variables = template_variables(directory, environ)
    raw = Table(file, (), file.mapping((), file.tree))
    env_id = _fill(raw.text("envId", ""), _template_values(directory, variables, env_id=""))
    if not env_id:
        remedy = "name one: envId: env-demo (a variable that is not set renders to nothing)"
        raise raw.error("envId", "the id of a CloudBase environment", remedy)

    values = _template_values(directory, {"ENV_ID": env_id, **variables}, env_id=env_id)
    top = Table(file, (), file.mapping((), _render(file.tree, values)))
    root = directory / top.text("functionRoot", "functions")
    shared = root / "_shared" if (root / "_shared").is_dir() and packaged is None else None
    permissions = read_openapi_permissions(directory / "config.json") or frozenset()
    functions: dict[str, FunctionSpec] = {}
    sources = [directory / name for name in _SOURCES]
    for entry in _function_entries(top):
        spec = _function(entry, directory, root, shared=shared, permissions=permissions)
        sources.append(spec.directory / "config.json")
        if packaged is not None:
            spec = replace(spec, directory=_package(packaged.resolve(), spec.name))
        if spec.name in functions:
            raise entry.error("name", "a name no other function has", "rename or remove one of the two")
        functions[spec.name] = spec
    return Project(
        directory,
        env_id,
        MappingProxyType(functions),
        shared,
        permissions,
        files=tuple(sources),
        unset=tuple(_find_unset(file.tree, values)),
    )


# The keys of a function that the emulator heeds; the CLI takes them in any case (memorysize, MemorySize).
_FUNCTION_KEYS: Final = ("name", "dir", "handler", "runtime", "timeout", "memorySize", "envVariables")


def declared_file(directory: Path) -> ConfigFile:
    """Return the file that declares what a project deploys: the first there is, in the CLI's order.

    Raises ProjectError.
    """
    for name in CONFIG_NAMES:
        if (directory / name).is_file():
            return ConfigFile.read(directory / name)
    expected, remedy = f"one of {', '.join(CONFIG_NAMES)}", "go to the project's folder, or name it"
    raise ProjectError(directory, expected=expected, found="none of them", remedy=remedy)


def template_variables(directory: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what `{{env.NAME}}` is filled from: `.env` < `.env.local` < `environ`, the process environment."""
    return {**_dotenv(directory / ".env"), **_dotenv(directory / ".env.local"), **environ}


def _package(packaged: Path, name: str) -> Path:
    folder = packaged / "functions" / name
    if not folder.is_dir():
        raise ProjectError(
            packaged, expected=f"the package functions/{name}", found="none", remedy="make it: scripts/package"
        )
    return folder


def _function_entries(top: Table) -> Iterator[Table]:
    defaults = _rename_keys(top.table("functionDefaultConfig").values)
    entries = [] if top.get("functions") is None else top.get("functions")
    if not isinstance(entries, list):
        raise top.error("functions", "a list", "start each function with a dash: - name: login")
    for index, entry in enumerate(entries):
        at = ("functions", index)
        yield Table(top.file, at, _merge(defaults, _rename_keys(top.file.mapping(at, entry))))


def _rename_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    names = {name.lower(): name for name in _FUNCTION_KEYS}
    return {names.get(key.lower(), key): value for key, value in values.items()}


def _merge(defaults: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in own.items():
        base = merged.get(key)
        merged[key] = _merge(base, value) if isinstance(base, dict) and isinstance(value, dict) else value
    return merged


def _function(
    entry: Table, directory: Path, root: Path, *, shared: Path | None, permissions: frozenset[str]
) -> FunctionSpec:
    name, own_folder = entry.text("name", ""), entry.text("dir", "")
    if not FUNCTION_NAME.fullmatch(name):
        raise entry.error("name", "a letter, then up to 59 letters, digits, _ or -", "name it: name: login")
    folder = directory / own_folder if own_folder else root / name
    if not folder.is_dir():
        raise entry.error(
            "dir" if own_folder else "name", f"the function's folder {folder}", "make it, or correct this"
        )
    if not entry.get("runtime"):
        remedy = "add runtime: Python3.11 (without one the CLI would create a Nodejs18.15 function)"
        raise entry.error("runtime", "the Python that runs it", remedy)
    own_permissions = read_openapi_permissions(folder / "config.json")
    return FunctionSpec(
        name=name,
        directory=folder,
        shared=shared,
        handler=entry.text("handler", "index.main"),
        runtime=entry.text("runtime", ""),
        timeout_seconds=entry.number("timeout", 10, low=1, high=900),
        memory_megabytes=entry.number("memorySize", 256, low=64, high=3072),
        environment=_environment(entry.table("envVariables")),
        openapi_permissions=permissions if own_permissions is None else own_permissions,
    )


def _environment(variables: Table) -> Mapping[str, str]:
    for name, value in variables.values.items():
        if not VARIABLE_NAME.fullmatch(name):
            expected = "named with 2 to 64 letters, digits and _, a letter first, not SCF_, QCLOUD_ or TENCENTCLOUD_"
            raise variables.error(name, expected, "rename it")
        if not _is_variable_text(value):
            # SCF takes strings only, and text that is JSON of an object, array or null does not stay a string.
            raise variables.error(
                name, "text without NUL", "quote it, and keep it from being a JSON object, array or null"
            )
    size = variables_bytes(variables.values)
    if size > MOST_VARIABLE_BYTES:
        raise ProjectError(
            variables.file.path,
            line=variables.file.line(variables.at),
            expected=f"up to {MOST_VARIABLE_BYTES} bytes of names and values in {'.'.join(map(str, variables.at))}",
            found=f"{size}",
            remedy="keep what is longer in a file of the function",
        )
    return MappingProxyType(dict(variables.values))


def variables_bytes(variables: Mapping[str, str]) -> int:
    """Return how much of its limit an environment takes."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())


def _is_variable_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value and value.encode(errors="ignore").decode() == value


def read_openapi_permissions(path: Path) -> frozenset[str] | None:
    """Return the openapi names a `config.json` asks for; None when it says nothing about them or is not there.

    Raises ProjectError.
    """
    if not path.is_file():
        return None
    file = ConfigFile.read(path)
    permissions = Table(file, (), file.mapping((), file.tree)).table("permissions")
    names = permissions.get("openapi")
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise permissions.error("openapi", "a list of openapi names", 'write it as ["soter.verifySignature"]')
    return frozenset(names)


def _template_values(directory: Path, variables: Mapping[str, str], *, env_id: str) -> dict[str, str]:
    # The CLI draws util.uid anew at each run; here it is the folder's: a project read twice is the same project.
    uid = hashlib.sha256(str(directory).encode()).hexdigest()[:24]
    return {"tcb.envId": env_id, "util.uid": uid, **{f"env.{name}": value for name, value in variables.items()}}


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Fill the templates; what is missing becomes the empty string, as with the CLI."""
    return TEMPLATE.sub(lambda match: values.get(match[1], ""), text)


def _find_unset(value: Any, values: Mapping[str, str], key: str = "") -> Iterator[tuple[str, str]]:
    """Yield the templates in all strings that nothing is there to fill, each with the nearest key above it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _find_unset(item, values, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from _find_unset(item, values, key)
    elif isinstance(value, str):
        yield from ((template, key) for template in TEMPLATE.findall(value) if template not in values)


def _render(value: Any, values: Mapping[str, str]) -> Any:
    """Fill all strings; one that then is JSON of an object, array or null becomes that value, as with the CLI."""
    if isinstance(value, dict):
        return {key: _render(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_render(item, values) for item in value]
    if not isinstance(value, str):
        return value
    text = _fill(value, values)
    try:
        parsed = json.loads(text)
    except ValueError:
        return text
    return parsed if parsed is None or isinstance(parsed, dict | list) else text


def _dotenv(path: Path) -> dict[str, str]:
    text = path.read_text("utf-8", "replace") if path.is_file() else ""
    return {name: _unquote(value) for name, value in _DOTENV_LINE.findall(text)}


def _unquote(value: str) -> str:
    if value.startswith('"'):
        return value[1:-1].replace("\\n", "\n").replace('\\"', '"')
    return value[1:-1] if value.startswith("'") else value
