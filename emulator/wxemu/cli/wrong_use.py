"""What is said of a wrong use of the command: one sentence, with what to do next.

CommandError
    The command cannot do what it is asked; the exit code is 1.
UsageError
    It was called in a wrong way; the exit code is 2.
└── ValueRefusedError
    A value of an option or argument is none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn, TypeVar

import click

from wxemu.core.messages import Message, MessageError, as_it_is

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = TypeVar("Value")


class CommandError(MessageError):
    """The command cannot do what it is asked."""

    exit_code: ClassVar = 1


class UsageError(CommandError):
    """It was called in a wrong way."""

    exit_code: ClassVar = 2


class ValueRefusedError(UsageError):
    """A value is none of those that an option or argument takes."""


class ValueType(click.ParamType[Value]):
    """A type of values that says in every language what it expects."""

    def refuse(self, message: Message, param: click.Parameter | None, ctx: click.Context | None) -> NoReturn:
        """Refuse a value.

        :raises ValueRefusedError: always.
        """
        raise ValueRefusedError(
            Message("{name}: {message}", "{name}：{message}", name=_name_of(param, ctx), message=message)
        )


def describe(error: click.ClickException) -> Message:
    """What click found wrong, in one sentence."""
    from difflib import get_close_matches  # noqa: PLC0415 - a right use does without

    context = error.ctx if isinstance(error, click.UsageError) else None
    match error:
        case click.MissingParameter():
            return _of_missing(error, context)
        case click.NoSuchOption():
            return _of_unknown(
                Message("there is no option {name}", "没有选项 {name}", name=error.option_name),
                error.possibilities,
                context,
            )
        case click.NoSuchCommand() if context is not None:
            return _of_unknown(
                Message("there is no command {name}", "没有命令 {name}", name=repr(error.command_name)),
                get_close_matches(error.command_name, _commands_of(context)),
                context,
            )
        case click.BadParameter(param=param) if param is not None:
            refused = Message(
                "{name}: {what}", "{name}：{what}", name=_name_of(param, context), what=_of_value(error.message, param)
            )
            return _with_help(refused, context)
        case _:
            return _with_help(_of_text(error.format_message()), context)


def _commands_of(context: click.Context) -> list[str]:
    group = context.command
    return group.list_commands(context) if isinstance(group, click.Group) else []


def _name_of(param: click.Parameter | None, context: click.Context | None) -> str:
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return "" if param is None or context is None else param.make_metavar(context).strip("[].")


def _with_help(message: Message, context: click.Context | None) -> Message:
    if context is None:
        return message
    return Message(
        "{message}; `{command} --help` tells what it takes",
        "{message}；用法见 `{command} --help`",
        message=message,
        command=context.command_path,
    )


def _of_missing(error: click.MissingParameter, context: click.Context | None) -> Message:
    if isinstance(error.param, click.Option) or context is None:
        missing = Message("the option {name} is missing", "缺少选项 {name}", name=_name_of(error.param, context))
        return _with_help(missing, context)
    return Message(
        "{name} is missing; write: {usage}",
        "缺少 {name}；请这样写：{usage}",
        name=_name_of(error.param, context),
        usage=f"{context.command_path} {' '.join(context.command.collect_usage_pieces(context))}",
    )


_EITHER: Final = " / "


def _of_unknown(message: Message, near: list[str] | None, context: click.Context | None) -> Message:
    if not near:
        return _with_help(message, context)
    return Message(
        "{message}; did you mean {near}?", "{message}；是不是 {near}？", message=message, near=_EITHER.join(near[:2])
    )


_NUMBERS: Final[Mapping[str, Message]] = {
    "integer": Message("a whole number", "整数"),
    "float": Message("a number", "数字"),
}
_PLACES: Final[Mapping[str, Message]] = {
    "File": Message("the file", "文件"),
    "Directory": Message("the folder", "文件夹"),
    "Path": Message("the path", "路径"),
}


def _of_value(text: str, param: click.Parameter) -> Message:
    """What click says of a value."""
    if isinstance(param.type, click.IntRange) and (found := re.match(r"(.*) is not in the range", text)) is not None:
        return Message(
            "expected {bounds}, got {value}", "应为{bounds}，实际是 {value}", bounds=_bounds(param.type), value=found[1]
        )
    if isinstance(param.type, click.Choice) and (found := re.match(r"(.*) (?:is|are) not one of", text)) is not None:
        return Message(
            "expected one of {choices}, got {value}",
            "应为 {choices} 之一，实际是 {value}",
            choices=list(map(str, param.type.choices)),
            value=found[1],
        )
    return _of_text(text)


def _bounds(numbers: click.IntRange) -> Message:
    if numbers.max is None:
        return Message("a whole number of {low} or more", "不小于 {low} 的整数", low=numbers.min)
    return Message(
        "a whole number from {low} to {high}", "从 {low} 到 {high} 的整数", low=numbers.min, high=numbers.max
    )


def _of_text(text: str) -> Message:
    """A sentence of click's, by its form; one that is not known stays as it is."""
    for form, message in _FORMS:
        if (found := form.fullmatch(text)) is not None:
            return message(*found.groups())
    return as_it_is(text.rstrip("."))


_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[..., Message]], ...]] = tuple(
    (re.compile(form, re.DOTALL), message)
    for form, message in (
        (
            r"(.*) is not a valid (\w+)(?: range)?\.",
            lambda value, kind: Message(
                "expected {kind}, got {value}", "应为{kind}，实际是 {value}", kind=_NUMBERS.get(kind, kind), value=value
            ),
        ),
        (
            r"(File|Directory|Path) (.*) does not exist\.",
            lambda kind, name: Message(
                "{kind} {name} does not exist", "{kind} {name} 不存在", kind=_PLACES[kind], name=name
            ),
        ),
        (
            r"(?:File|Directory|Path) (.*) is a file\.",
            lambda name: Message("expected a folder, {name} is a file", "应为文件夹，但 {name} 是文件", name=name),
        ),
        (
            r"(?:File|Directory|Path) (.*) is a directory\.",
            lambda name: Message("expected a file, {name} is a folder", "应为文件，但 {name} 是文件夹", name=name),
        ),
        (
            r"(?:File|Directory|Path) (.*) is not (?:readable|writable)\.",
            lambda name: Message("{name} may not be read or written", "没有读写 {name} 的权限", name=name),
        ),
        (
            r"Option '(.*)' requires an argument\.",
            lambda name: Message(
                "the option {name} needs a value: {name} VALUE", "选项 {name} 需要一个值：{name} VALUE", name=name
            ),
        ),
        (
            r"Option '(.*)' requires (\d+) arguments\.",
            lambda name, count: Message(
                "the option {name} needs {count} values", "选项 {name} 需要 {count} 个值", name=name, count=count
            ),
        ),
        (
            r"Option '(.*)' does not take a value\.",
            lambda name: Message("the option {name} takes no value", "选项 {name} 不带值", name=name),
        ),
        (
            r"Got unexpected extra arguments? \((.*)\)",
            lambda extra: Message("unexpected argument {extra}", "多余的参数 {extra}", extra=extra),
        ),
        (r"Missing command\.", lambda: Message("a command is missing", "缺少命令")),
    )
)
