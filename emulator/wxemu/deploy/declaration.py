"""cloudbaserc as it is written, its templates unfilled: what the CLI will read beside the packages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wxemu.scf.project import declared_file, drop_function_keys, template_names

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FUNCTION_ROOT: Final = "functions"
"""Of the packages."""
_OF_FOLDERS: Final = frozenset({"dir", "ignore"})


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
    def variables(self) -> set[str]:
        """The names that templates ask for: `{{env.NAME}}`."""
        asked = template_names(json.dumps(self.tree, ensure_ascii=False))
        return {name.removeprefix("env.") for name in asked if name.startswith("env.")} - {"ENV_ID"}  # the CLI's own

    def rewrite_for_packages(self) -> dict[str, Any]:
        """The same for the packages: their folder, and no `ignore`, which would take the compiled files away."""
        return {**drop_function_keys(self.tree, _OF_FOLDERS), "functionRoot": FUNCTION_ROOT}
