"""The entries of `functions`, laid together in the CLI's order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message
from wxemu.scf.project.config_file import ConfigFile, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Keys that are heeded here and that the CLI takes in any case; the last one in a function counts.
_ANY_CASE: Final = {name.lower(): name for name in ("runtime", "timeout", "memorySize", "type", "description")}


def lay_configs(file: ConfigFile) -> dict[str, Any]:
    """Return the file's tree with the `config` of each function laid over its entry.

    The CLI does this before all else. An object instead of a list, or nothing, declares no functions.
    Raises ProjectError.
    """
    tree = file.mapping((), file.tree)
    entries = tree.get("functions")
    if isinstance(entries, str) and entries:
        remedy = Message("start each function with a dash: - name: login", "请让每个云函数以短横线开头：- name: login")
        raise Table(file, (), tree).error("functions", Message("a list", "列表"), remedy)
    laid = [_lay_config(entry) for entry in entries] if isinstance(entries, list) else []
    return {**tree, "functions": laid}


def _lay_config(entry: Any) -> Any:
    if isinstance(entry, dict) and isinstance(entry.get("config"), dict):
        return {**entry, **entry["config"]}
    return entry


def drop_function_keys(tree: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return a file's tree without these keys of functions, wherever the CLI reads them: entries, configs, defaults."""

    def drop(entry: Any) -> Any:
        if not isinstance(entry, dict):
            return entry
        kept = {key: value for key, value in entry.items() if key not in keys}
        return {**kept, "config": drop(kept["config"])} if "config" in kept else kept

    made = dict(tree)
    if "functionDefaultConfig" in made:
        made["functionDefaultConfig"] = drop(made["functionDefaultConfig"])
    if isinstance(made.get("functions"), list):
        made["functions"] = [drop(entry) for entry in made["functions"]]
    return made


def merge_entry(file: ConfigFile, index: int, entry: Mapping[str, Any], defaults: Mapping[str, Any]) -> Table:
    """Return one function's entry over the defaults of all, by the keys that count."""
    merged = _merge(defaults, entry)
    if isinstance(merged.get("config"), dict):  # of the defaults; an entry's own is laid over it already
        merged = {**merged["config"], **merged}
    values: dict[str, Any] = {}
    for key, value in merged.items():
        values[_ANY_CASE.get(key.lower(), key)] = value
    return Table(file, ("functions", index), values, places=dict(_places(file, index, merged)))


def _places(file: ConfigFile, index: int, merged: Mapping[str, Any]) -> Sequence[tuple[str, tuple[str | int, ...]]]:
    """Where the keys stand in the file: in the entry's `config`, in the entry, or in the defaults."""
    tree: Any = file.tree
    entry, defaults = tree["functions"][index], tree.get("functionDefaultConfig")
    config = entry.get("config") if isinstance(entry, dict) else None
    found = []
    for key in merged:
        if isinstance(config, dict) and key in config:
            place: tuple[str | int, ...] = ("functions", index, "config", key)
        elif isinstance(defaults, dict) and key in defaults and not (isinstance(entry, dict) and key in entry):
            place = ("functionDefaultConfig", key)
        else:
            place = ("functions", index, key)
        found.append((_ANY_CASE.get(key.lower(), key), place))
    return found


def _merge(defaults: Any, own: Any) -> Any:
    """Lay values over others as lodash's merge does: tables and lists item by item, all else as a whole."""
    if isinstance(defaults, dict) and isinstance(own, dict):
        return {**defaults, **{key: _merge(defaults.get(key), value) for key, value in own.items()}}
    if isinstance(defaults, list) and isinstance(own, list):
        common = [_merge(*pair) for pair in zip(defaults, own, strict=False)]
        return common + own[len(common) :] + defaults[len(common) :]  # one of the two has no more
    return own
