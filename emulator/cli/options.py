"""Options that several commands share, and how their answers are shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Command = TypeVar("Command", bound="Callable[..., Any]")


def json_option(command: Command) -> Command:
    """``--json``: the same data on one line, for scripts."""
    return click.option("--json", "is_json", is_flag=True, help="One line of JSON, for scripts.")(command)


def url_option(command: Command) -> Command:
    """``--url``: which running emulator is meant."""
    return click.option(
        "--url",
        envvar="WXEMU_URL",
        default="http://127.0.0.1:8686",
        show_default=True,
        show_envvar=True,
        help="The running emulator.",
    )(command)


def show(answer: Mapping[str, Any], *, is_json: bool) -> None:
    """Print an answer: indented for people, on one line for scripts."""
    layout: dict[str, Any] = {"separators": (",", ":")} if is_json else {"indent": 2}
    click.echo(json.dumps(answer, ensure_ascii=False, **layout))


class JsonObject(click.ParamType[dict[str, Any]]):
    """A JSON object on the command line."""

    name = "JSON"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Any]:
        """The object, or a usage error that says what came."""
        if isinstance(value, dict):
            return value
        try:
            decoded = json.loads(value)
        except ValueError as error:
            self.fail(f"expected a JSON object, got {value!r} ({error})", param, ctx)
        if not isinstance(decoded, dict):
            self.fail(f"expected a JSON object, got {value!r}", param, ctx)
        return decoded
