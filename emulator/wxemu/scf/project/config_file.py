"""A configuration file that knows its lines.

ProjectError
    The project cannot be read; it says in which file and line, what was expected, what stood there, and what to do.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from wxemu.core.yaml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class _CoreSchema(yaml.SafeLoader):
    """YAML 1.2's core schema, as the CLI's parser reads it: yes, on, dates and 1:30 are text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - the loader's own way of holding them


for tag, pattern, starts in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _CoreSchema.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})\\Z"), starts)


class ProjectError(Exception):
    """The project cannot be read.

    Carries `file`, `line` (from 1; None when unknown), `expected`, `found` and `remedy`. `found` names the
    kind of a value, never the value itself, which may be a secret.
    """

    def __init__(self, file: Path, *, expected: str, found: str, remedy: str, line: int | None = None) -> None:
        self.file, self.line, self.expected, self.found, self.remedy = file, line, expected, found, remedy
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: expected {expected}, found {found}; {remedy}")


def _describe(error: Exception) -> str:
    """What a parser stumbled over, in its words."""
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are no text"
    problem = getattr(error, "problem", None) or getattr(error, "msg", None) or "something else"
    return f"a mistake ({problem})"


@dataclass(frozen=True)
class ConfigFile:
    """A YAML or JSON file as `text` and as the `tree` of values in it."""

    path: Path
    text: str
    tree: Any

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read JSON if the name ends so, else YAML. Raises ProjectError."""
        is_json = path.suffix == ".json"
        try:
            text = path.read_text("utf-8")
            tree = json.loads(text) if is_json else yaml.load(text, _CoreSchema)  # noqa: S506 - a SafeLoader
            return cls(path, text, tree)
        except (yaml.YAMLError, ValueError) as error:  # a wrong encoding is a ValueError, and so is bad JSON
            mark = getattr(error, "problem_mark", None)
            raise ProjectError(
                path,
                line=mark.line + 1 if mark else getattr(error, "lineno", None),
                expected="JSON" if is_json else "YAML",
                found=_describe(error),
                remedy="correct it there",
            ) from None

    def line(self, at: tuple[str | int, ...]) -> int | None:
        """Return the line, from 1, of the key or item at `at`, or of the nearest above it; None when unknown."""
        return line_of(self.text, at)

    def mapping(self, at: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        """Return the table that `value`, found at `at`, must be. Raises ProjectError."""
        if isinstance(value, dict):
            return {str(key): item for key, item in value.items()}
        expected = f"{'.'.join(map(str, at)) or 'the file'} to be a table of keys and values"
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise ProjectError(
            self.path, line=self.line(at), expected=expected, found=found, remedy="write it as key: value"
        )


@dataclass(frozen=True)
class Table:
    """A table of the configuration that knows where it stands, so that an error can name the line."""

    file: ConfigFile
    at: tuple[str | int, ...]
    values: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """Return the value, None for a missing one."""
        return self.values.get(key)

    def table(self, key: str) -> Table:
        """Return the table at `key`, an empty one if there is none. Raises ProjectError."""
        at = (*self.at, key)
        return Table(self.file, at, self.file.mapping(at, self.get(key) or {}))

    def text(self, key: str, default: str) -> str:
        """Return the string at `key`. Raises ProjectError."""
        value = default if self.get(key) is None else self.get(key)
        if not isinstance(value, str):
            raise self.error(key, "a string", "quote the value")
        return value

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return the whole number at `key`, within limits that count as allowed. Raises ProjectError."""
        value = default if self.get(key) is None else self.get(key)
        if type(value) is not int or not low <= value <= high:
            raise self.error(key, f"a whole number from {low} to {high}", "write it without quotes, within the limits")
        return value

    def error(self, key: str, expected: str, remedy: str) -> ProjectError:
        """Return the error that tells what was expected of `key`."""
        value, at = self.get(key), (*self.at, key)
        found = "nothing" if value is None else "an empty string" if value == "" else f"a {type(value).__name__}"
        expected = f"{'.'.join(map(str, at))} to be {expected}"
        return ProjectError(self.file.path, line=self.file.line(at), expected=expected, found=found, remedy=remedy)
