"""How click lays out help in Chinese: its own words, and lines that count a character as the terminal shows it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HEADINGS: Final[Mapping[str, str]] = {"Options": "选项", "Commands": "命令"}
_OPTIONS: Final[Mapping[str, str]] = {
    "Show this message and exit.": "显示本帮助并退出。",
    "Show the version and exit.": "显示版本并退出。",
}
_EXTRA: Final = re.compile(r"(?s)(.*?) *\[((?:env var: |default: |required\]|-?[\d.]+<=?x|x[<>]=?).*)")
_EXTRAS: Final = ((r"\benv var: ", "环境变量："), (r"\bdefault: ", "默认："), (r"\brequired\b", "必填"), ("; ", "；"))
"""What click says behind the help of an option."""
_VERBATIM: Final = "\b"
_PIECE: Final = re.compile(r"[ -~]+?(?: |(?=[^ -~])|$)|[^ -~][，。；：、）？！]*")
"""What stays together in a line: a word in Latin letters, or a Chinese character with the mark behind it."""
_WIDE: Final = frozenset("WF")


class ChineseHelp(click.HelpFormatter):
    """The formatter of help in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how the command is called."""
        super().write_usage(prog, args, "用法：" if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs; those with examples line by line, as they are."""
        indent = " " * self.current_indent
        shown = []
        for paragraph in text.split("\n\n"):
            first, *lines = paragraph.splitlines() or [""]
            wrapped = lines if first == _VERBATIM else _wrap(paragraph, self.width - self.current_indent)
            shown.append("\n".join(f"{indent}{line}" for line in wrapped))
        self.write("\n\n".join(shown) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of terms and what they mean."""
        there = list(rows)
        first = min(max(_width(term) for term, _ in there), col_max) + col_spacing
        room = max(self.width - first - 2, 10)
        for term, meaning in there:
            lines = _wrap(_translate_extra(_OPTIONS.get(meaning, meaning)), room)
            begin = f"{'':>{self.current_indent}}{term}"
            if lines and _width(term) + col_spacing <= first:
                begin += " " * (first - _width(term)) + lines.pop(0)
            self.write(f"{begin}\n")
            for line in lines:
                self.write(f"{'':>{first + self.current_indent}}{line}\n")


class ChineseContext(click.Context):
    """A context whose help is in Chinese."""

    formatter_class = ChineseHelp


def _translate_extra(meaning: str) -> str:
    found = _EXTRA.fullmatch(meaning)
    if found is None:
        return meaning
    extra = found[2].removesuffix("]")
    for pattern, words in _EXTRAS:
        extra = re.sub(pattern, words, extra)
    return f"{found[1]}  [{extra}]".strip()


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for piece in _pieces(" ".join(text.split())):
        if lines[-1] and _width(lines[-1]) + _width(piece.rstrip()) > width:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece
    return [line.rstrip() for line in lines] if text else []


def _pieces(text: str) -> Iterator[str]:
    return (found[0] for found in _PIECE.finditer(text))


def _width(text: str) -> int:
    """Chinese characters take two places of a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in _WIDE else 1 for character in text)
