"""The keys of cloudbaserc, and what becomes of each here. The CLI takes most keys of a function in any case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from wxemu.core.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wxemu.scf.project.function_spec import FunctionSpec

Standing: TypeAlias = Literal["honoured", "ignored on purpose", "not emulated"]
_HERE: Final[Standing] = "honoured"
_SILENT: Final[Standing] = "ignored on purpose"
_LACKS: Final[Standing] = "not emulated"
PROJECT_KEYS: Final[Mapping[str, Standing]] = {
    **dict.fromkeys(("envId", "functionRoot", "functions", "functionDefaultConfig"), _HERE),
    **dict.fromkeys(("$schema", "version", "region"), _SILENT),
    **dict.fromkeys(("framework", "hosting", "database", "servers", "cloudrun"), _LACKS),
}
FUNCTION_KEYS: Final[Mapping[str, Standing]] = {
    **dict.fromkeys(
        (
            *("name", "dir", "handler", "runtime", "timeout", "memorySize", "envVariables", "config", "type"),
            *("triggers", "layers", "path"),
        ),
        _HERE,
    ),
    **dict.fromkeys(
        (
            *("description", "ignore", "installDependency", "tags", "role", "clsLogsetId", "clsTopicId"),
            *("autoDeployClsTopicIndex", "autoCreateClsTopic", "traceEnable", "dnsCache", "l5", "codeSecret"),
            *("publicNetConfig", "intranetConfig", "isWaitInstall", "initTimeout"),
        ),
        _SILENT,
    ),
    **dict.fromkeys(
        (
            *("vpc", "imageConfig", "cfsConfig", "deadLetterConfig", "asyncRunEnable"),
            *("protocolType", "protocolParams", "instanceConcurrencyConfig"),
        ),
        _LACKS,
    ),
}


def remark_keys(tree: Mapping[str, Any], specs: Mapping[str, FunctionSpec]) -> Iterator[Message]:
    """Yield one sentence about what a configuration asks for and does not get here, if there is anything."""
    lacking: list[str | Message] = [key for key in tree if PROJECT_KEYS.get(key, _LACKS) == _LACKS]
    entries: list[tuple[str, Any]] = [("functionDefaultConfig", tree.get("functionDefaultConfig"))]
    entries += [(_name(entry), entry) for entry in tree.get("functions") or ()]
    for owner, entry in entries:
        keys = [key for key in entry if _is_lacking(key, entry[key])] if isinstance(entry, dict) else []
        lacking += [Message("{key} of {owner}", "{owner} 的 {key}", key=key, owner=owner) for key in keys]
    lacking += [
        Message(
            "scf_bootstrap of {name}, which is no HTTP function",
            "{name} 的 scf_bootstrap（它不是 HTTP 函数）",
            name=name,
        )
        for name, spec in specs.items()
        if not spec.is_http and (spec.directory / "scf_bootstrap").exists()
    ]
    if lacking:
        yield Message(
            "these are not emulated: {keys}; docs/functions.md lists all keys",
            "这些未被模拟：{keys}；docs/functions.md 列出所有的键",
            keys=lacking,
        )


def _name(entry: Any) -> str:
    return str(entry.get("name")) if isinstance(entry, dict) else ""


def _is_lacking(key: str, value: Any) -> bool:
    by_name = {name.lower(): standing for name, standing in FUNCTION_KEYS.items()}
    is_misspelt = key not in FUNCTION_KEYS and key.lower() in (
        "name",
        "dir",
        "handler",
        "envvariables",
        "config",
        "triggers",
        "layers",
        "path",
    )
    return bool(value) and (is_misspelt or by_name.get(key.lower(), _LACKS) == _LACKS)
