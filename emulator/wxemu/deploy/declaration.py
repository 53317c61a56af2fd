"""cloudbaserc as it is written, its templates unfilled: what the CLI will read beside the packages."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.scf.project import declared_file, template_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FUNCTION_ROOT: Final = "functions"
"""Of a project that names none [run], and of the packages."""


@dataclass(frozen=True)
class Declaration:
    """What a project declares; `tree` is the file's own content, which ``load_project`` has found to be in order."""

    tree: Mapping[str, Any]

    @classmethod
    def read(cls, directory: Path) -> Declaration:
        """Read that of a project.

        :raises ProjectError: there is none, or it cannot be read.
        """
        return cls(declared_file(directory).tree)

    @property
    def function_root(self) -> str:
        """The folder of all functions, from the project's on."""
        return str(self.tree.get("functionRoot") or FUNCTION_ROOT)

    @property
    def variables(self) -> set[str]:
        """The names that templates ask for: `{{env.NAME}}`."""
        asked = template_names(json.dumps(self.tree, ensure_ascii=False))
        return {name.removeprefix("env.") for name in asked if name.startswith("env.")} - {"ENV_ID"}  # the CLI's own

    def list_ignored(self, name: str) -> tuple[str, ...]:
        """The globs by which a function leaves files out, those of all functions included."""
        own = next(entry for entry in self.tree["functions"] if _get_key(entry, "name") == name)
        return (
            *(_get_key(self.tree.get("functionDefaultConfig") or {}, "ignore") or ()),
            *(_get_key(own, "ignore") or ()),
        )

    def rewrite_for_packages(self) -> dict[str, Any]:
        """The same for the packages: their folder, and no `ignore`, which would take the compiled files away."""
        tree = {**self.tree, "functionRoot": FUNCTION_ROOT}
        if "functionDefaultConfig" in tree:
            tree["functionDefaultConfig"] = _drop_keys(tree["functionDefaultConfig"] or {}, "ignore")
        tree["functions"] = [
            _drop_keys(entry, "ignore", "dir", "functionRoot") for entry in tree.get("functions") or []
        ]
        return tree


def _get_key(values: Mapping[str, Any], key: str) -> Any:
    """The CLI takes the keys of a function in any case."""
    return next((value for name, value in values.items() if name.lower() == key.lower()), None)


def _drop_keys(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    left_out = re.compile("|".join(keys), re.IGNORECASE)
    return {name: value for name, value in values.items() if not left_out.fullmatch(name)}
