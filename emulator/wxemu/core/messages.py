"""What we tell people, in each of our languages, next to the rule that tells it.

WeChat's and Tencent's own texts are no messages: they are the same in every language.

MessageError
    An error that carries a message. Whoever can meet it, at a command or a page, reads it in his own language.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Language = Literal["en", "zh"]
LANGUAGES: Final[Mapping[Language, str]] = {"en": "EN", "zh": "中文"}
"""Each with its name on a switch; the first is the default."""
VARIABLES: Final = ("WXEMU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The environment variables that choose a language; the first that is set decides."""
_BETWEEN_SENTENCES: Final[Mapping[Language, str]] = {"en": " ", "zh": ""}
_BETWEEN_ITEMS: Final[Mapping[Language, str]] = {"en": ", ", "zh": "、"}
_BETWEEN_PARTS: Final[Mapping[Language, str]] = {"en": "; ", "zh": "；"}


class Message:
    """One message in every language.

    As a text it is English: ``str`` of an error that carries one is what programs and logs read.

    :param values: for the names in braces, the same names in each language. One may be a message itself, an error that
        carries one, an OSError, of which the reason is told, a tuple of such parts of a sentence, or a list, which is
        enumerated.
    """

    __slots__ = ("_texts", "_values")

    def __init__(self, en: str, zh: str, /, **values: object) -> None:
        self._texts: Mapping[Language, str] = {"en": en, "zh": zh}
        self._values = values

    def in_language(self, language: Language) -> str:
        """The message in one language."""
        text = self._texts[language]
        if not self._values:
            return text
        return text.format(**{name: _fill_in(value, language) for name, value in self._values.items()})

    def __str__(self) -> str:
        return self.in_language("en")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and self.in_all() == other.in_all()

    def __hash__(self) -> int:
        return hash(self.in_all())

    def __repr__(self) -> str:
        return f"Message({self.in_language('en')!r}, {self.in_language('zh')!r})"

    def __add__(self, other: Message) -> Message:
        """This one and another sentence."""
        return from_all(
            join([self.in_language(language), other.in_language(language)], language) for language in LANGUAGES
        )

    def in_all(self) -> tuple[str, ...]:
        """The message in each language, in the order of ``LANGUAGES``."""
        return tuple(self.in_language(language) for language in LANGUAGES)


class MessageError(Exception):
    """An error that says what is wrong and what to do, in every language."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def as_it_is(text: str) -> Message:
    """What is the same in every language: a name, a value, or the words of another program."""
    return Message(text, text)


def from_all(texts: Iterable[str]) -> Message:
    """A message that comes from another process as its texts, or is put together of them."""
    return Message(*texts)


def part(message: Message) -> tuple[Message, Message]:
    """What a message tells, and what it advises: that is what follows its last semicolon, if it has one."""
    parts = [message.in_language(language).rpartition(_BETWEEN_PARTS[language]) for language in LANGUAGES]
    if not all(told for told, _, _ in parts):
        return message, as_it_is("")
    return from_all(told for told, _, _ in parts), from_all(advice for _, _, advice in parts)


def join(sentences: Iterable[str], language: Language) -> str:
    """Sentences of one language, one after the other."""
    return _BETWEEN_SENTENCES[language].join(sentences)


def of_error(error: Exception, language: Language) -> str:
    """What an error says; in English, if it carries no message."""
    (carried,) = error.args if len(error.args) == 1 else (None,)
    return carried.in_language(language) if isinstance(carried, Message) else str(error)


def of_environment() -> Language:
    """The language that the environment asks for, as ``LANG=zh_CN.UTF-8`` does."""
    asked = next((value for name in VARIABLES if (value := os.environ.get(name))), "")
    return "zh" if asked.lower().startswith("zh") else "en"


def spoken(message: Message) -> str:
    """The message in the language that the environment asks for."""
    return message.in_language(of_environment())


_REASONS: Final[Mapping[int | None, str]] = {
    errno.EACCES: "权限不够",
    errno.EEXIST: "已有同名的文件",
    errno.EISDIR: "是一个文件夹",
    errno.ENOENT: "没有那个文件或文件夹",
    errno.ENOEXEC: "可执行文件格式错误",
    errno.ENOSPC: "磁盘空间不足",
    errno.ENOTDIR: "路径中有一部分不是文件夹",
    errno.EPERM: "不允许的操作",
    errno.EROFS: "文件系统是只读的",
}
"""Of the machine's own reasons those that are common; the others stay in the machine's words."""


def _fill_in(value: object, language: Language) -> object:
    if isinstance(value, Message):
        return value.in_language(language)
    if isinstance(value, OSError) and value.strerror:
        return _REASONS.get(value.errno, value.strerror) if language == "zh" else value.strerror
    if isinstance(value, Exception):
        return of_error(value, language)
    if isinstance(value, tuple | list):
        between = _BETWEEN_PARTS if isinstance(value, tuple) else _BETWEEN_ITEMS
        return between[language].join(str(_fill_in(part, language)) for part in value)
    return value
