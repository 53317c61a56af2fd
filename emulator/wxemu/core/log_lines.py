"""The emulator's own log on standard error: what a line is about may come from outside."""

from __future__ import annotations

import logging

from wxemu.core.text import show_unseen

_INDENT = "\n    "


class LogLines(logging.Formatter):
    """``wxemu: `` begins a message and nothing else: its further lines are indented, control characters spelt out."""

    def __init__(self) -> None:
        super().__init__("wxemu: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The lines of a message, with its traceback."""
        return show_unseen(super().format(record)).replace("\n", _INDENT)


def log_to_standard_error() -> None:
    """Have all loggers write there, warnings and worse."""
    to_standard_error = logging.StreamHandler()
    to_standard_error.setFormatter(LogLines())
    logging.basicConfig(level=logging.WARNING, handlers=[to_standard_error])
