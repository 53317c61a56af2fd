"""A configuration file that knows its lines.

ProjectError
    The project cannot be read; it says in which file and line, what was expected, what stood there, and what to do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wxemu.core.yaml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ProjectError(Exception):
    """The project cannot be read.

    Carries `file`, `line` (from 1; None when unknown), `expected`, `found` and `remedy`. `found` names the
    kind of a value, never the value itself, which may be a secret.
    """

    def __init__(self, file: Path, *, expected: str, found: str, remedy: str, line: int | None = None) -> None:
        self.file, self.line, self.expected, self.found, self.remedy = file, line, expected, found, remedy
        place = f"{file}:{line}" if line else str(file)
        super().__init__(f"{place}: expected {expected}, found {found}; {remedy}")


def describe_value(value: Any) -> str:
    """Return the kind of a value, in words for whoever wrote the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or value == "":
        return "nothing" if value is None else "an empty text"
    kinds = {str: "a text", int: "a number", float: "a number", list: "a list"}
    return kinds.get(type(value), "a table")


def _describe(error: Exception) -> str:
    """What a parser stumbled over, in its words."""
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are no text"
    if isinstance(error, json.JSONDecodeError):
        # The CLI takes neither [run], and people have both.
        if error.doc.startswith("\ufeff"):
            return "a byte order mark"
        if error.doc[error.pos :].lstrip().startswith(("//", "/*")):
            return "a comment, which JSON does not have"
    problem = getattr(error, "problem", None) or getattr(error, "msg", None) or "something else"
    return f"a mistake ({problem})"


class _NotYamlError(ValueError):
    """A mistake in YAML, with the parser's own attributes."""

    def __init__(self, problem: str | None, problem_mark: Any) -> None:
        super().__init__(problem)
        self.problem, self.problem_mark = problem, problem_mark


def _read_yaml(text: str) -> Any:
    # Imported for YAML, as JSON is what the CLI writes.
    import yaml  # noqa: PLC0415

    from wxemu.scf.project.core_schema import CoreSchema  # noqa: PLC0415

    try:
        return yaml.load(text, CoreSchema)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise _NotYamlError(getattr(error, "problem", None), getattr(error, "problem_mark", None)) from None


@dataclass(frozen=True)
class ConfigFile:
    """A YAML or JSON file as `text` and as the `tree` of values in it; `root` leads to the tree within the file."""

    path: Path
    text: str
    tree: Any
    root: tuple[str | int, ...] = ()

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read JSON if the name ends so, else YAML. Raises ProjectError."""
        is_json = path.suffix == ".json"
        try:
            text = path.read_text("utf-8")
            return cls(path, text, json.loads(text) if is_json else _read_yaml(text))
        except RecursionError:
            remedy = "keep it flat"
            raise ProjectError(path, expected="fewer levels", found="too many of them", remedy=remedy) from None
        except ValueError as error:  # a wrong encoding is one, and so is bad JSON
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
        return line_of(self.text, (*self.root, *at))

    def mapping(self, at: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        """Return the table that `value`, found at `at`, must be. Raises ProjectError."""
        if isinstance(value, dict):
            return {str(key): item for key, item in value.items()}
        expected = f"{'.'.join(map(str, at)) or 'the file'} to be a table of keys and values"
        raise ProjectError(
            self.path,
            line=self.line(at),
            expected=expected,
            found=describe_value(value),
            remedy="write it as key: value",
        )


@dataclass(frozen=True)
class Table:
    """A table of the configuration that knows where it stands, so that an error can name the line.

    `owner` names the function that it is of; `places` where keys stand that come from somewhere else than `at`.
    """

    file: ConfigFile
    at: tuple[str | int, ...]
    values: Mapping[str, Any]
    owner: str = ""
    places: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)

    def get(self, key: str) -> Any:
        """Return the value, None for a missing one."""
        return self.values.get(key)

    def place(self, key: str) -> tuple[str | int, ...]:
        """Return where `key` stands, or would stand."""
        return self.places.get(key, (*self.at, key))

    def table(self, key: str) -> Table:
        """Return the table at `key`, an empty one if there is none. Raises ProjectError."""
        value, at = self.get(key), self.place(key)
        if value and not isinstance(value, dict):
            raise self.error(key, "a table of keys and values", "write it as key: value")
        return Table(self.file, at, value or {}, self.owner)

    def text(self, key: str, default: str) -> str:
        """Return the string at `key`; the default for a missing or empty one. Raises ProjectError."""
        value = self.get(key) or default
        if not isinstance(value, str):
            raise self.error(key, "text", "quote the value")
        return value

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return the whole number at `key`, within limits that count as allowed. Raises ProjectError."""
        value = default if self.get(key) is None else self.get(key)
        if type(value) is not int or not low <= value <= high:
            found = str(value) if type(value) is int else None
            remedy = "write it without quotes, within the limits"
            raise self.error(key, f"a whole number from {low} to {high}", remedy, found=found)
        return value

    def error(self, key: str, expected: str, remedy: str, *, found: str | None = None) -> ProjectError:
        """Return the error that tells what was expected of `key`; without `found`, the kind of its value is told."""
        name = ".".join(map(str, self.place(key))) + (f" of the function {self.owner}" if self.owner else "")
        return ProjectError(
            self.file.path,
            line=self.file.line(self.place(key)),
            expected=f"{name} to be {expected}",
            found=describe_value(self.get(key)) if found is None else found,
            remedy=remedy,
        )
