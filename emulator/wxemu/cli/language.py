"""The language of a command: that of ``--lang``, else of the environment; and its help in Chinese.

The English help stands where click has it, at each command and option. Its Chinese is in ``texts/zh.json``, paragraph
by paragraph; the lines of examples stay, but for what they say beside a command.
"""

from __future__ import annotations

import copy
import functools
import inspect
import json
import os
import re
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import click

from wxemu.core import messages
from wxemu.core.messages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

OPTION: Final = "--lang"
_VERBATIM: Final = "\b"
_BESIDE: Final = re.compile(r"(  \S.*? {2,})(\S.*)")
"""A command of an example, and what is said of it."""


@contextmanager
def chosen_language(arguments: Sequence[str]) -> Iterator[None]:
    """Let ``--lang`` decide, wherever it stands, for the time of a command and for the processes that it starts.

    It is read before anything else, as what is wrong with the other arguments is said in the language, too.
    """
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    named = [language for option, language in pairwise(options) if option == OPTION]
    named += [option.partition("=")[2] for option in options if option.startswith(f"{OPTION}=")]
    variable = messages.VARIABLES[0]
    former = os.environ.get(variable)
    if named and named[-1] in LANGUAGES:
        os.environ[variable] = named[-1]
    try:
        yield
    finally:
        if former is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = former


def localized(command: click.Command) -> click.Command:
    """A command that takes ``--lang``, and helps in the language that was chosen; so do those below it."""
    made = copy.copy(command)
    made.params = [*command.params, _lang_option()]
    if isinstance(command, click.Group):
        group: Any = made
        group.commands = {name: localized(each) for name, each in command.commands.items()}
    if messages.of_environment() == "zh":
        from wxemu.cli.chinese_help import ChineseContext  # noqa: PLC0415 - help in English does without

        made.context_class = ChineseContext
        made.params = [_in_chinese(param) for param in made.params]
        made.help = "\n\n".join(map(_translate, paragraphs(command.help)))
        made.short_help = made.help.partition("\n")[0].partition("。")[0]
    return made


def _lang_option() -> click.Option:
    return click.Option(
        [OPTION],
        type=click.Choice(list(LANGUAGES)),
        expose_value=False,
        allow_from_autoenv=False,  # WXEMU_LANG may be zh_CN.UTF-8 as well, as LANG is
        help="The language of help, messages and explanations. [default: as WXEMU_LANG or LANG says]",
    )


def paragraphs(text: str | None) -> list[str]:
    """The paragraphs of a help text; of such with examples the first line is ``\\b``."""
    return [] if not text else re.split(r"\n\s*\n", inspect.cleandoc(text))


def phrases(paragraph: str) -> Iterator[str]:
    """What there is to translate in a paragraph: all of it, or what is said above and beside examples."""
    first, *lines = paragraph.splitlines()
    if first.strip() != _VERBATIM:
        yield " ".join(paragraph.split())
        return
    for line in lines:
        if not line.startswith(" "):
            yield line
        elif (found := _BESIDE.fullmatch(line)) is not None:
            yield found[2]


@functools.cache
def chinese() -> Mapping[str, str]:
    """The Chinese of each English phrase."""
    from importlib import resources  # noqa: PLC0415 - help in English does without

    texts: dict[str, str] = json.loads((resources.files(__package__) / "texts/zh.json").read_text(encoding="utf-8"))
    return texts


def _in_chinese(param: click.Parameter) -> click.Parameter:
    made = copy.copy(param)
    if isinstance(made, click.Option) and made.help:
        made.help = _translate(made.help)
    return made


def _translate(paragraph: str) -> str:
    texts = chinese()
    first, *lines = paragraph.splitlines()
    if first.strip() != _VERBATIM:
        phrase = " ".join(paragraph.split())
        return texts.get(phrase, phrase)
    return "\n".join([_VERBATIM, *(_translate_line(line, texts) for line in lines)])


def _translate_line(line: str, texts: Mapping[str, str]) -> str:
    found = _BESIDE.fullmatch(line)
    return texts.get(line, line) if found is None else found[1] + texts.get(found[2], found[2])
