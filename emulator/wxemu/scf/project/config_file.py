"""A configuration file that knows its lines.

ProjectError
    The project cannot be read; it says in which file and line, what was expected, what stood there, and what to do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from wxemu.core.messages import Message, MessageError, as_it_is
from wxemu.core.yaml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class ProjectError(MessageError):
    """The project cannot be read.

    Carries `file`, `line` (from 1; None when unknown), `expected`, `found` and `remedy`. `found` names the
    kind of a value, never the value itself, which may be a secret; a text is the same in every language.
    """

    def __init__(
        self, file: Path, *, expected: Message, found: Message | str, remedy: Message, line: int | None = None
    ) -> None:
        self.file, self.line, self.expected, self.found, self.remedy = file, line, expected, found, remedy
        self.defect = Message(
            "{place}: expected {expected}, found {found}",
            "{place}：{expected}，实际{found}",
            place=f"{file}:{line}" if line else str(file),
            expected=expected,
            found=_tell_found(found),
        )
        super().__init__(Message("{defect}; {remedy}", "{defect}；{remedy}", defect=self.defect, remedy=remedy))


NONE: Final = Message("none", "没有")
"""What was found where something is missing."""


def _tell_found(found: Message | str) -> Message:
    if found == NONE:
        return NONE
    if isinstance(found, str):
        return Message("{found}", "是 {found}", found=found)
    return Message("{found}", "是{found}", found=found)


NOTHING_THERE: Final = Message("nothing", "空值")
_A_NUMBER: Final = Message("a number", "数字")
_KINDS: Final = {
    str: Message("a text", "文本"),
    int: _A_NUMBER,
    float: _A_NUMBER,
    list: Message("a list", "列表"),
}
_A_TABLE: Final = Message("a table of keys and values", "由键和值组成的表")
_AS_TABLE: Final = Message("write it as key: value", "请写成 key: value")
_IN_JSON: Final = Message("JSON", "应为 JSON 格式")
_IN_YAML: Final = Message("YAML", "应为 YAML 格式")


def describe_value(value: Any) -> Message:
    """Return the kind of a value, in words for whoever wrote the file."""
    if isinstance(value, bool):
        return as_it_is("true" if value else "false")
    if value is None or value == "":
        return NOTHING_THERE if value is None else Message("an empty text", "空文本")
    return _KINDS.get(type(value), Message("a table", "键值表"))


def _describe(error: Exception) -> Message:
    """What a parser stumbled over, in its words."""
    if isinstance(error, UnicodeDecodeError):
        return Message("bytes that are no text", "不是文本的字节")
    if isinstance(error, json.JSONDecodeError):
        # The CLI takes neither [run], and people have both.
        if error.doc.startswith("\ufeff"):
            return Message("a byte order mark", "字节序标记（BOM）")
        if error.doc[error.pos :].lstrip().startswith(("//", "/*")):
            return Message("a comment, which JSON does not have", "注释，而 JSON 没有注释")
    problem = getattr(error, "problem", None) or getattr(error, "msg", None) or type(error).__name__
    return Message("a mistake ({problem})", "格式错误（{problem}）", problem=problem)


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
            raise ProjectError(
                path,
                expected=Message("fewer levels", "嵌套的层级应该更少"),
                found=Message("too many of them", "过多的层级"),
                remedy=Message("keep it flat", "请减少嵌套"),
            ) from None
        except ValueError as error:  # a wrong encoding is one, and so is bad JSON
            mark = getattr(error, "problem_mark", None)
            raise ProjectError(
                path,
                line=mark.line + 1 if mark else getattr(error, "lineno", None),
                expected=_IN_JSON if is_json else _IN_YAML,
                found=_describe(error),
                remedy=Message("correct it there", "请在该处改正"),
            ) from None

    def line(self, at: tuple[str | int, ...]) -> int | None:
        """Return the line, from 1, of the key or item at `at`, or of the nearest above it; None when unknown."""
        return line_of(self.text, (*self.root, *at))

    def mapping(self, at: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        """Return the table that `value`, found at `at`, must be. Raises ProjectError."""
        if isinstance(value, dict):
            return {str(key): item for key, item in value.items()}
        raise ProjectError(
            self.path,
            line=self.line(at),
            expected=Message(
                "{name} to be {kind}",
                "{name} 应为{kind}",
                name=".".join(map(str, at)) or Message("the file", "该文件"),
                kind=_A_TABLE,
            ),
            found=describe_value(value),
            remedy=_AS_TABLE,
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

    def of_owner(self, name: str) -> Message:
        """Return what a key of this table is called, with the function that it is of."""
        if not self.owner:
            return as_it_is(name)
        return Message("{name} of the function {owner}", "云函数 {owner} 的 {name}", name=name, owner=self.owner)

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
            raise self.error(key, _A_TABLE, _AS_TABLE)
        return Table(self.file, at, value or {}, self.owner)

    def text(self, key: str, default: str) -> str:
        """Return the string at `key`; the default for a missing or empty one. Raises ProjectError."""
        value = self.get(key) or default
        if not isinstance(value, str):
            raise self.error(key, Message("text", "文本"), Message("quote the value", "请给值加上引号"))
        return value

    def number(self, key: str, default: int, *, low: int, high: int) -> int:
        """Return the whole number at `key`, within limits that count as allowed. Raises ProjectError."""
        value = default if self.get(key) is None else self.get(key)
        if type(value) is not int or not low <= value <= high:
            found = str(value) if type(value) is int else None
            expected = Message("a whole number from {low} to {high}", "从 {low} 到 {high} 的整数", low=low, high=high)
            remedy = Message("write it without quotes, within the limits", "请不加引号，写在范围之内")
            raise self.error(key, expected, remedy, found=found)
        return value

    def error(
        self, key: str, expected: Message, remedy: Message, *, found: Message | str | None = None
    ) -> ProjectError:
        """Return the error that tells what was expected of `key`; without `found`, the kind of its value is told."""
        name = ".".join(map(str, self.place(key)))
        return ProjectError(
            self.file.path,
            line=self.file.line(self.place(key)),
            expected=Message(
                "{name} to be {expected}", "{name} 应为{expected}", name=self.of_owner(name), expected=expected
            ),
            found=describe_value(self.get(key)) if found is None else found,
            remedy=remedy,
        )
